"""The command line that every benchmark has, and what surrounds its work: a folder, failures, and the page it makes."""

import argparse
import pathlib
import sys
import tempfile
from collections.abc import Callable

import processes
import tables


def parser(description: str) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--quick", action="store_true", help="one short round, which is not judged")
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--output", type=pathlib.Path, help="also write the tables to this Markdown file")
    return made


def some_of(names: list[str]) -> Callable[[str], list[str]]:
    """Reads a list with commas in which only these names stand."""

    def read(text: str) -> list[str]:
        if wrong := [name for name in text.split(",") if name not in names]:
            raise argparse.ArgumentTypeError(f"expected some of {','.join(names)}, found {','.join(wrong)}")
        return text.split(",")

    return read


def run(arguments: argparse.Namespace, make: Callable[[pathlib.Path], str], keep: pathlib.Path | None = None) -> None:
    """Has a page made in a folder that goes away unless it is to be kept, prints it, and writes it down."""
    processes.require_linnet()
    arguments.rounds = 1 if arguments.quick else arguments.rounds
    with tempfile.TemporaryDirectory() as temporary:
        folder = keep or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            page = make(folder.resolve())
        except processes.ContestantFailed as failure:
            sys.exit(f"a contestant failed: {failure}")
    print(page)
    if arguments.output:
        arguments.output.write_text(page, encoding="utf-8")


def page(benchmark: str, parts: list[str], peers: tuple[str, ...], rounds: int) -> str:
    """The parts, and how, where and against what they were made."""
    command = f"Benchmarks/{benchmark}/run {' '.join(sys.argv[1:])}".strip()
    made = f"Made by `{command}` on {tables.machine(peers)}; medians of {rounds} rounds."
    return "\n\n".join([*parts, made]) + "\n"
