"""How fast two cores read memory: the sum of an array far larger than any cache; prints one JSON object."""

import argparse
import json
import statistics
import time

import torch

GIBIBYTE = 1 << 30


def gigabytes_per_second(size: int, repetitions: int) -> float:
    """The median of the repetitions: what the machine sustains at this moment; its neighbours change it by a third."""
    array = torch.ones(size // 4)
    seconds = []
    for _ in range(repetitions):
        started = time.perf_counter()
        array.sum()
        seconds.append(time.perf_counter() - started)
    return array.nbytes / statistics.median(seconds) / 1e9


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=GIBIBYTE, help="bytes")
    parser.add_argument("--repetitions", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    settings = parser.parse_args()
    torch.set_num_threads(settings.threads)
    print(json.dumps({"gigabytes_per_second": gigabytes_per_second(settings.size, settings.repetitions)}))
