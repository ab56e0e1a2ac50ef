"""Markdown tables of what was measured, with what it was measured on."""

import importlib.metadata
import pathlib
import platform


def markdown(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine(peers: tuple[str, ...]) -> str:
    """The processor and the versions of those peers that are installed, in one line."""
    information = pathlib.Path("/proc/cpuinfo")
    names = [line for line in information.read_text().splitlines() if line.startswith("model name")]
    processor = names[0].split(":")[1].strip() if names else platform.processor()
    known = {each.metadata["Name"].lower().replace("_", "-"): each.version for each in importlib.metadata.distributions()}
    versions = ", ".join(f"{name} {known[name]}" for name in peers if name in known)
    return f"{processor}, two cores, {platform.system()}; {versions}"


def verdict(measured: float, bar: float | None, at_least: bool) -> str:
    if bar is None:
        return ""
    return "yes" if (measured >= bar if at_least else measured <= bar) else "NO"
