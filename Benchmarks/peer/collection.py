"""Ranks a collection in BEIR's layout with sentence-transformers (dense) or bm25s, measured by pytrec_eval."""

import argparse
import json
import pathlib

import numpy
import pytrec_eval

MEASURES = {"ndcg_cut.10": "ndcg@10", "recall.10": "recall@10", "recall.100": "recall@100", "map": "map"}
TOP_K = 100


def rows(path: pathlib.Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def judgments(path: pathlib.Path) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        query, document, score = line.split("\t")
        found.setdefault(query, {})[document] = int(score)
    return found


def dense(documents: list[str], queries: list[str], model: str) -> numpy.ndarray:
    """Cosine similarities, in fp32, as sentence-transformers computes by default."""
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(model, device="cpu")
    vectors = [encoder.encode(texts, normalize_embeddings=True) for texts in (queries, documents)]
    return vectors[0] @ vectors[1].T


def bm25(documents: list[str], queries: list[str]) -> numpy.ndarray:
    """bm25s with its defaults (Lucene's formula, k1 1.5, b 0.75), its English stop words and Snowball's stemmer."""
    import bm25s
    import Stemmer

    def tokens(texts: list[str], **settings):
        stemmer = Stemmer.Stemmer("english")
        return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False, **settings)

    index = bm25s.BM25()
    index.index(tokens(documents), show_progress=False)
    return numpy.array([index.get_scores(query) for query in tokens(queries, return_ids=False)])


def evaluate(scores: numpy.ndarray, ids: list[str], queries: list[str], qrels: dict) -> dict[str, float]:
    run = {}
    for query, row in zip(queries, scores):
        best = [place for place in numpy.argsort(-row, kind="stable")[:TOP_K] if row[place] > 0]
        run[query] = {ids[place]: float(row[place]) for place in best}
    values = pytrec_eval.RelevanceEvaluator(qrels, set(MEASURES)).evaluate(run).values()
    return {
        ours: float(numpy.mean([each[theirs.replace(".", "_")] for each in values])) for theirs, ours in MEASURES.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=["dense", "bm25"])
    parser.add_argument("--collection", type=pathlib.Path, required=True, help="a folder in BEIR's layout")
    parser.add_argument("--model", help="sentence-transformers directory")
    settings = parser.parse_args()
    qrels = judgments(settings.collection / "qrels" / "test.tsv")
    documents = rows(settings.collection / "corpus.jsonl")
    queries = [row for row in rows(settings.collection / "queries.jsonl") if row["_id"] in qrels]
    # What BEIR gives its models: title and text.
    texts = [(row.get("title", "") + " " + row["text"]).strip() for row in documents]
    questions = [row["text"] for row in queries]
    scores = dense(texts, questions, settings.model) if settings.engine == "dense" else bm25(texts, questions)
    print(json.dumps(evaluate(scores, [row["_id"] for row in documents], [row["_id"] for row in queries], qrels)))


if __name__ == "__main__":
    main()
