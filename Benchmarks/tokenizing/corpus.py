"""English text of any size out of the files that a user has: their lines, dealt out anew until the size is reached."""

import csv
import json
import pathlib
import random

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"  # where the other benchmarks look for theirs


def found():
    """Where English lies on this machine: the data of the other benchmarks; without them this project's pages and what
    Debian's packages say of themselves."""
    if DATA.is_dir():
        return [DATA]
    names = ["README.md", "CONTRIBUTING.md", "Documentation", "Examples/Sentiment", "/usr/share/doc"]
    return [path for path in (ROOT / name for name in names) if path.exists()]


def lines_of(path):
    """The texts of a file: columns of TSV and CSV, strings of JSON lines, lines of anything else."""
    suffix = path.suffix
    with open(path, encoding="utf-8", errors="replace", newline="" if suffix in (".tsv", ".csv") else None) as file:
        if suffix in (".tsv", ".csv"):
            tabs = {"delimiter": "\t", "quoting": csv.QUOTE_NONE} if suffix == ".tsv" else {}
            for row in csv.reader(file, **tabs):
                yield max(row, key=len, default="")
        elif suffix == ".jsonl":
            for line in file:
                for value in json.loads(line).values():
                    if isinstance(value, str):
                        yield value
        else:
            for line in file:
                yield line.rstrip("\n")


def collected(paths):
    """All texts under some files and folders."""
    suffixes = {".txt", ".tsv", ".csv", ".jsonl", ".md"}
    found = []
    for path in map(pathlib.Path, paths):
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and (file == path or file.suffix in suffixes):
                # Without white space at their ends lines may be encoded piece by piece: no word reaches over a line end.
                found += [line for line in map(str.strip, lines_of(file)) if line]
    return found


def write(paths, target, size, seed=1):
    """Writes about `size` bytes: every round holds all lines, in another order."""
    lines = collected(paths)
    if not lines:
        raise SystemExit(f"no text under {', '.join(map(str, paths))}; expected .txt, .tsv, .csv, .jsonl or .md files")
    order = random.Random(seed)
    written = 0
    with open(target, "w", encoding="utf-8", newline="\n") as file:
        while written < size:
            order.shuffle(lines)
            for line in lines:
                written += len((line + "\n").encode())
                file.write(line + "\n")
                if written >= size:
                    break
    return lines
