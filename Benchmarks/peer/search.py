"""Searches vectors with faiss or sqlite-vec, one query at a time and, with faiss, all at once; prints one JSON object."""

import argparse
import json
import pathlib
import resource
import sqlite3
import statistics
import time
from collections.abc import Callable

import numpy

WARM_UP = 3
BATCH_ROUNDS = 3


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def alone(search: Callable[[numpy.ndarray], object], queries: numpy.ndarray) -> float:
    """The median time of a query, in milliseconds."""
    for query in queries[:WARM_UP]:
        search(query)
    return statistics.median(seconds(lambda: search(query)) for query in queries) * 1e3


def faiss(settings: argparse.Namespace, vectors: numpy.ndarray, queries: numpy.ndarray) -> tuple[dict, list]:
    import faiss

    faiss.omp_set_num_threads(settings.threads)
    index = faiss.IndexFlatIP(vectors.shape[1])
    built = seconds(lambda: index.add(vectors))
    result = {"build_seconds": built}
    result["query_milliseconds"] = alone(
        lambda query: index.search(query[None], settings.top_k), queries[: settings.alone]
    )
    times = [seconds(lambda: index.search(queries, settings.top_k)) for _ in range(BATCH_ROUNDS)]
    result["queries_per_second"] = len(queries) / statistics.median(times)
    found = index.search(queries, settings.top_k)[1].tolist()

    # faiss answers one query on one thread; parts of the index, each with its thread, are its way to use more.
    shards = faiss.IndexShards(vectors.shape[1], True, False)
    parts = [faiss.IndexFlatIP(vectors.shape[1]) for _ in range(settings.threads)]
    index.reset()
    for part, rows in zip(parts, numpy.array_split(vectors, settings.threads)):
        part.add(rows)
        shards.add_shard(part)
    result["sharded_query_milliseconds"] = alone(
        lambda query: shards.search(query[None], settings.top_k), queries[: settings.alone]
    )
    return result, found


def sqlite_vec(settings: argparse.Namespace, vectors: numpy.ndarray, queries: numpy.ndarray) -> tuple[dict, list]:
    import sqlite_vec

    def opened(path: str) -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.enable_load_extension(True)
        sqlite_vec.load(connection)
        return connection

    if not settings.database.exists():
        unfinished = settings.database.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        store = opened(str(unfinished))
        store.execute("pragma journal_mode = off")
        store.execute("pragma synchronous = off")
        store.execute(f"create virtual table rows using vec0(vector float[{vectors.shape[1]}])")
        store.execute("begin")
        store.executemany(
            "insert into rows(rowid, vector) values (?, ?)", ((row, vectors[row].data) for row in range(len(vectors)))
        )
        store.execute("commit")
        store.close()
        unfinished.rename(settings.database)
    # In memory it is at its fastest. Vectors of length 1 have one order by distance and by inner product.
    memory, store = opened(":memory:"), opened(str(settings.database))
    store.backup(memory)
    store.close()
    words = "select rowid from rows where vector match ? and k = ?"
    found = []

    def search(query: numpy.ndarray) -> list:
        return [row for (row,) in memory.execute(words, (query.data, settings.top_k))]

    result = {"query_milliseconds": alone(search, queries[: settings.alone])}
    found = [search(query) for query in queries[: settings.alone]]
    return result, found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=["faiss", "sqlite-vec"])
    parser.add_argument("--vectors", type=pathlib.Path, required=True, help=".npy, single precision, length 1")
    parser.add_argument("--queries", type=pathlib.Path, required=True, help=".npy")
    parser.add_argument("--alone", type=int, default=50, help="queries that are asked one at a time")
    parser.add_argument("--top-k", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--database", type=pathlib.Path, help="where sqlite-vec's table is kept")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="write the rows found here (.jsonl)")
    given = parser.parse_args()
    engine = faiss if given.engine == "faiss" else sqlite_vec
    measured, rows = engine(given, numpy.load(given.vectors, mmap_mode="r"), numpy.load(given.queries))
    measured["peak_memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    given.output.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    print(json.dumps(measured))
