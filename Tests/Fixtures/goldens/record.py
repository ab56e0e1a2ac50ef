"""Collects named tensors and writes them as one safetensors file that says how it was made."""

import importlib.metadata
import pathlib

import torch
from safetensors.torch import save_file

PACKAGES = ("torch", "transformers", "peft", "sentence-transformers", "tokenizers", "safetensors", "numpy")

# Largest distance that rounding to fp32 may put between the fp64 golden and an fp32 run of the same code.
# It is a fifth of what the Swift tests allow, so that a test fails for a mistake and not for rounding.
ABSOLUTE, RELATIVE = 2e-5, 2e-5


def versions() -> dict[str, str]:
    """The version of every package that decides the numbers."""
    return {name: importlib.metadata.version(name) for name in PACKAGES}


class Golden:
    """Named tensors, computed in fp64 and stored as fp32 (integers as int32)."""

    def __init__(self):
        self.tensors: dict[str, torch.Tensor] = {}

    def add(self, name: str, value: torch.Tensor) -> None:
        if name in self.tensors:
            raise ValueError(f"golden {name} was recorded twice")
        if not torch.isfinite(value).all():
            raise ValueError(f"golden {name} holds NaN or infinity")
        dtype = torch.float32 if value.is_floating_point() else torch.int32
        self.tensors[name] = value.detach().to(dtype).contiguous().clone()

    def add_all(self, prefix: str, values: dict[str, torch.Tensor]) -> None:
        for name, value in values.items():
            self.add(f"{prefix}.{name}", value)

    def write(self, path: pathlib.Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        packages = ", ".join(f"{name} {version}" for name, version in versions().items())
        # One entry only: the writer puts several in random order, and then no two runs write the same bytes.
        metadata = {"made_by": f"Tests/Fixtures/make_goldens.py with {packages}"}
        save_file(dict(sorted(self.tensors.items())), path, metadata=metadata)

    def check_against(self, other: "Golden", skipping: tuple[str, ...] = ()) -> float:
        """Raises when the same computation in another precision disagrees: such a golden would test rounding.

        Returns the largest deviation in units of the allowance."""
        worst = 0.0
        for name, value in self.tensors.items():
            if name.endswith(skipping):
                continue
            allowance = ABSOLUTE + RELATIVE * value.abs()
            excess = ((value - other.tensors[name]).abs() / allowance).max().item()
            if excess > 1:
                raise ValueError(f"golden {name} is ill-conditioned: fp32 misses fp64 by {excess:.1f} allowances")
            worst = max(worst, excess)
        return worst
