"""What a contest is: contestants that take turns, and bars that their medians have to clear; and their table."""

import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import tables


@dataclass(frozen=True)
class Contestant:
    """One configuration of one side; its measurement, made in a benchmark's lab, gives numbers by name."""

    title: str
    measure: Callable[[Any], dict[str, float]] = field(compare=False)
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

    def rounds(self, contestant: Contestant, name: str) -> list[float]:
        return self.measured[contestant.title, name]

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


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def take_turns(contests: list[Contest], lab: Any, rounds: int, medians: Medians) -> None:
    """Everyone once (A B A B), and again in every further round."""
    for turn in range(rounds):
        for contest in contests:
            for contestant in contest.contestants:
                if contestant.once and medians.holds(contestant):
                    continue
                numbers = contestant.measure(lab)
                medians.add(contestant, numbers)
                values = ", ".join(f"{name} {shown(value)}" for name, value in numbers.items())
                say(f"round {turn + 1}: {contestant.title}: {values}")


def shown(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def compared(bar: Bar, judged: float) -> str:
    if bar.theirs is None or bar.by == "value":
        return ""
    return f"{judged:+.2f}" if bar.by == "difference" else f"{judged:.2f}"


def row(bar: Bar, medians: Medians, quick: bool) -> list[str]:
    judged = bar.judged(medians)
    theirs = shown(bar.theirs(medians)) if bar.theirs else ""
    required = f"{'≥' if bar.at_least else '≤'} {bar.required}" if bar.required is not None else ""
    return [
        bar.title, shown(bar.ours(medians)), bar.unit, bar.peer, theirs, compared(bar, judged), required,
        "" if quick else tables.verdict(judged, bar.required, bar.at_least),
    ]  # fmt: skip


def table(bars: list[Bar], medians: Medians, quick: bool) -> str:
    """One row per bar; a quick run is too short to be judged."""
    header = ["measure", "Linnet", "unit", "peer", "peer's", "compared", "bar", "met"]
    return tables.markdown(header, [row(bar, medians, quick) for bar in bars])
