"""Every basic operation: inputs, output, and the gradient of each input for a random upstream gradient.

Names: `<case>.input<n>` (floating-point, differentiated), `<case>.index` (int32, not differentiated),
`<case>.output`, `<case>.upstream`, `<case>.gradient<n>`. Constants such as epsilon are given in CASES below.
"""

import pathlib
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn import functional

from .record import Golden


@dataclass
class Case:
    name: str
    function: Callable[..., torch.Tensor]
    shapes: list[tuple[int, ...]]
    index: torch.Tensor | None = None
    positive: bool = False  # inputs above 0.5: the domain of log, sqrt and a tame divisor
    spread: float = 1.0  # standard deviation of the inputs


def binary_cases() -> list[Case]:
    shapes = {
        "": [(3, 4), (3, 4)],
        "_row": [(3, 4), (4,)],
        "_column": [(2, 3, 4), (3, 1)],
        "_outer": [(2, 1, 4), (3, 1)],
        "_scalar": [(3, 4), ()],
    }
    functions = {"add": torch.add, "subtract": torch.sub, "multiply": torch.mul, "divide": torch.div}
    return [
        Case(name + suffix, function, shape, positive=name == "divide")
        for name, function in functions.items()
        for suffix, shape in shapes.items()
    ]


def matrix_cases() -> list[Case]:
    return [
        Case("matmul", torch.matmul, [(5, 7), (7, 3)]),
        Case("matmul_wide", torch.matmul, [(33, 48), (48, 40)]),
        Case("matmul_batched", torch.matmul, [(2, 3, 4, 5), (2, 3, 5, 6)]),
        Case("matmul_shared_right", torch.matmul, [(2, 3, 4), (4, 5)]),
        Case("linear", functional.linear, [(5, 8), (6, 8), (6,)]),
        Case("transpose", lambda x: x.transpose(-1, -2), [(2, 3, 4)]),
        Case("transpose_middle", lambda x: x.transpose(1, 2), [(2, 3, 4, 5)]),
        Case("permute", lambda x: x.permute(2, 0, 1), [(2, 3, 4)]),
        Case("concatenate_rows", lambda x, y: torch.cat([x, y], 0), [(2, 3), (4, 3)]),
        Case("concatenate_columns", lambda x, y: torch.cat([x, y], 1), [(3, 2), (3, 5)]),
        Case("slice_rows", lambda x: x[1:4], [(6, 3)]),
        Case("slice_columns", lambda x: x[:, 2:5], [(3, 7)]),
    ]


def elementwise_cases() -> list[Case]:
    mask = torch.tensor([[0, 1, 0, 1], [1, 0, 0, 0], [0, 0, 1, 1]], dtype=torch.int32)
    return [
        Case("gelu", functional.gelu, [(5, 19)], spread=2),
        Case("gelu_tanh", lambda x: functional.gelu(x, approximate="tanh"), [(5, 19)], spread=2),
        Case("relu", torch.relu, [(5, 19)]),
        Case("silu", functional.silu, [(5, 19)], spread=2),
        Case("tanh", torch.tanh, [(5, 19)]),
        Case("sigmoid", torch.sigmoid, [(5, 19)], spread=2),
        Case("exp", torch.exp, [(5, 19)]),
        Case("log", torch.log, [(5, 19)], positive=True),
        Case("sqrt", torch.sqrt, [(5, 19)], positive=True),
        # 1 in the mask: the element is replaced by -3 and gets no gradient.
        Case("masked_fill", lambda x: x.masked_fill(mask.bool(), -3.0), [(3, 4)], index=mask),
    ]


def reduction_cases() -> list[Case]:
    return [
        Case("sum", torch.sum, [(3, 4)]),
        Case("sum_last", lambda x: x.sum(-1), [(2, 3, 4)]),
        Case("sum_middle_kept", lambda x: x.sum(1, keepdim=True), [(2, 3, 4)]),
        Case("mean", torch.mean, [(3, 4)]),
        Case("mean_first", lambda x: x.mean(0), [(2, 3, 4)]),
        Case("mean_last_kept", lambda x: x.mean(-1, keepdim=True), [(2, 3, 4)]),
        Case("softmax", lambda x: x.softmax(-1), [(2, 3, 11)], spread=5),
        Case("log_softmax", lambda x: x.log_softmax(-1), [(2, 3, 11)], spread=5),
        Case("normalize", lambda x: functional.normalize(x, dim=-1), [(4, 13)]),
        # epsilon 1e-5; inputs: x, weight, bias.
        Case("layer_norm", lambda x, w, b: functional.layer_norm(x, w.shape, w, b, 1e-5), [(6, 21), (21,), (21,)]),
    ]


def index_cases() -> list[Case]:
    indices = torch.tensor([3, 0, 3, 6], dtype=torch.int32)
    labels = torch.tensor([2, 0, 4, 1, 3], dtype=torch.int32)
    ignored = torch.tensor([2, -100, 4, -100, 3], dtype=torch.int32)
    offsets = torch.tensor([0, 1, 4, 9], dtype=torch.int32)

    def cross_entropy(targets, smoothing):
        return lambda x: functional.cross_entropy(x, targets.long(), ignore_index=-100, label_smoothing=smoothing)

    def segment_mean(x):
        return torch.stack([x[start:end].mean(0) for start, end in zip(offsets[:-1], offsets[1:])])

    return [
        Case("embedding", lambda table: functional.embedding(indices.long(), table), [(7, 5)], index=indices),
        Case("segment_mean", segment_mean, [(9, 5)], index=offsets),
        Case("cross_entropy", cross_entropy(labels, 0.0), [(5, 6)], index=labels, spread=2),
        Case("cross_entropy_ignored", cross_entropy(ignored, 0.0), [(5, 6)], index=ignored, spread=2),
        Case("cross_entropy_smoothed", cross_entropy(labels, 0.1), [(5, 6)], index=labels, spread=2),
        Case("cross_entropy_smoothed_ignored", cross_entropy(ignored, 0.1), [(5, 6)], index=ignored, spread=2),
    ]


def row_cases() -> list[Case]:
    return [
        Case("row_dots", lambda x, y: (x * y).sum(-1), [(5, 19), (5, 19)]),
        Case("row_distances", lambda x, y: torch.linalg.vector_norm(x - y, dim=-1), [(5, 19), (5, 19)]),
    ]


# New cases go last: the random numbers of those before stay as they are.
CASES = binary_cases() + matrix_cases() + elementwise_cases() + reduction_cases() + index_cases() + row_cases()


def compute(dtype: torch.dtype, cases: list[Case] = CASES) -> Golden:
    generator = torch.Generator().manual_seed(11)
    golden = Golden()
    for case in cases:
        inputs = []
        for shape in case.shapes:
            values = torch.randn(shape, generator=generator) * case.spread
            values = values.abs() + 0.5 if case.positive else values
            inputs.append(values.to(dtype).requires_grad_())
        output = case.function(*inputs)
        upstream = torch.randn(output.shape, generator=generator).to(dtype)
        gradients = torch.autograd.grad(output, inputs, upstream)
        if case.index is not None:
            golden.add(f"{case.name}.index", case.index)
        for number, (value, gradient) in enumerate(zip(inputs, gradients)):
            golden.add(f"{case.name}.input{number}", value)
            golden.add(f"{case.name}.gradient{number}", gradient)
        golden.add(f"{case.name}.output", output)
        golden.add(f"{case.name}.upstream", upstream)
    return golden


def make(folder: pathlib.Path) -> None:
    golden = compute(torch.float64)
    worst = golden.check_against(compute(torch.float32))
    golden.write(folder / "operations.safetensors")
    print(f"operations: {len(CASES)} cases, fp32 within {worst:.2f} of the allowance")
