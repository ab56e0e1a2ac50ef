"""Indexes the texts of a JSON lines file with sentence-transformers and faiss-flat, and prints one JSON object.

The time is that of encoding (tokenisation included), adding to the index, and writing index and texts to the disk;
start, imports and loading the model are not in it.
"""

import argparse
import json
import os
import pathlib
import resource
import time

import faiss
import torch
from sentence_transformers import SentenceTransformer

from peer.embed import BATCH_SIZES, TRIAL, sentences_per_second


def written(path: pathlib.Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def index(settings: argparse.Namespace) -> dict:
    dtype = torch.bfloat16 if settings.precision == "bf16" else torch.float32
    model = SentenceTransformer(settings.model, device="cpu", model_kwargs={"dtype": dtype})
    texts = [json.loads(line)["text"] for line in settings.input.read_text(encoding="utf-8").splitlines()]
    model.encode(texts[:256])  # warm-up
    batch_size = settings.batch_size or max(
        BATCH_SIZES, key=lambda size: sentences_per_second(model, texts[:TRIAL], size)
    )
    started = time.perf_counter()
    vectors = model.encode(texts, batch_size=batch_size, normalize_embeddings=True)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors.astype("float32"))
    faiss.write_index(flat, str(settings.output / "index.faiss"))
    (settings.output / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    written(settings.output / "index.faiss")
    written(settings.output / "texts.json")
    seconds = time.perf_counter() - started
    return {
        "chunks": flat.ntotal,
        "seconds": seconds,
        "chunks_per_second": flat.ntotal / seconds,
        "batch_size": batch_size,
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="sentence-transformers directory")
    parser.add_argument("--input", type=pathlib.Path, required=True, help="JSON lines with text")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="folder of the index")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--batch-size", type=int, help="the fastest of 8…128 unless given")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(arguments.threads)
    print(json.dumps(index(arguments)))
