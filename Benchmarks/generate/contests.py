"""What a contest is: contestants that take turns, and bars that their medians have to clear."""

import os
import pathlib
import statistics
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field

import processes


@dataclass
class Lab:
    """Where contestants find their models, which are made when they are first asked for."""

    folder: pathlib.Path
    corpus: pathlib.Path
    quick: bool

    def model(self, name: str) -> pathlib.Path:
        """A model with random weights and a tokenizer."""
        path = self.folder / name
        if not path.exists():
            processes.peer("causal_models", name, path, "--text", self.corpus)
        return path

    def gguf(self, model: pathlib.Path, kind: str) -> pathlib.Path:
        """The model for llama.cpp: Linnet's file in bf16, and what llama.cpp's own quantizer makes of it."""
        exact = self.folder / f"{model.name}-gguf"
        if not exact.exists():
            processes.linnet("quantize", model, "--to", "bf16", "--output", exact, "--quiet")
        path = self.folder / f"{model.name}-{kind}.gguf"
        if kind == "bf16":
            return exact / "model.gguf"
        if not path.exists():
            processes.run([self.llama("llama-quantize"), exact / "model.gguf", path, kind.upper()])
        return path

    @staticmethod
    def llama(program: str) -> pathlib.Path:
        """One of llama.cpp's programs, which are built when the first is asked for."""
        if "LLAMA_CPP_LIB_PATH" not in os.environ:
            script = processes.ROOT / "Benchmarks" / "peer" / "llama"
            built = subprocess.run([script], stdout=subprocess.PIPE, text=True, check=True)
            os.environ["LLAMA_CPP_LIB_PATH"] = built.stdout.strip()
        return pathlib.Path(os.environ["LLAMA_CPP_LIB_PATH"]) / program


@dataclass(frozen=True)
class Contestant:
    """One configuration of one side; its measurement gives numbers by name."""

    title: str
    measure: Callable[[Lab], dict[str, float]] = field(compare=False)
    once: bool = False  # results that do not vary are not measured again in every round


class Medians:
    """What was measured, as medians over the rounds."""

    def __init__(self) -> None:
        self.measured: dict[tuple[str, str], list[float]] = {}

    def add(self, contestant: Contestant, numbers: dict[str, float]) -> None:
        for name, value in numbers.items():
            self.measured.setdefault((contestant.title, name), []).append(value)

    def __call__(self, contestant: Contestant, name: str) -> float:
        return statistics.median(self.measured[contestant.title, name])

    def holds(self, contestant: Contestant) -> bool:
        return any(title == contestant.title for title, _ in self.measured)


Number = Callable[[Medians], float]


def number(contestant: Contestant, name: str) -> Number:
    return lambda medians: medians(contestant, name)


def best(*numbers: Number) -> Number:
    return lambda medians: max(each(medians) for each in numbers)


@dataclass(frozen=True)
class Bar:
    """Our number, the peer's, and what has to hold: of their ratio, their difference, or of our number alone."""

    title: str
    unit: str
    ours: Number
    theirs: Number | None = None
    peer: str = ""
    required: float | None = None
    at_least: bool = True
    by: str = "ratio"  # or difference, or value; without a peer it is the value

    def judged(self, medians: Medians) -> float:
        if self.theirs is None or self.by == "value":
            return self.ours(medians)
        if self.by == "difference":
            return self.ours(medians) - self.theirs(medians)
        return self.ours(medians) / self.theirs(medians)


@dataclass(frozen=True)
class Contest:
    """Contestants who take turns, and the bars of their table."""

    name: str
    contestants: list[Contestant]
    bars: list[Bar]
