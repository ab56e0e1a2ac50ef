"""Indexing ten thousand chunks: beside sentence-transformers with faiss-flat; and the memory of a hundred thousand.

Chunks are passages of 20 to 110 words out of Cranfield's abstracts, no two the same, short enough to stay whole. The
time of both is without start and loading of the model; that of Linnet's whole process stands beside it.
"""

import json
import pathlib
import random
import sys
from dataclasses import dataclass

import processes
from contests import Bar, Contest, Contestant, Number, best, number
from peer import models

SPEED_BAR, MEMORY_BAR_MIB = 2, 1024
SHORTEST, LONGEST = 20, 110  # words
PRECISIONS = ("fp32", "bf16")


@dataclass
class Lab:
    """Files of passages, made when they are first asked for."""

    folder: pathlib.Path
    quick: bool
    corpus: pathlib.Path

    def passages(self, count: int) -> tuple[pathlib.Path, int]:
        count = count // 10 if self.quick else count
        path = self.folder / f"passages-{count}.jsonl"
        if not path.exists():
            lines = self.corpus.read_text(encoding="utf-8").splitlines()
            texts = passages([json.loads(line)["text"].split() for line in lines], count)
            path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
        return path, count


def passages(documents: list[list[str]], count: int) -> list[str]:
    generator = random.Random(1)
    documents = [words for words in documents if len(words) >= SHORTEST]
    found: dict[str, None] = {}
    while len(found) < count:
        words = generator.choice(documents)
        start = generator.randrange(len(words) - SHORTEST + 1)
        found[" ".join(words[start : start + generator.randint(SHORTEST, LONGEST)])] = None
    return list(found)


def index(lab: Lab, chunks: int) -> dict[str, float]:
    path, count = lab.passages(chunks)
    store = lab.folder / "benchmark.db"
    store.unlink(missing_ok=True)
    finished = processes.linnet("index", path, "--store", store, "--model", models.minilm(), "--quiet", "--json")
    if finished.report["chunks"] != count:
        sys.exit(f"indexing.py: expected {count} chunks, linnet index made {finished.report['chunks']}")
    return {
        "chunks_per_second": count / finished.report["seconds"],
        "process_chunks_per_second": count / finished.seconds,
        "memory": finished.peak_memory_mib,
    }


def peer(precision: str) -> Contestant:
    def measure(lab: Lab) -> dict[str, float]:
        words = ["--model", models.minilm(), "--input", lab.passages(10_000)[0], "--precision", precision]
        words += ["--output", lab.folder / "faiss", "--threads", processes.CORES]
        finished = processes.peer("index", *words)
        return {name: finished.report[name] for name in ("chunks_per_second", "batch_size")} | {
            "memory": finished.peak_memory_mib
        }

    return Contestant(f"sentence-transformers {precision}, best batch, faiss-flat", measure)


LINNET = Contestant("Linnet index", lambda lab: index(lab, 10_000))
LARGE = Contestant("Linnet index, 100,000 chunks", lambda lab: index(lab, 100_000), once=True)
PEERS = [peer(precision) for precision in PRECISIONS]
FASTEST: Number = best(*(number(each, "chunks_per_second") for each in PEERS))

INDEXING = Contest(
    "indexing",
    [LINNET, *PEERS],
    [
        Bar(
            "indexing 10,000 chunks", "chunks/s", number(LINNET, "chunks_per_second"), FASTEST,
            "sentence-transformers + faiss-flat, best of fp32 and bf16", SPEED_BAR
        ),
        Bar(
            "same, Linnet's whole process", "chunks/s", number(LINNET, "process_chunks_per_second"), FASTEST,
            "sentence-transformers + faiss-flat, best of fp32 and bf16"
        ),
        *(
            Bar(
                "same", "chunks/s", number(LINNET, "chunks_per_second"), number(each, "chunks_per_second"),
                each.title
            )
            for each in PEERS
        ),
        Bar(
            "same, memory", "MiB", number(LINNET, "memory"), number(PEERS[0], "memory"), PEERS[0].title,
            at_least=False
        ),
    ],
)  # fmt: skip
MEMORY = Contest(
    "memory",
    [LARGE],
    [
        Bar(
            "memory while indexing 100,000 chunks", "MiB", number(LARGE, "memory"), required=MEMORY_BAR_MIB,
            at_least=False
        ),
        Bar("same, speed", "chunks/s", number(LARGE, "chunks_per_second")),
    ],
)  # fmt: skip
