"""Embeds a file of sentences with sentence-transformers, tokenisation included, and prints one JSON object."""

import argparse
import json
import pathlib
import resource
import time

import numpy
import torch
from sentence_transformers import SentenceTransformer

BATCH_SIZES = (8, 16, 32, 64, 128)
TRIAL = 1000  # sentences on which the best batch size is found


def sentences_per_second(model: SentenceTransformer, texts: list[str], batch_size: int) -> float:
    started = time.perf_counter()
    model.encode(texts, batch_size=batch_size)
    return len(texts) / (time.perf_counter() - started)


def embed(arguments: argparse.Namespace) -> dict:
    texts = arguments.input.read_text(encoding="utf-8").rstrip("\n").split("\n")
    dtype = torch.bfloat16 if arguments.precision == "bf16" else torch.float32
    model = SentenceTransformer(arguments.model, device="cpu", model_kwargs={"dtype": dtype})
    model.encode(texts[:256])  # warm-up
    batch_size = arguments.batch_size
    if batch_size is None:
        batch_size = max(BATCH_SIZES, key=lambda size: sentences_per_second(model, texts[:TRIAL], size))
    result = {"sentences_per_second": sentences_per_second(model, texts, batch_size), "batch_size": batch_size}
    result["peak_memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if arguments.output:
        numpy.save(arguments.output, model.encode(texts, batch_size=batch_size).astype(numpy.float32))
    return result


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="sentence-transformers directory")
    parser.add_argument("--input", type=pathlib.Path, required=True, help="one sentence per line")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--batch-size", type=int, help="the fastest of 8…128 unless given")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=pathlib.Path, help="write the vectors here (.npy)")
    settings = parser.parse_args()
    torch.set_num_threads(settings.threads)
    print(json.dumps(embed(settings)))
