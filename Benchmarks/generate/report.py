"""The table of the generation benchmark."""

import tables
from generate.contests import Bar, Medians
from generate.speed import BANDWIDTH

PEERS = ("torch", "transformers", "llama-cpp-python")


def shown(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def row(bar: Bar, medians: Medians) -> list[str]:
    judged = bar.judged(medians)
    theirs = shown(bar.theirs(medians)) if bar.theirs else ""
    required = f"{'≥' if bar.at_least else '≤'} {bar.required}" if bar.required is not None else ""
    return [
        bar.title, shown(bar.ours(medians)), bar.unit, bar.peer, theirs, f"{judged:.2f}" if bar.theirs else "",
        required, tables.verdict(judged, bar.required, bar.at_least),
    ]  # fmt: skip


def table(bars: list[Bar], medians: Medians) -> str:
    return tables.markdown(
        ["measure", "Linnet", "unit", "peer", "peer's", "ratio", "bar", "met"], [row(bar, medians) for bar in bars]
    )


def machine(medians: Medians) -> str:
    bandwidth = medians(BANDWIDTH, "gigabytes_per_second")
    return f"{tables.machine(PEERS)}; {bandwidth:.1f} GB/s read by both cores"
