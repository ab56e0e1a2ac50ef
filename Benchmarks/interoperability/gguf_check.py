"""Opens the GGUF files that `linnet quantize` writes with llama.cpp and with the gguf package; compares numbers.

Per architecture: logits of single precision and bfloat16 files beside transformers' (of the same rounded weights), ids of
a few texts beside the Hugging Face tokenizer's, and every matrix of the bf16, q8 and q4 files byte for byte beside the
one that llama-quantize makes of the single precision file. Exits with 1 when one differs by more than its bar.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import gguf
import numpy
import torch

import processes
from interoperability import tiny_models
from interoperability.check import Finding

# Largest difference of a logit over the deviation of all logits. llama.cpp is told to keep keys and values in single
# precision; before a product with bfloat16 weights it rounds the activations to bfloat16.
BARS = {"fp32": 1e-4, "bf16": 0.1}
GELU_BAR = 4e-3  # its GELU is a table in half precision
FILE_TYPES = {"bf16": "BF16", "q8": "Q8_0", "q4": "Q4_0"}


def open_with_llama(path: pathlib.Path):
    import llama_cpp

    return llama_cpp.Llama(
        model_path=str(path), n_ctx=256, n_threads=2, logits_all=True, verbose=False, flash_attn=False,
        type_k=llama_cpp.GGML_TYPE_F32, type_v=llama_cpp.GGML_TYPE_F32)  # fmt: skip


def logits_finding(name: str, source: pathlib.Path, quantized: pathlib.Path, format: str) -> Finding:
    ids = tiny_models.tokens(source, tiny_models.TEXTS[0] + tiny_models.TEXTS[1], add_special_tokens=True)[:64]
    expected = tiny_models.logits(source, ids, torch.bfloat16 if format == "bf16" else None).numpy()
    model = open_with_llama(quantized / "model.gguf")
    model.eval(ids)
    found = model.scores[: len(ids)]
    difference = float(numpy.abs(found - expected).max() / expected.std())
    subject = f"{name} in {format}, logits in llama.cpp, largest difference over deviation"
    bar = max(BARS[format], GELU_BAR if name == "gpt2" else 0)
    return Finding(subject, difference, bar, difference <= bar)


def tokenizer_finding(name: str, source: pathlib.Path, quantized: pathlib.Path) -> Finding:
    model = open_with_llama(quantized / "model.gguf")
    wrong = 0
    for text in tiny_models.TEXTS + ["<|im_start|>user\nHi<|im_end|>", "a<tool>b"]:
        expected = tiny_models.tokens(source, text, add_special_tokens=True)
        found = model.tokenize(text.encode(), add_bos=True, special=True)
        wrong += expected != found
    return Finding(f"{name}, texts with other ids in llama.cpp", wrong, 0, wrong == 0)


def bytes_finding(
    name: str, format: str, single: pathlib.Path, quantized: pathlib.Path, quantize: pathlib.Path
) -> Finding:
    """Compares the matrices that are stored in the format; both sides keep word embedding and head of q4 in q8."""
    peer = single.with_name(f"{name}-{format}-peer.gguf")
    kept = ["--token-embedding-type", "q8_0", "--output-tensor-type", "q8_0"] if format == "q4" else []
    command = [quantize, *kept, "--pure", single, peer, FILE_TYPES[format], "2"]
    subprocess.run([str(word) for word in command], check=True, capture_output=True)
    theirs = {tensor.name: tensor for tensor in gguf.GGUFReader(peer).tensors}
    ours = gguf.GGUFReader(quantized / "model.gguf").tensors
    compared = [tensor for tensor in ours if tensor.tensor_type.name in FILE_TYPES.values()]
    wrong = sum(
        theirs[tensor.name].tensor_type != tensor.tensor_type
        or theirs[tensor.name].data.tobytes() != tensor.data.tobytes()
        for tensor in compared
    )  # fmt: skip
    subject = f"{name} in {format}, matrices of {len(compared)} that differ from llama-quantize's"
    return Finding(subject, wrong, 0, wrong == 0 and len(compared) > 4)


def findings(folder: pathlib.Path, programs: pathlib.Path, names: list[str]) -> Iterator[Finding]:
    for name in names:
        source = tiny_models.write(name, folder)
        made = {}
        for format in ["fp32", "bf16", "q8", "q4"]:
            made[format] = folder / f"{name}-{format}"
            processes.linnet("quantize", source, "--to", format, "--output", made[format], "--quiet")
        for format in BARS:
            yield logits_finding(name, source, made[format], format)
        yield tokenizer_finding(name, source, made["fp32"])
        for format in FILE_TYPES:
            single = made["fp32"] / "model.gguf"
            yield bytes_finding(name, format, single, made[format], programs / "llama-quantize")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="folder with llama-quantize")
    parser.add_argument("--models", default=",".join(tiny_models.MODELS), help="which models, separated by commas")
    arguments = parser.parse_args()
    processes.require_linnet()
    held = True
    with tempfile.TemporaryDirectory() as folder:
        for finding in findings(pathlib.Path(folder), arguments.programs, arguments.models.split(",")):
            print(finding, flush=True)
            held = held and finding.holds
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
