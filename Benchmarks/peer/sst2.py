"""Sentences with labels from tab-separated files: `train.tsv` and `dev.tsv`, a sentence and 0 or 1 per line."""

import pathlib
import sys


def read(folder: pathlib.Path, split: str) -> tuple[list[str], list[int]]:
    path = folder / f"{split}.tsv"
    if not path.is_file():
        sys.exit(f"{path}: not found; --data takes a folder with SST-2's train.tsv and dev.tsv (sentence TAB label)")
    rows = [line.rsplit("\t", 1) for line in path.read_text(encoding="utf-8").split("\n") if line]
    return [text for text, _ in rows], [int(label) for _, label in rows]
