"""Markdown tables of what was measured, with what it was measured on."""

import importlib.metadata
import pathlib
import platform
import statistics

from finetune.contests import Bar, Embedding, Training

PEERS = ("torch", "transformers", "peft", "sentence-transformers")


def markdown(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine() -> str:
    """The processor and the versions of the peers, in one line."""
    information = pathlib.Path("/proc/cpuinfo")
    names = [line for line in information.read_text().splitlines() if line.startswith("model name")]
    processor = names[0].split(":")[1].strip() if names else platform.processor()
    peers = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PEERS)
    return f"{processor}, two cores, {platform.system()}; {peers}"


def verdict(measured: float, bar: float | None, at_least: bool) -> str:
    if bar is None:
        return ""
    return "yes" if (measured >= bar if at_least else measured <= bar) else "NO"


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
