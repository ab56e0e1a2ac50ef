"""How well Cranfield is searched: dense beside sentence-transformers, BM25 beside bm25s, hybrid above both."""

import pathlib
from dataclasses import dataclass

import processes
from contests import Bar, Contest, Contestant, best, number
from peer import models

DENSE_BAR, BM25_BAR = 0.001, -0.005
NDCG = "ndcg@10"


@dataclass
class Lab:
    """A collection in BEIR's layout."""

    folder: pathlib.Path
    quick: bool
    collection: pathlib.Path


def linnet(mode: str) -> Contestant:
    def measure(lab: Lab) -> dict[str, float]:
        report = processes.linnet(
            "evaluate", "retrieval", "--corpus", lab.collection / "corpus.jsonl", "--queries",
            lab.collection / "queries.jsonl", "--qrels", lab.collection / "qrels" / "test.tsv", "--mode", mode,
            "--model", models.minilm(), "--quiet", "--json"
        ).report  # fmt: skip
        return {name: report[name] for name in (NDCG, "recall@10", "recall@100", "mrr@10", "map")}

    return Contestant(f"Linnet {mode}", measure, once=True)


def peer(engine: str, title: str) -> Contestant:
    def measure(lab: Lab) -> dict[str, float]:
        words = ["--collection", lab.collection, "--model", models.minilm()]
        return processes.peer("collection", engine, *words).report

    return Contestant(title, measure, once=True)


DENSE, BM25, HYBRID = (linnet(mode) for mode in ("dense", "bm25", "hybrid"))
SENTENCE_TRANSFORMERS = peer("dense", "sentence-transformers")
BM25S = peer("bm25", "bm25s")


def distance(medians) -> float:
    return abs(medians(DENSE, NDCG) - medians(SENTENCE_TRANSFORMERS, NDCG))


QUALITY = Contest(
    "quality",
    [DENSE, SENTENCE_TRANSFORMERS, BM25, BM25S, HYBRID],
    [
        Bar(
            f"Cranfield, dense, {NDCG}", "", number(DENSE, NDCG), number(SENTENCE_TRANSFORMERS, NDCG),
            "sentence-transformers", by="difference"
        ),
        Bar("... how far apart", "", distance, required=DENSE_BAR, at_least=False),
        Bar(
            f"Cranfield, BM25, {NDCG}", "", number(BM25, NDCG), number(BM25S, NDCG), "bm25s, stop words and stemmer",
            BM25_BAR, by="difference"
        ),
        Bar(
            f"Cranfield, hybrid, {NDCG}", "", number(HYBRID, NDCG), best(number(DENSE, NDCG), number(BM25, NDCG)),
            "Linnet's better one of dense and BM25", 0, by="difference"
        ),
        Bar(
            "Cranfield, hybrid, recall@100", "", number(HYBRID, "recall@100"),
            best(number(DENSE, "recall@100"), number(BM25, "recall@100")), "the same", by="difference"
        ),
    ],
)  # fmt: skip
