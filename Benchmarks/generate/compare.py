"""Linnet beside llama.cpp, transformers and PyTorch on causal language models: results first, then speed.

Contestants take turns (A B A B), each in a process of its own on the same two cores; the table shows medians.
"""

import argparse
import pathlib
import sys
import tempfile

import processes
import tables
from contests import Contest, Medians, say, table, take_turns
from generate import prompts, pretraining, speed, verify
from generate.lab import Lab

PEERS = ("torch", "transformers", "llama-cpp-python")
CONTESTS = [
    speed.against_llama_cpp("llama-135m"),
    speed.against_llama_cpp("llama-0.5b"),
    speed.against_transformers(),
    prompts.REUSE,
    prompts.LOAD,
    pretraining.PRETRAIN,
    pretraining.QUALITY,
]


def measure(contests: list[Contest], lab: Lab, rounds: int) -> Medians:
    medians = Medians()
    take_turns(contests, lab, rounds, medians)
    return medians


def compare(contests: list[Contest], lab: Lab, rounds: int) -> str:
    checked = verify.verify(lab)
    if pretraining.PRETRAIN in contests or pretraining.QUALITY in contests:
        checked += "\n" + verify.loss(lab, pretraining.shakespeare(lab)[0])
    say(checked)
    medians = measure(contests, lab, rounds)
    bars = [bar for contest in contests for bar in contest.bars]
    command = "Benchmarks/generate/run " + " ".join(sys.argv[1:])
    return "\n\n".join(
        [
            f"Results, checked before anything was timed:\n\n```\n{checked}\n```",
            table(bars, medians, lab.quick),
            f"Made by `{command.strip()}` on {tables.machine(PEERS)}; medians of {rounds} rounds.",
        ]
    ) + "\n"  # fmt: skip


def chosen(names: str) -> list[Contest]:
    by_name = {contest.name: contest for contest in CONTESTS}
    wrong = [name for name in names.split(",") if name not in by_name]
    if wrong:
        raise argparse.ArgumentTypeError(f"expected some of {','.join(by_name)}, found {','.join(wrong)}")
    return [by_name[name] for name in names.split(",")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one short round, which is not judged")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--only", type=chosen, default=CONTESTS, metavar="CONTEST,…", help=", ".join(each.name for each in CONTESTS)
    )
    parser.add_argument(
        "--corpus", type=pathlib.Path, default="../shared/data/tinyshakespeare/input.txt", help="tiny Shakespeare"
    )
    parser.add_argument("--models", type=pathlib.Path, help="keep the models here and use them again")
    parser.add_argument("--output", type=pathlib.Path, help="also write the table to this Markdown file")
    arguments = parser.parse_args()
    if not arguments.corpus.is_file():
        parser.error(f"--corpus: {arguments.corpus} is no file; give nanoGPT's input.txt of tiny Shakespeare")
    processes.require_linnet()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.models or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        lab = Lab(folder.resolve(), arguments.corpus.resolve(), arguments.quick)
        try:
            table = compare(arguments.only, lab, 1 if arguments.quick else arguments.rounds)
        except processes.ContestantFailed as failure:
            sys.exit(f"compare.py: a contestant failed: {failure}")
    print(table)
    if arguments.output:
        arguments.output.write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
