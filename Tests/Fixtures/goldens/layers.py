"""Attention and transformer blocks: values and gradients from torch.nn.

Parameters keep PyTorch's names, apart from the packed `in_proj_weight` and `in_proj_bias`, which are stored as
`query`, `key` and `value`. A `mask` holds 1 where a position may be attended to.
Names: `<case>.input`, `<case>.mask`, `<case>.parameter.<name>`, `<case>.output`, `<case>.upstream`,
`<case>.gradient.input`, `<case>.gradient.<name>`.
"""

import pathlib
import zlib

import torch
from torch import nn
from torch.nn import functional

from .record import Golden

BATCH, SEQUENCE, WIDTH, HEADS, FEED_FORWARD = 2, 5, 24, 4, 40

# Softmax does not change when all scores of a row move together, so the key bias has gradient zero: noise in fp32.
ZERO_GRADIENTS = ("gradient.self_attn.key.bias", "gradient.key.bias")


def randomise(module: nn.Module, generator: torch.Generator) -> None:
    """Weights of deviation 0.2, norm weights around one: every parameter matters, biases too."""
    with torch.no_grad():
        for name, parameter in sorted(module.named_parameters()):
            centre = 1.0 if "norm" in name.lower() and name.endswith("weight") else 0.0
            parameter.copy_(centre + 0.2 * torch.randn(parameter.shape, generator=generator))


def unpacked(name: str, value: torch.Tensor) -> dict[str, torch.Tensor]:
    """Splits PyTorch's packed attention projection; other tensors pass through."""
    if "in_proj_" not in name:
        return {name: value}
    prefix, kind = name.split("in_proj_")
    return {f"{prefix}{part}.{kind}": piece for part, piece in zip(("query", "key", "value"), value.chunk(3))}


def record(golden: Golden, case: str, module: nn.Module, call, dtype: torch.dtype, mask: torch.Tensor | None) -> None:
    """Runs `call(module, input)` and records everything a test needs to repeat it."""
    generator = torch.Generator().manual_seed(zlib.crc32(case.encode()))
    randomise(module, generator)
    module.to(dtype)
    values = torch.randn(BATCH, SEQUENCE, WIDTH, generator=generator).to(dtype).requires_grad_()
    output = call(module, values)
    upstream = torch.randn(output.shape, generator=generator).to(dtype)
    output.backward(upstream)
    golden.add_all(case, {"input": values, "output": output, "upstream": upstream, "gradient.input": values.grad})
    if mask is not None:
        golden.add(f"{case}.mask", mask.int())
    for name, parameter in module.named_parameters():
        golden.add_all(f"{case}.parameter", unpacked(name, parameter))
        golden.add_all(f"{case}.gradient", unpacked(name, parameter.grad))


def attention_cases(golden: Golden, dtype: torch.dtype) -> None:
    """Self-attention over `[batch, seq, width]`: unmasked, causal `[seq, seq]`, padding `[batch, seq]`."""
    causal = torch.ones(SEQUENCE, SEQUENCE).tril().bool()
    padding = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]).bool()

    def attend(**masks):
        return lambda module, x: module(x, x, x, need_weights=False, **masks)[0]

    def attention():
        return nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)

    record(golden, "attention", attention(), attend(), dtype, None)
    record(golden, "attention_causal", attention(), attend(attn_mask=~causal), dtype, causal)
    record(golden, "attention_padding", attention(), attend(key_padding_mask=~padding), dtype, padding)


def block_cases(golden: Golden, dtype: torch.dtype) -> None:
    """nn.TransformerEncoderLayer as in the original paper (post-norm, ReLU) and as used today (pre-norm, GELU)."""
    padding = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 1, 0]]).bool()

    def block(pre_norm: bool, activation: str):
        return nn.TransformerEncoderLayer(
            WIDTH, HEADS, FEED_FORWARD, dropout=0.0, activation=activation, norm_first=pre_norm, batch_first=True
        )

    def call(module, x):
        return module(x)

    def masked(module, x):
        return module(x, src_key_padding_mask=~padding)

    record(golden, "block_post_norm_relu", block(False, "relu"), call, dtype, None)
    record(golden, "block_pre_norm_gelu", block(True, "gelu"), call, dtype, None)
    record(golden, "block_post_norm_relu_padding", block(False, "relu"), masked, dtype, padding)


def ragged_case(golden: Golden, dtype: torch.dtype, case: str, head_dim: int, heads: int) -> None:
    """Scaled dot-product attention within each sequence of a ragged batch `[tokens, heads * headDim]`."""
    generator = torch.Generator().manual_seed(zlib.crc32(case.encode()))
    offsets = torch.tensor([0, 1, 4, 21, 47], dtype=torch.int32)
    tokens = int(offsets[-1])
    query, key, value, upstream = (torch.randn(tokens, heads * head_dim, generator=generator).to(dtype) for _ in "qkvu")
    inputs = [tensor.requires_grad_() for tensor in (query, key, value)]

    def attend(start: int, end: int) -> torch.Tensor:
        q, k, v = (x[start:end].view(end - start, heads, head_dim).transpose(0, 1) for x in inputs)
        return functional.scaled_dot_product_attention(q, k, v).transpose(0, 1).reshape(end - start, heads * head_dim)

    output = torch.cat([attend(int(start), int(end)) for start, end in zip(offsets[:-1], offsets[1:])])
    gradients = torch.autograd.grad(output, inputs, upstream)
    golden.add_all(case, {"offsets": offsets, "query": query, "key": key, "value": value})
    golden.add_all(case, {"output": output, "upstream": upstream})
    golden.add_all(f"{case}.gradient", dict(zip(("query", "key", "value"), gradients)))


def compute(dtype: torch.dtype) -> Golden:
    golden = Golden()
    attention_cases(golden, dtype)
    block_cases(golden, dtype)
    ragged_case(golden, dtype, "ragged_attention", head_dim=6, heads=4)
    ragged_case(golden, dtype, "ragged_attention_wide", head_dim=32, heads=2)
    return golden


def make(folder: pathlib.Path) -> None:
    golden = compute(torch.float64)
    worst = golden.check_against(compute(torch.float32), skipping=ZERO_GRADIENTS)
    golden.write(folder / "layers.safetensors")
    print(f"layers: fp32 within {worst:.2f} of the allowance")
