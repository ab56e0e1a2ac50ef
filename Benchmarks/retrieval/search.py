"""One query, and a thousand at once, over a million vectors: beside faiss-flat and sqlite-vec."""

import json
import pathlib
from dataclasses import dataclass

import processes
from contests import Bar, Contest, Contestant, Number, number

TOP_K = 10
SINGLE_BAR, BATCH_BAR, RECALL_BAR = 5, 2, 0.999


@dataclass
class Lab:
    """Vectors, queries and the true neighbours, made when they are first asked for."""

    folder: pathlib.Path
    quick: bool

    @property
    def sample(self) -> pathlib.Path:
        count = 50_000 if self.quick else 1_000_000
        path = self.folder / f"vectors-{count}"
        if not (path / "nearest.jsonl").exists():
            words = ["--vectors", count, "--queries", 100 if self.quick else 1000, "--top-k", TOP_K]
            processes.peer("vectors", path, *words)
        return path


def rows(path: pathlib.Path) -> list[list[int]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def recall(found: pathlib.Path, sample: pathlib.Path) -> float:
    """The share of the true neighbours of the answered queries that were found."""
    pairs = list(zip(rows(found), rows(sample / "nearest.jsonl")))
    return sum(len(set(mine) & set(true)) for mine, true in pairs) / sum(len(true) for _, true in pairs)


def numbers(report: dict, found: pathlib.Path, sample: pathlib.Path) -> dict[str, float]:
    result = {name: value for name, value in report.items() if isinstance(value, (int, float))}
    result["single_queries_per_second"] = 1e3 / report["query_milliseconds"]
    if "sharded_query_milliseconds" in report:
        result["sharded_queries_per_second"] = 1e3 / report["sharded_query_milliseconds"]
    result["recall"] = recall(found, sample)
    return result


def linnet(lab: Lab) -> dict[str, float]:
    sample, found = lab.sample, lab.folder / "linnet.jsonl"
    report = processes.linnet(
        "bench", "search", "--input", sample / "vectors.npy", "--query-vectors", sample / "queries.npy", "--top-k",
        TOP_K, "--output", found, "--json"
    ).report  # fmt: skip
    return numbers(report, found, sample)


def peer(engine: str):
    def measure(lab: Lab) -> dict[str, float]:
        sample, found = lab.sample, lab.folder / f"{engine}.jsonl"
        words = ["--vectors", sample / "vectors.npy", "--queries", sample / "queries.npy", "--top-k", TOP_K]
        words += ["--database", sample / "sqlite-vec.db", "--output", found, "--threads", processes.CORES]
        return numbers(processes.peer("search", engine, *words).report, found, sample)

    return measure


LINNET = Contestant("Linnet", linnet)
FAISS = Contestant("faiss-flat", peer("faiss"))
SQLITE_VEC = Contestant("sqlite-vec", peer("sqlite-vec"))


def bar(title: str, name: str, theirs: Number, peer_title: str, required: float | None) -> Bar:
    return Bar(title, "queries/s", number(LINNET, name), theirs, peer_title, required)


SINGLE, ALL = "single_queries_per_second", "queries_per_second"
SEARCH = Contest(
    "search",
    [LINNET, FAISS, SQLITE_VEC],
    [
        bar("1,000,000 × 384, one query", SINGLE, number(FAISS, SINGLE), "faiss-flat fp32", SINGLE_BAR),
        bar("same", SINGLE, number(FAISS, "sharded_queries_per_second"), "faiss-flat fp32, a shard per core", None),
        bar("same", SINGLE, number(SQLITE_VEC, SINGLE), "sqlite-vec float", SINGLE_BAR),
        bar("same, 1,000 queries at once", ALL, number(FAISS, ALL), "faiss-flat fp32", BATCH_BAR),
        Bar(
            "same, recall@10", "", number(LINNET, "recall"), number(FAISS, "recall"), "faiss-flat fp32", RECALL_BAR,
            by="value"
        ),
        Bar(
            "same, time of one query", "ms", number(LINNET, "query_milliseconds"), number(FAISS, "query_milliseconds"),
            "faiss-flat fp32", at_least=False
        ),
        Bar(
            "same, memory with the vectors", "MiB", number(LINNET, "peak_memory_mib"),
            number(FAISS, "peak_memory_mib"), "faiss-flat fp32", at_least=False
        ),
    ],
)  # fmt: skip
