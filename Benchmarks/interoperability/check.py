"""Opens Linnet's files with transformers, PEFT and sentence-transformers, and theirs with Linnet; compares numbers.

Exits with 1 when a pair differs by more than the bar: 1e-4 for logits, cosine 0.9995 for embeddings, 1e-5 for vectors of
fine-tuned retrievers. The classifiers are fine-tuned for a few steps first, and must then do better than guessing.
"""

import argparse
import json
import math
import pathlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

import numpy

import processes
from interoperability import opened
from peer import models, sst2

LOGIT_BAR, COSINE_BAR, VECTOR_BAR = 1e-4, 0.9995, 1e-5
GUESSING = math.log(2)  # the loss of somebody who knows nothing about two labels
STEPS = 60


@dataclass
class Finding:
    subject: str
    value: float
    bar: float
    holds: bool

    def __str__(self) -> str:
        return f"{'ok  ' if self.holds else 'FAIL'}  {self.subject}: {self.value:.3g} (bar {self.bar:.4g})"


def logits_finding(subject: str, directory: pathlib.Path, texts: list[str], base: pathlib.Path | None) -> Finding:
    from_python = opened.logits_from_python(directory, texts, base)
    from_linnet = opened.logits_from_linnet(directory, texts)
    difference = float(numpy.abs(from_python - from_linnet).max())
    return Finding(f"{subject}, largest logit difference", difference, LOGIT_BAR, difference <= LOGIT_BAR)


def cosine_finding(model: pathlib.Path, texts: list[str], precision: str) -> Finding:
    reference = opened.embeddings_from_python(model, texts)
    cosine = opened.lowest_cosine(reference, opened.embeddings_from_linnet(model, texts, precision))
    return Finding(f"embeddings in {precision}, lowest cosine to fp32", cosine, COSINE_BAR, cosine >= COSINE_BAR)


def train_with_linnet(model: pathlib.Path, data: pathlib.Path, output: pathlib.Path, *words) -> Finding:
    report = processes.linnet(
        "finetune", "classify", "--model", model, "--train", data / "train.tsv", "--eval", data / "dev.tsv",
        "--max-steps", STEPS, "--max-length", opened.MAX_LENGTH, "--precision", "bf16", "--output", output, "--json",
        *words
    ).report  # fmt: skip
    loss = report["eval_loss"]
    return Finding(f"{output.name}, loss on dev.tsv after {STEPS} steps", loss, GUESSING, loss < GUESSING)


def retriever_finding(model: pathlib.Path, texts: list[str], output: pathlib.Path, *words) -> Finding:
    """Trains on neighbouring sentences, which says nothing, and compares what both sides make of the result."""
    pairs = output.with_suffix(".jsonl")
    rows = [{"anchor": first, "positive": second} for first, second in zip(texts, texts[1:])]
    pairs.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    processes.linnet("finetune", "embed", "--model", model, "--train", pairs, "--output", output, "--quiet", *words)
    from_python = opened.embeddings_from_python(output, texts)
    difference = float(numpy.abs(from_python - opened.embeddings_from_linnet(output, texts, "fp32")).max())
    subject = f"{output.name} in sentence-transformers, largest difference of vectors"
    return Finding(subject, difference, VECTOR_BAR, difference <= VECTOR_BAR)


def without_modules(model: pathlib.Path, output: pathlib.Path) -> pathlib.Path:
    """The bare encoder of a sentence-transformers directory."""
    shutil.copytree(model, output, ignore=shutil.ignore_patterns("modules.json", "1_Pooling", "*sentence*"))
    return output


def findings(model: pathlib.Path, data: pathlib.Path, folder: pathlib.Path) -> Iterator[Finding]:
    texts = sst2.read(data, "dev")[0][:200]
    yield cosine_finding(model, texts, "fp32")
    yield cosine_finding(model, texts, "bf16")

    full, adapter, merged = folder / "linnet-full", folder / "linnet-lora", folder / "linnet-merged"
    yield train_with_linnet(model, data, full)
    yield logits_finding("Linnet's full fine-tune in transformers", full, texts, None)
    yield train_with_linnet(model, data, adapter, "--lora", "--learning-rate", "1e-3")
    yield logits_finding("Linnet's adapter in PEFT", adapter, texts, model)
    processes.linnet("merge", adapter, "--output", merged)
    yield logits_finding("Linnet's merged adapter in transformers", merged, texts, None)

    yield retriever_finding(model, texts, folder / "linnet-retriever")
    yield retriever_finding(model, texts, folder / "linnet-retriever-lora", "--lora", "--learning-rate", "1e-3")
    bare = without_modules(model, folder / "bare")
    yield retriever_finding(bare, texts, folder / "linnet-retriever-bare", "--max-length", opened.MAX_LENGTH)

    for method in ("full", "lora"):
        output = folder / f"peer-{method}"
        words = ("--model", model, "--data", data, "--method", method, "--max-steps", STEPS, "--output", output)
        processes.peer("train", *words)
        yield logits_finding(f"the peer's {method} fine-tune in Linnet", output, texts, model)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, help="sentence-transformers directory; MiniLM unless given")
    parser.add_argument("--data", type=pathlib.Path, default="../shared/data/sst2", help="folder with the .tsv files")
    arguments = parser.parse_args()
    processes.require_linnet()
    with tempfile.TemporaryDirectory() as folder:
        held = True
        model = arguments.model or models.minilm()
        try:
            for finding in findings(model, arguments.data.resolve(), pathlib.Path(folder)):
                print(finding, flush=True)
                held = held and finding.holds
        except processes.ContestantFailed as failure:
            sys.exit(f"check.py: a command failed: {failure}")
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
