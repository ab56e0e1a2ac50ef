"""Operations of causal language models: values and gradients from torch and transformers.

Norms, gates and the rotary embedding are named as in operations.py; operations with two results give them side by side.
Attention: `<case>.query`, `.key`, `.value`, `.queryOffsets`, `.keyOffsets`, `.output`, `.upstream`,
`.gradient.query` and so on. The number of heads and the window are given in ATTENTION below.
"""

import pathlib
import zlib
from dataclasses import dataclass

import torch
from torch.nn import functional
from transformers.masking_utils import causal_mask_function, sliding_window_causal_mask_function
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

from . import operations
from .operations import Case
from .record import Golden

EPSILON = 1e-5
POSITIONS = torch.tensor([0, 3, 17, 2, 61], dtype=torch.int32)
ROTARY_HEADS, ROTARY_DIM, THETA = 3, 10, 10000.0


def added_rms_norm(x, residual, weight):
    total = x + residual
    return torch.cat([functional.rms_norm(total, weight.shape, weight, EPSILON), total], -1)


def added_layer_norm(x, residual, weight, bias):
    total = x + residual
    return torch.cat([functional.layer_norm(total, weight.shape, weight, bias, EPSILON), total], -1)


def rotary(x):
    """[rows, heads * headDim], as LlamaAttention turns queries."""
    frequencies = THETA ** -(torch.arange(0, ROTARY_DIM, 2).to(x.dtype) / ROTARY_DIM)
    angles = POSITIONS.to(x.dtype)[:, None] * frequencies
    angles = torch.cat([angles, angles], -1)[None]
    heads = x.view(1, len(POSITIONS), ROTARY_HEADS, ROTARY_DIM).transpose(1, 2)
    turned, _ = apply_rotary_pos_emb(heads, heads, angles.cos(), angles.sin())
    return turned.transpose(1, 2).reshape(x.shape)


CASES = [
    Case("rms_norm", lambda x, w: functional.rms_norm(x, w.shape, w, EPSILON), [(6, 21), (21,)]),
    Case("added_rms_norm", added_rms_norm, [(6, 21), (6, 21), (21,)]),
    Case("added_layer_norm", added_layer_norm, [(6, 21), (6, 21), (21,), (21,)]),
    Case("silu_gated", lambda x, y: functional.silu(x) * y, [(5, 19), (5, 19)], spread=2),
    Case("rotary", rotary, [(len(POSITIONS), ROTARY_HEADS * ROTARY_DIM)], index=POSITIONS),
]


@dataclass
class Attention:
    name: str
    heads: int
    key_heads: int
    head_dim: int
    queries: list[int]  # of each segment
    keys: list[int]
    window: int | None = None


ATTENTION = [
    Attention("grouped", 4, 2, 6, [1, 3, 17, 26], [1, 3, 17, 26]),
    Attention("grouped_window", 6, 2, 5, [1, 3, 17, 26], [1, 3, 17, 26], window=5),
    Attention("grouped_suffix", 6, 2, 10, [2, 1, 4], [9, 21, 4]),
    Attention("grouped_suffix_window", 5, 1, 10, [2, 1, 4], [9, 21, 4], window=3),
    Attention("grouped_long", 2, 1, 8, [150], [150]),
    Attention("grouped_long_window", 2, 1, 8, [9, 140], [150, 140], window=33),
]


def offsets(lengths: list[int]) -> torch.Tensor:
    return torch.tensor([0, *lengths]).cumsum(0).int()


def attend(case: Attention, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """One segment; transformers decides who sees whom."""
    position = torch.arange(len(k) - len(q), len(k))[:, None]
    sees = sliding_window_causal_mask_function(case.window) if case.window else causal_mask_function
    mask = sees(0, 0, position, torch.arange(len(k))[None]).expand(len(q), len(k))
    q, k, v = (x.view(len(x), -1, case.head_dim).transpose(0, 1)[None] for x in (q, k, v))
    out = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=True)
    return out[0].transpose(0, 1).flatten(1)


def record_attention(golden: Golden, case: Attention, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(zlib.crc32(case.name.encode()))
    queries, keys = offsets(case.queries), offsets(case.keys)
    width, key_width = case.heads * case.head_dim, case.key_heads * case.head_dim
    shapes = [(queries[-1], width), (keys[-1], key_width), (keys[-1], key_width), (queries[-1], width)]
    *inputs, upstream = (torch.randn(shape, generator=generator).to(dtype) for shape in shapes)
    q, k, v = (tensor.requires_grad_() for tensor in inputs)
    spans = zip(queries[:-1], queries[1:], keys[:-1], keys[1:])
    output = torch.cat([attend(case, q[a:b], k[c:d], v[c:d]) for a, b, c, d in spans])
    gradients = torch.autograd.grad(output, (q, k, v), upstream)
    golden.add_all(case.name, {"queryOffsets": queries, "keyOffsets": keys, "query": q, "key": k, "value": v})
    golden.add_all(case.name, {"output": output, "upstream": upstream})
    golden.add_all(f"{case.name}.gradient", dict(zip(("query", "key", "value"), gradients)))


def compute(dtype: torch.dtype) -> Golden:
    golden = operations.compute(dtype, CASES)
    for case in ATTENTION:
        record_attention(golden, case, dtype)
    return golden


def make(folder: pathlib.Path) -> None:
    golden = compute(torch.float64)
    worst = golden.check_against(compute(torch.float32))
    golden.write(folder / "causal_operations.safetensors")
    print(f"causal operations: {len(CASES) + len(ATTENTION)} cases, fp32 within {worst:.2f} of the allowance")
