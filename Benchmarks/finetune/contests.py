"""Which configurations run against each other, and what each ratio has to be."""

import pathlib
from dataclasses import dataclass

import processes

BATCH_SIZE, MAX_LENGTH = 16, 128
LEARNING_RATES = {"full": "5e-5", "lora": "1e-3"}


@dataclass(frozen=True)
class Steps:
    """How long a training run is. The peer's first steps are not timed; Linnet's are."""

    measured: int
    warm_up: int


# Fifty steps are one block of the peer's length grouping.
MINILM, BERT_BASE, PADDED = Steps(100, 20), Steps(50, 3), Steps(20, 3)
QUICK = Steps(50, 3)


@dataclass(frozen=True)
class Training:
    """One contestant that fine-tunes a classifier."""

    title: str
    side: str  # linnet or peer
    model: str  # minilm or bert-base
    method: str = "full"
    precision: str = "bf16"
    grouped: bool = False
    padded: bool = False
    steps: Steps = MINILM

    def words(self, model: pathlib.Path, data: pathlib.Path, quick: bool) -> list:
        steps = min(self.steps, QUICK, key=lambda steps: steps.measured) if quick else self.steps
        shared = ["--model", model, "--batch-size", BATCH_SIZE, "--max-length", MAX_LENGTH, "--seed", 42]
        shared += ["--precision", self.precision, "--max-steps", steps.measured + steps.warm_up]
        shared += ["--learning-rate", LEARNING_RATES[self.method]]
        if self.side == "linnet":
            return shared + ["--train", data / "train.tsv", *linnet_method(self.method)]
        shared += ["--data", data, "--method", self.method, "--warm-up", steps.warm_up]
        shared += ["--sampling", "group_by_length"] if self.grouped else []
        return shared + (["--pad-to-max"] if self.padded else [])

    def run(self, model: pathlib.Path, data: pathlib.Path, folder: pathlib.Path, quick: bool) -> dict:
        words = self.words(model, data, quick)
        if self.side == "peer":
            finished = processes.peer("train", *words)
            speed = finished.report["samples_per_second"]
        else:
            finished = processes.linnet(
                "finetune", "classify", *words, "--warmup-ratio", 0.1, "--weight-decay", 0.01,
                "--eval-strategy", "no", "--save-strategy", "no", "--output", folder / "speed", "--json"
            )  # fmt: skip
            speed = finished.report["train_samples_per_second"]
        return {"speed": speed, "memory": finished.peak_memory_mib}


def linnet_method(method: str) -> list:
    if method == "full":
        return []
    return ["--lora", "--lora-rank", 8, "--lora-alpha", 32, "--lora-dropout", 0.1, "--lora-targets", "query,value"]


@dataclass(frozen=True)
class Embedding:
    """One contestant that embeds the training sentences, tokenisation included."""

    title: str
    side: str
    precision: str
    batch_size: int | None = None  # None: the peer's fastest

    def run(self, model: pathlib.Path, sentences: pathlib.Path, folder: pathlib.Path) -> dict:
        words = ["--model", model, "--input", sentences, "--precision", self.precision]
        if self.side == "peer":
            words += ["--batch-size", self.batch_size] if self.batch_size else []
            finished = processes.peer("embed", *words)
            return {"speed": finished.report["sentences_per_second"], "memory": finished.peak_memory_mib}
        # Linnet's seconds are those of the whole process: start, loading and writing count against it.
        finished = processes.linnet("embed", *words, "--output", folder / "vectors.npy")
        count = len(sentences.read_text(encoding="utf-8").rstrip("\n").split("\n"))
        return {"speed": count / finished.seconds, "memory": finished.peak_memory_mib}


@dataclass(frozen=True)
class Bar:
    """Linnet's speed must be `ratio` times the peer's; with `memory`, its memory at most that share of the peer's."""

    linnet: Training | Embedding
    peer: Training | Embedding
    speed: float | None = None
    memory: float | None = None


FULL = Training("Linnet full bf16", "linnet", "minilm")
LORA = Training("Linnet LoRA bf16", "linnet", "minilm", "lora")
BASE = Training("Linnet full bf16, BERT-base", "linnet", "bert-base", steps=BERT_BASE)
EMBED = Embedding("Linnet embed bf16", "linnet", "bf16")


def peer_training(title: str, method: str, precision: str, **settings) -> Training:
    return Training(title, "peer", settings.pop("model", "minilm"), method, precision, **settings)


TRAINING_BARS = [
    Bar(FULL, peer_training("Trainer full bf16, length-grouped", "full", "bf16", grouped=True), 2.0, 0.5),
    Bar(FULL, peer_training("Trainer full fp32 (its default)", "full", "fp32"), 4.0, 0.5),
    Bar(FULL, peer_training("Trainer full bf16", "full", "bf16"), memory=0.5),
    Bar(FULL, peer_training("Trainer full fp32, padded to 128", "full", "fp32", padded=True, steps=PADDED)),
    Bar(LORA, peer_training("PEFT LoRA bf16, length-grouped", "lora", "bf16", grouped=True), 2.2, 0.5),
    Bar(LORA, peer_training("PEFT LoRA bf16", "lora", "bf16"), memory=0.5),
    Bar(LORA, peer_training("PEFT LoRA fp32", "lora", "fp32"), memory=0.5),
    Bar(BASE, peer_training("Trainer bf16, BERT-base", "full", "bf16", model="bert-base", steps=BERT_BASE), 2.0, 0.5),
    Bar(
        BASE,
        peer_training(
            "Trainer bf16, BERT-base, length-grouped", "full", "bf16", model="bert-base", steps=BERT_BASE, grouped=True
        ),
        1.3,
        0.5,
    ),
]
EMBEDDING_BARS = [
    Bar(EMBED, Embedding("sentence-transformers fp32", "peer", "fp32", 32), 2.0),
    Bar(EMBED, Embedding("sentence-transformers fp32, best batch", "peer", "fp32"), 2.0),
    Bar(EMBED, Embedding("sentence-transformers bf16", "peer", "bf16", 32), 1.3),
    Bar(EMBED, Embedding("sentence-transformers bf16, best batch", "peer", "bf16"), 1.3),
]
