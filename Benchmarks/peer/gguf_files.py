"""Model directories to GGUF files for llama.cpp, with the package of llama.cpp's authors, and back.

`write` stores the matrices in bf16 (or fp32) and no vocabulary: what llama-bench needs, and what llama-quantize makes
the other formats from. `read` puts what a quantised file's numbers stand for into a copy of the model directory.
"""

import argparse
import json
import pathlib
import shutil

import gguf
import numpy
import torch
from safetensors.torch import load_file, save_file

COLUMN_STORED = ("c_attn.weight", "c_proj.weight", "c_fc.weight")  # GPT-2's Conv1D: [inputs, outputs]


class Names:
    """The model's names of tensors to those of GGUF."""

    def __init__(self, config: dict):
        kind = {"llama": gguf.MODEL_ARCH.LLAMA, "gpt2": gguf.MODEL_ARCH.GPT2}[config["model_type"]]
        self.table = gguf.get_tensor_name_map(kind, config.get("num_hidden_layers") or config["n_layer"])

    def __getitem__(self, name: str) -> str:
        found = self.table.get_name(name.removeprefix("transformer."), try_suffixes=(".weight", ".bias"))
        if found is None:
            raise KeyError(f"{name}: GGUF has no name for this tensor")
        return found


def permuted(weight: torch.Tensor, heads: int) -> torch.Tensor:
    """llama.cpp rotates neighbours where transformers rotates halves."""
    return weight.view(heads, 2, weight.shape[0] // heads // 2, -1).transpose(1, 2).reshape(weight.shape)


def restored(weight: torch.Tensor, heads: int) -> torch.Tensor:
    return weight.view(heads, weight.shape[0] // heads // 2, 2, -1).transpose(1, 2).reshape(weight.shape)


def heads_of(name: str, config: dict) -> int | None:
    if name.endswith("q_proj.weight"):
        return config["num_attention_heads"]
    return config["num_key_value_heads"] if name.endswith("k_proj.weight") else None


def describe(writer: gguf.GGUFWriter, config: dict) -> None:
    is_llama = config["model_type"] == "llama"
    hidden = config["hidden_size" if is_llama else "n_embd"]
    heads = config["num_attention_heads" if is_llama else "n_head"]
    writer.add_block_count(config["num_hidden_layers" if is_llama else "n_layer"])
    writer.add_context_length(config["max_position_embeddings" if is_llama else "n_positions"])
    writer.add_embedding_length(hidden)
    writer.add_feed_forward_length(config["intermediate_size"] if is_llama else config.get("n_inner") or 4 * hidden)
    writer.add_head_count(heads)
    writer.add_vocab_size(config["vocab_size"])
    writer.add_tokenizer_model("no_vocab")
    if is_llama:
        writer.add_head_count_kv(config["num_key_value_heads"])
        writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
        writer.add_rope_dimension_count(hidden // heads)
        writer.add_rope_freq_base(10000.0)
    else:
        writer.add_layer_norm_eps(config["layer_norm_epsilon"])


def write(model: pathlib.Path, path: pathlib.Path, precision: str) -> None:
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    writer = gguf.GGUFWriter(path, config["model_type"])
    describe(writer, config)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_BF16 if precision == "bf16" else gguf.LlamaFileType.ALL_F32)
    table = Names(config)
    for name, tensor in load_file(model / "model.safetensors").items():
        tensor = tensor.float()
        if tensor.dim() == 2 and name.endswith(COLUMN_STORED):
            tensor = tensor.T
        heads = heads_of(name, config)
        values = (permuted(tensor, heads) if heads else tensor).contiguous().numpy()
        if values.ndim == 2 and precision == "bf16":
            kind = gguf.GGMLQuantizationType.BF16
            writer.add_tensor(table[name], gguf.quants.quantize(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(table[name], values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read(path: pathlib.Path, model: pathlib.Path, output: pathlib.Path) -> None:
    """A copy of `model` whose weights are those of the GGUF file, in fp32."""
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    table = Names(config)
    stored = {tensor.name: tensor for tensor in gguf.GGUFReader(path).tensors}
    weights = {}
    for name, original in load_file(model / "model.safetensors").items():
        tensor = stored[table[name]]
        values = torch.from_numpy(numpy.array(gguf.quants.dequantize(tensor.data, tensor.tensor_type)))
        if original.dim() == 2 and name.endswith(COLUMN_STORED):
            values = values.reshape(original.T.shape).T
        heads = heads_of(name, config)
        values = values.reshape(original.shape)
        weights[name] = (restored(values, heads) if heads else values).float().contiguous()
    output.mkdir(parents=True, exist_ok=True)
    for file in model.iterdir():
        if file.is_file() and file.suffix == ".json":
            shutil.copyfile(file, output / file.name)
    save_file(weights, output / "model.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    writing = verbs.add_parser("write")
    writing.add_argument("model", type=pathlib.Path)
    writing.add_argument("path", type=pathlib.Path)
    writing.add_argument("--precision", choices=["fp32", "bf16"], default="bf16")
    reading = verbs.add_parser("read")
    reading.add_argument("path", type=pathlib.Path)
    reading.add_argument("model", type=pathlib.Path)
    reading.add_argument("output", type=pathlib.Path)
    settings = parser.parse_args()
    if settings.verb == "write":
        write(settings.model, settings.path, settings.precision)
    else:
        read(settings.path, settings.model, settings.output)
