"""Runs one contestant in a process of its own, on two cores, and reads the JSON object on its last line."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINNET = pathlib.Path(os.environ.get("LINNET", ROOT / ".build" / "release" / "linnet"))
CORES = 2


class ContestantFailed(Exception):
    """A contestant ended with an error; the message is its command and the end of its output."""


@dataclass
class Run:
    """What a finished process printed and used."""

    output: str
    seconds: float
    peak_memory_mib: float

    @property
    def report(self) -> dict:
        """The JSON object on the last line."""
        return json.loads(self.output.rstrip().rsplit("\n", 1)[-1])

    @property
    def rows(self) -> list[dict]:
        """The JSON object on every line."""
        return [json.loads(line) for line in self.output.split("\n") if line]


def multiplies_bf16() -> bool:
    """Whether this processor has AVX512-BF16."""
    return "avx512_bf16" in pathlib.Path("/proc/cpuinfo").read_text()


def keep_to_cores() -> None:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])


def run(command: list, text: str = "") -> Run:
    """Waits for the command, which reads `text` from stdin. Memory is the process's own peak resident size, the same
    measure for everybody."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "Benchmarks"),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": str(CORES),
        "TOKENIZERS_PARALLELISM": "true",
        "PYTHONWARNINGS": "ignore",
    }
    words = [str(word) for word in command]
    # Files, not pipes: nobody has to read while the contestant is timed.
    with tempfile.TemporaryFile("w+") as source, tempfile.TemporaryFile("w+") as output, \
            tempfile.TemporaryFile("w+") as messages:  # fmt: skip
        source.write(text)
        source.seek(0)
        started = time.perf_counter()
        process = subprocess.Popen(
            words, stdin=source, stdout=output, stderr=messages, env=environment, cwd=ROOT, preexec_fn=keep_to_cores
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        messages.seek(0)
        if process.returncode != 0:
            raise ContestantFailed(f"{' '.join(words)}\n{output.read()[-2000:]}{messages.read()[-2000:]}")
        return Run(output.read(), seconds, usage.ru_maxrss / 1024)


def python(module: str, *words) -> Run:
    return run([sys.executable, "-m", module, *words])


def peer(module: str, *words) -> Run:
    return python(f"peer.{module}", *words)


def linnet(*words, text: str = "") -> Run:
    return run([LINNET, *words], text)


def require_linnet() -> None:
    if not LINNET.is_file():
        sys.exit(f"{LINNET}: not found; build it with `swift build -c release`")
