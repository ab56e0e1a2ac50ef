"""Linnet beside Hugging Face tokenizers on the same text, one thread each: equal ids, then MiB per second.

TEXT are files or folders with English (.txt, .tsv, .csv, .jsonl, .md); without any, what `corpus.found` finds. Their
lines, dealt out again and again, make the text. GPT-2's byte-pair encoding and BERT's WordPiece are trained on them
with the sizes of the originals (50257 and 30522 tokens, fewer where the text has no more to give).
"""

import pathlib
import sys
from dataclasses import dataclass, field

import processes
import program
from contests import Bar, Contest, Contestant, Medians, number, table, take_turns
from tokenizing import corpus

SPEED_BAR = 8
TOKENIZERS = {"gpt2": "GPT-2's byte-pair encoding", "bert": "BERT's WordPiece"}
PEERS = ("tokenizers",)


@dataclass
class Lab:
    """A text and two tokenizers, and the ids that each tokenizer makes of the text."""

    folder: pathlib.Path
    texts: list[pathlib.Path]
    megabytes: float
    digests: dict[str, tuple[int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        corpus.write(self.texts, self.text, int(self.megabytes * 1e6))
        processes.peer("tokenizing", "train", self.folder, *self.texts)

    @property
    def text(self) -> pathlib.Path:
        return self.folder / "text.txt"

    def rate(self, name: str, finished: processes.Run) -> dict[str, float]:
        """What a contestant has measured, if its ids are those of everyone before."""
        made = (finished.report["tokens"], finished.report["digest"])
        if self.digests.setdefault(name, made) != made:
            sys.exit(f"compare.py: {TOKENIZERS[name]}: the ids differ: {made}, before {self.digests[name]}")
        return {"mib_per_second": finished.report["mib_per_second"], "tokens": finished.report["tokens"]}


def contest(name: str) -> Contest:
    def linnet(lab: Lab) -> dict[str, float]:
        words = ["--model", lab.folder / name, "--input", lab.text, "--json"]
        return lab.rate(name, processes.linnet("bench", "tokenize", *words))

    def peer(lab: Lab) -> dict[str, float]:
        return lab.rate(name, processes.peer("tokenizing", "encode", lab.folder / name, lab.text))

    ours, theirs = Contestant(f"Linnet, {name}", linnet), Contestant(f"tokenizers, {name}", peer)
    rates = [number(side, "mib_per_second") for side in (ours, theirs)]
    return Contest(name, [ours, theirs], [Bar(TOKENIZERS[name], "MiB/s", *rates, "tokenizers", SPEED_BAR)])


def compare(lab: Lab, rounds: int, quick: bool) -> str:
    contests, medians = [contest(name) for name in TOKENIZERS], Medians()
    take_turns(contests, lab, rounds, medians)
    counts = ", ".join(f"{name} {count:,} tokens ({digest[:12]})" for name, (count, digest) in lab.digests.items())
    checked = f"Identical ids on both sides: {counts}; {lab.text.stat().st_size / 1e6:.0f} MB of text."
    return program.page("tokenizing", [checked, table([b for c in contests for b in c.bars], medians, quick)], PEERS, rounds)


def main() -> None:
    parser = program.parser(__doc__)
    parser.add_argument("texts", nargs="*", type=pathlib.Path, metavar="TEXT")
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--work", type=pathlib.Path, help="keep text and tokenizers here")
    arguments = parser.parse_args()
    texts = [path.resolve() for path in arguments.texts or corpus.found()]
    megabytes = min(arguments.megabytes, 5) if arguments.quick else arguments.megabytes
    program.run(
        arguments, lambda folder: compare(Lab(folder, texts, megabytes), arguments.rounds, arguments.quick),
        keep=arguments.work,
    )  # fmt: skip


if __name__ == "__main__":
    main()
