"""The tables of the fine-tuning benchmark."""

import statistics

from finetune.contests import Bar, Embedding, Training
from tables import markdown, verdict


def speed_row(bar: Bar, measured: dict[Training | Embedding, list[dict]]) -> list[str]:
    ours, theirs = ([statistics.median(run["speed"] for run in measured[side])] for side in (bar.linnet, bar.peer))
    ratio = ours[0] / theirs[0]
    required = f"≥ {bar.speed}" if bar.speed else ""
    return [
        bar.linnet.title, f"{ours[0]:.1f}", bar.peer.title, f"{theirs[0]:.1f}", f"{ratio:.2f}", required,
        verdict(ratio, bar.speed, at_least=True),
    ]  # fmt: skip


def memory_row(bar: Bar, measured: dict[Training | Embedding, list[dict]]) -> list[str]:
    ours, theirs = (statistics.median(run["memory"] for run in measured[side]) for side in (bar.linnet, bar.peer))
    return [
        bar.linnet.title, f"{ours:.0f}", bar.peer.title, f"{theirs:.0f}", f"{ours / theirs:.2f}", f"≤ {bar.memory}",
        verdict(ours / theirs, bar.memory, at_least=False),
    ]  # fmt: skip


def speed_table(bars: list[Bar], measured: dict, unit: str) -> str:
    header = ["Linnet", unit, "peer", unit, "ratio", "bar", "met"]
    return markdown(header, [speed_row(bar, measured) for bar in bars])


def memory_table(bars: list[Bar], measured: dict) -> str:
    header = ["Linnet", "peak MiB", "peer", "peak MiB", "ratio", "bar", "met"]
    return markdown(header, [memory_row(bar, measured) for bar in bars if bar.memory])


def accuracy_table(rows: list[list[str]]) -> str:
    return markdown(["run", "Linnet %", "peer %", "difference", "bar", "met"], rows)
