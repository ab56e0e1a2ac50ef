"""What the generation benchmark was made on."""

import tables
from contests import Medians
from generate.speed import BANDWIDTH

PEERS = ("torch", "transformers", "llama-cpp-python")


def machine(medians: Medians) -> str:
    bandwidth = medians.best(BANDWIDTH, "gigabytes_per_second")
    return f"{tables.machine(PEERS)}; {bandwidth:.1f} GB/s read by both cores at best"
