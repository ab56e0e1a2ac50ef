"""Dev accuracy after three epochs, mean over seeds, full and LoRA: Linnet's must be within half a point."""

import pathlib
import statistics
import sys

import processes
from finetune.contests import BATCH_SIZE, LEARNING_RATES, MAX_LENGTH, linnet_method

SEEDS = (1, 2, 3)
EPOCHS = 3
BAR_POINTS = 0.5


def linnet_accuracy(method: str, seed: int, model: pathlib.Path, data: pathlib.Path, folder: pathlib.Path) -> float:
    finished = processes.linnet(
        "finetune", "classify", "--model", model, "--train", data / "train.tsv", "--eval", data / "dev.tsv",
        "--epochs", EPOCHS, "--batch-size", BATCH_SIZE, "--max-length", MAX_LENGTH, "--warmup-ratio", 0.1,
        "--learning-rate", LEARNING_RATES[method], "--weight-decay", 0.01, "--precision", "bf16", "--seed", seed,
        "--save-strategy", "no", "--output", folder / f"accuracy-{method}-{seed}", "--json", *linnet_method(method)
    )  # fmt: skip
    return 100 * finished.report["eval_accuracy"]


def peer_accuracy(method: str, seed: int, model: pathlib.Path, data: pathlib.Path) -> float:
    finished = processes.peer(
        "train", "--model", model, "--data", data, "--method", method, "--precision", "bf16", "--epochs", EPOCHS,
        "--batch-size", BATCH_SIZE, "--max-length", MAX_LENGTH, "--seed", seed, "--accuracy"
    )  # fmt: skip
    return 100 * finished.report["accuracy"]


def rows(model: pathlib.Path, data: pathlib.Path, folder: pathlib.Path) -> list[list[str]]:
    """One table row per method: both means, every seed, and whether the bar is met."""
    table = []
    for method in ("full", "lora"):
        ours, theirs = [], []
        for seed in SEEDS:
            ours.append(linnet_accuracy(method, seed, model, data, folder))
            theirs.append(peer_accuracy(method, seed, model, data))
            print(f"{method}, seed {seed}: {ours[-1]:.2f} %, peer {theirs[-1]:.2f} %", file=sys.stderr, flush=True)
        difference = statistics.mean(ours) - statistics.mean(theirs)
        table.append(
            [
                f"{method}, {EPOCHS} epochs, bf16",
                f"{statistics.mean(ours):.2f} ({', '.join(f'{value:.2f}' for value in ours)})",
                f"{statistics.mean(theirs):.2f} ({', '.join(f'{value:.2f}' for value in theirs)})",
                f"{difference:+.2f}",
                f"≥ −{BAR_POINTS}",
                "yes" if difference >= -BAR_POINTS else "NO",
            ]
        )
    return table
