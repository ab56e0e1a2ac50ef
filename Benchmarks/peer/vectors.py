"""Makes unit vectors and queries, and finds each query's nearest vectors by all inner products in single precision."""

import argparse
import json
import pathlib

import numpy

BLOCK = 1 << 14  # rows whose products are held at a time


def unit(generator: numpy.random.Generator, count: int, dimension: int, shared: float) -> numpy.ndarray:
    """Random directions; `shared` is the length of what all have in common, as texts of one language have."""
    vectors = generator.standard_normal((count, dimension), dtype=numpy.float32) / numpy.sqrt(numpy.float32(dimension))
    vectors[:, 0] += shared
    vectors /= numpy.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def nearest(vectors: numpy.ndarray, queries: numpy.ndarray, top_k: int) -> numpy.ndarray:
    """The rows of the best inner products, best first."""
    scores = numpy.full((len(queries), 0), 0, dtype=numpy.float32)
    rows = numpy.full((len(queries), 0), 0, dtype=numpy.int64)
    for start in range(0, len(vectors), BLOCK):
        products = queries @ vectors[start : start + BLOCK].T
        best = numpy.argpartition(-products, min(top_k, products.shape[1]) - 1, axis=1)[:, :top_k]
        scores = numpy.concatenate([scores, numpy.take_along_axis(products, best, axis=1)], axis=1)
        rows = numpy.concatenate([rows, best + start], axis=1)
        kept = numpy.argsort(-scores, axis=1, kind="stable")[:, :top_k]
        scores, rows = numpy.take_along_axis(scores, kept, axis=1), numpy.take_along_axis(rows, kept, axis=1)
    return rows


def make(settings: argparse.Namespace) -> dict:
    generator = numpy.random.default_rng(settings.seed)
    vectors = unit(generator, settings.vectors, settings.dimension, settings.shared)
    queries = unit(generator, settings.queries, settings.dimension, settings.shared)
    settings.output.mkdir(parents=True, exist_ok=True)
    numpy.save(settings.output / "vectors.npy", vectors)
    numpy.save(settings.output / "queries.npy", queries)
    with open(settings.output / "nearest.jsonl", "w", encoding="utf-8") as file:
        for rows in nearest(vectors, queries, settings.top_k).tolist():
            file.write(json.dumps(rows) + "\n")
    return {"vectors": len(vectors), "queries": len(queries)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=pathlib.Path, help="folder for vectors.npy, queries.npy and nearest.jsonl")
    parser.add_argument("--vectors", type=int, default=1_000_000)
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--top-k", type=int, default=10)
    parser.add_argument("--shared", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=1)
    print(json.dumps(make(parser.parse_args())))
