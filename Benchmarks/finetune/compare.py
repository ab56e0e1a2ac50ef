"""Linnet beside Hugging Face Trainer, PEFT and sentence-transformers: results first, then speed and memory.

Contestants take turns (A B A B), each in a process of its own on the same two cores; the table shows medians.
This process imports no large library: a child's peak memory begins at its parent's size.
"""

import argparse
import pathlib

import processes
import program
from contests import say
from finetune import accuracy, report
from finetune.contests import EMBEDDING_BARS, TRAINING_BARS, Bar, Embedding, Training
from peer import models, sst2

PARTS = ["training", "embedding", "accuracy"]
PEERS = ("torch", "transformers", "peft", "sentence-transformers")


def contestants(bars: list[Bar]) -> list[Training | Embedding]:
    """Everyone who runs in a round: Linnet again before each of its peers."""
    return [side for bar in bars for side in (bar.linnet, bar.peer)]


def verify(model: pathlib.Path, data: pathlib.Path) -> str:
    """Speed counts only for right results: a loss that falls, embeddings, files exchanged both ways."""
    return processes.python("interoperability.check", "--model", model, "--data", data).output


def measure_training(models_by_name: dict, data: pathlib.Path, folder: pathlib.Path, rounds: int, quick: bool) -> dict:
    measured: dict[Training, list[dict]] = {}
    for number in range(rounds):
        for contestant in contestants(TRAINING_BARS):
            result = contestant.run(models_by_name[contestant.model], data, folder, quick)
            measured.setdefault(contestant, []).append(result)
            say(f"round {number + 1}: {contestant.title}: {result['speed']:.1f} samples/s, {result['memory']:.0f} MiB")
    return measured


def measure_embedding(model: pathlib.Path, sentences: pathlib.Path, folder: pathlib.Path, rounds: int) -> dict:
    measured: dict[Embedding, list[dict]] = {}
    for number in range(rounds):
        for contestant in contestants(EMBEDDING_BARS):
            result = contestant.run(model, sentences, folder)
            measured.setdefault(contestant, []).append(result)
            say(f"round {number + 1}: {contestant.title}: {result['speed']:.0f} sentences/s")
    return measured


def compare(arguments: argparse.Namespace, folder: pathlib.Path) -> str:
    data, minilm = arguments.data.resolve(), arguments.model or models.minilm()
    sentences = folder / "sentences.txt"
    sentences.write_text("\n".join(sst2.read(data, "train")[0]) + "\n", encoding="utf-8")
    processes.python("peer.models", "--bert-base", folder / "bert-base")
    checked = verify(minilm, data)
    say(checked)
    parts = [f"Results, checked before anything was timed:\n\n```\n{checked.rstrip()}\n```"]
    models_by_name = {"minilm": minilm, "bert-base": folder / "bert-base"}
    if "training" in arguments.parts:
        training = measure_training(models_by_name, data, folder, arguments.rounds, arguments.quick)
        parts.append(report.speed_table(TRAINING_BARS, training, "samples/s"))
        parts.append(report.memory_table(TRAINING_BARS, training))
    if "embedding" in arguments.parts:
        embedding = measure_embedding(minilm, sentences, folder, arguments.rounds)
        parts.append(report.speed_table(EMBEDDING_BARS, embedding, "sentences/s"))
    if "accuracy" in arguments.parts:
        parts.append(report.accuracy_table(accuracy.rows(minilm, data, folder)))
    return program.page("finetune", parts, PEERS, arguments.rounds)


def main() -> None:
    parser = program.parser(__doc__)
    parser.add_argument(
        "--parts", type=program.some_of(PARTS), default=["training", "embedding"], metavar="PART,…",
        help="training, embedding (both unless given), accuracy: three epochs with three seeds (an hour)",
    )  # fmt: skip
    parser.add_argument("--model", type=pathlib.Path, help="sentence-transformers directory; MiniLM unless given")
    parser.add_argument("--data", type=pathlib.Path, default="../shared/data/sst2", help="folder with the .tsv files")
    arguments = parser.parse_args()
    program.run(arguments, lambda folder: compare(arguments, folder))


if __name__ == "__main__":
    main()
