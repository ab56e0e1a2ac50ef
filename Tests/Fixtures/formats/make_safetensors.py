"""Makes reference.safetensors with the reference implementation; the Swift writer must give the same bytes.

Run: /opt/peer/bin/python Tests/Fixtures/formats/make_safetensors.py
"""

from pathlib import Path

import safetensors
import torch
from safetensors.torch import save_file

here = Path(__file__).parent
tensors = {
    "encoder.weight": torch.tensor([[0.0, -0.0, 1.5], [1e-45, 3.4e38, -7.25]], dtype=torch.float32),
    "encoder.bias": torch.tensor([1.0, -2.0, 65504.0, 6e-8, 1e-5], dtype=torch.float16),
    "brain": torch.tensor([1.0, -2.0, 3.140625], dtype=torch.bfloat16),
    "double": torch.tensor([0.1, -1e300], dtype=torch.float64),
    "ids": torch.tensor([[1, -1], [2**31 - 1, -(2**31)]], dtype=torch.int32),
    "long": torch.tensor(2**62, dtype=torch.int64),
    "flags": torch.tensor([True, False, True]),
    "bytes": torch.tensor([0, 255, 7], dtype=torch.uint8),
    "empty": torch.zeros((0, 4), dtype=torch.float32),
    "größe": torch.tensor([1], dtype=torch.int8),
}
save_file(tensors, here / "reference.safetensors", metadata={"format": "pt"})
(here / "reference.txt").write_text(f"safetensors {safetensors.__version__}, torch {torch.__version__}\n")
