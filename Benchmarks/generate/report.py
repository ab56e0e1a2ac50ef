"""The table of the generation benchmark."""

import tables
from generate.contests import Bar, Medians

PEERS = ("torch", "transformers", "llama-cpp-python")


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
