"""Fine-tuning a retriever on pairs of title and abstract: beside sentence-transformers' own trainer."""

import json
import pathlib
import shutil
import sys
from dataclasses import dataclass

import processes
from contests import Bar, Contest, Contestant, number
from peer import models

BATCH_SIZE, LEARNING_RATE, RATIO = 64, "2e-5", 2.5
# The peer's first steps are not timed, Linnet's are.
WARM_UP, MEASURED, QUICK = 2, 8, 2
CHECKED_STEPS = 4
# bf16 rounds at different places on both sides.
ALLOWED = {"fp32": 1e-4, "bf16": 2e-2}


@dataclass
class Lab:
    """Pairs that are made, and losses that are compared, when they are first asked for."""

    folder: pathlib.Path
    quick: bool
    corpus: pathlib.Path = pathlib.Path("../shared/data/cranfield/corpus.jsonl")

    @property
    def pairs(self) -> pathlib.Path:
        path = self.folder / "pairs.jsonl"
        if not path.exists():
            documents = [json.loads(line) for line in self.corpus.read_text(encoding="utf-8").splitlines()]
            rows = [{"anchor": each["title"], "positive": each["text"]} for each in documents if each["title"]]
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
            check_losses(self)
        return path

    @property
    def steps(self) -> int:
        return QUICK if self.quick else MEASURED


def linnet(lab: Lab) -> dict[str, float]:
    words = ["--train", lab.pairs, "--max-steps", lab.steps + WARM_UP, "--precision", "bf16"]
    finished = tune(models.minilm(), lab.folder / "retriever", words)
    return {"pairs_per_second": finished.report["train_samples_per_second"], "memory": finished.peak_memory_mib}


def tune(model: pathlib.Path, output: pathlib.Path, words: list) -> processes.Run:
    return processes.linnet(
        "finetune", "embed", "--model", model, "--batch-size", BATCH_SIZE, "--learning-rate", LEARNING_RATE,
        "--warmup-ratio", 0.1, "--save-strategy", "no", "--logging-steps", 1, "--output", output, "--quiet", "--json",
        *words
    )  # fmt: skip


def peer(precision: str, attention: str = "sdpa"):
    def measure(lab: Lab) -> dict[str, float]:
        report = processes.peer(
            "retriever", "--model", models.minilm(), "--data", lab.pairs, "--max-steps", lab.steps + WARM_UP,
            "--warm-up", WARM_UP, "--batch-size", BATCH_SIZE, "--learning-rate", LEARNING_RATE, "--precision",
            precision, "--attention", attention
        ).report  # fmt: skip
        return {"pairs_per_second": report["pairs_per_second"], "memory": report["peak_memory_mib"]}

    return measure


def check_losses(lab: Lab) -> None:
    """Both sides train a few steps on one batch, without dropout; where the losses differ nothing is timed."""
    model = lab.folder / "minilm-without-dropout"
    shutil.copytree(models.minilm(), model, dirs_exist_ok=True)
    config = json.loads((model / "config.json").read_text())
    config |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    (model / "config.json").write_text(json.dumps(config))
    batch = lab.folder / "batch.jsonl"
    batch.write_text("".join(lab.pairs.read_text(encoding="utf-8").splitlines(keepends=True)[:BATCH_SIZE]))
    for precision, allowed in ALLOWED.items():
        output = lab.folder / f"losses-{precision}"
        tune(model, output, ["--train", batch, "--max-steps", CHECKED_STEPS, "--precision", precision, "--overwrite"])
        entries = [json.loads(line) for line in (output / "log.jsonl").read_text().splitlines()]
        ours = [entry["loss"] for entry in entries if "loss" in entry]
        words = ["--data", batch, "--max-steps", CHECKED_STEPS, "--precision", precision]
        theirs = processes.peer("retriever", "--model", model, *words).report["losses"]
        differences = [abs(mine - other) for mine, other in zip(ours, theirs, strict=True)]
        shown = ", ".join(f"{mine:.4f}/{other:.4f}" for mine, other in zip(ours, theirs))
        print(f"losses of the first steps, {precision}, Linnet/sentence-transformers: {shown}", file=sys.stderr)
        if max(differences) > allowed:
            sys.exit(f"training.py: the losses differ by {max(differences):.5f} in {precision}, allowed {allowed}")


LINNET = Contestant("Linnet bf16", linnet)
BEST = Contestant("sentence-transformers bf16", peer("bf16"))
EAGER = Contestant("sentence-transformers bf16, eager attention", peer("bf16", "eager"))
DEFAULT = Contestant("sentence-transformers fp32", peer("fp32"))
SPEED = "pairs_per_second"

TRAINING = Contest(
    "training",
    [LINNET, BEST, EAGER, DEFAULT],
    [
        Bar(f"finetune embed, MiniLM, {BATCH_SIZE} pairs a batch", "pairs/s", number(LINNET, SPEED),
            number(each, SPEED), each.title, RATIO)
        for each in (BEST, EAGER, DEFAULT)
    ],
)  # fmt: skip
