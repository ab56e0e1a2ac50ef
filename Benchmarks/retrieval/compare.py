"""Linnet beside the libraries that retrieve: each part is contestants who take turns, and a table of their medians."""

import argparse
import pathlib
import sys
import tempfile

import processes
import tables
from contests import Medians, table, take_turns
from retrieval import search

PARTS = {"search": search.SEARCH}
LABS = {"search": search.Lab}
PEERS = ("faiss-cpu", "sqlite-vec")


def compare(parts: list[str], folder: pathlib.Path, rounds: int, quick: bool) -> str:
    sections = []
    for part in parts:
        medians = Medians()
        take_turns([PARTS[part]], LABS[part](folder, quick), rounds, medians)
        sections.append(table(PARTS[part].bars, medians, quick))
    command = "Benchmarks/retrieval/run " + " ".join(sys.argv[1:])
    made = f"Made by `{command.strip()}` on {tables.machine(PEERS)}; medians of {rounds} rounds."
    return "\n\n".join([*sections, made]) + "\n"


def chosen(names: str) -> list[str]:
    if wrong := [name for name in names.split(",") if name not in PARTS]:
        raise argparse.ArgumentTypeError(f"expected some of {','.join(PARTS)}, found {','.join(wrong)}")
    return names.split(",")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, which is not judged")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parts", type=chosen, default=list(PARTS), metavar="PART,…", help=", ".join(PARTS))
    parser.add_argument("--work", type=pathlib.Path, help="keep what is made here and use it again")
    parser.add_argument("--output", type=pathlib.Path, help="also write the table to this Markdown file")
    arguments = parser.parse_args()
    processes.require_linnet()
    rounds = 1 if arguments.quick else arguments.rounds
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.work or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            text = compare(arguments.parts, folder.resolve(), rounds, arguments.quick)
        except processes.ContestantFailed as failure:
            sys.exit(f"compare.py: a contestant failed: {failure}")
    print(text)
    if arguments.output:
        arguments.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
