"""Linnet beside llama.cpp, transformers and PyTorch on causal language models: results first, then speed.

Contestants take turns (A B A B), each in a process of its own on the same two cores; the table shows medians.
"""

import pathlib

import program
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


def compare(contests: list[Contest], lab: Lab, rounds: int) -> str:
    checked = verify.verify(lab)
    if pretraining.PRETRAIN in contests or pretraining.QUALITY in contests:
        checked += "\n" + verify.loss(lab, pretraining.shakespeare(lab)[0])
    say(checked)
    medians = Medians()
    take_turns(contests, lab, rounds, medians)
    bars = [bar for contest in contests for bar in contest.bars]
    results = f"Results, checked before anything was timed:\n\n```\n{checked}\n```"
    return program.page("generate", [results, table(bars, medians, lab.quick)], PEERS, rounds)


def main() -> None:
    parser = program.parser(__doc__)
    names = {contest.name: contest for contest in CONTESTS}
    parser.add_argument(
        "--only", type=program.some_of(list(names)), default=list(names), metavar="CONTEST,…", help=", ".join(names)
    )
    parser.add_argument(
        "--corpus", type=pathlib.Path, default="../shared/data/tinyshakespeare/input.txt", help="tiny Shakespeare"
    )
    parser.add_argument("--models", type=pathlib.Path, help="keep the models here and use them again")
    arguments = parser.parse_args()
    if not arguments.corpus.is_file():
        parser.error(f"--corpus: {arguments.corpus} is no file; give nanoGPT's input.txt of tiny Shakespeare")

    def make(folder: pathlib.Path) -> str:
        lab = Lab(folder, arguments.corpus.resolve(), arguments.quick)
        return compare([names[name] for name in arguments.only], lab, arguments.rounds)

    program.run(arguments, make, keep=arguments.models)


if __name__ == "__main__":
    main()
