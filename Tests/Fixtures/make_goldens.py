"""Makes every golden file in this folder anew. Run it with the packages of requirements.txt:

    python -m venv .venv && .venv/bin/pip install -r Tests/Fixtures/requirements.txt
    .venv/bin/python Tests/Fixtures/make_goldens.py [operations causal_operations layers encoders …]

The numbers are computed in fp64 and stored in fp32. The same code runs once more in fp32, and a golden on which
the two disagree is refused: it would test rounding. Running the script twice writes the same bytes.
"""

import pathlib
import sys

import torch
import transformers

from goldens import adapters, causal_operations, decoders, embedding_losses, encoders, layers, operations
from goldens.record import versions

FOLDER = pathlib.Path(__file__).resolve().parent
FAMILIES = {
    "operations": operations,
    "causal_operations": causal_operations,
    "layers": layers,
    "encoders": encoders,
    "embedding_losses": embedding_losses,
    "decoders": decoders,
    "adapters": adapters,
}


def main(names: list[str]) -> None:
    unknown = set(names) - set(FAMILIES)
    if unknown:
        sys.exit(f"make_goldens.py: no family {', '.join(sorted(unknown))}; there are {', '.join(FAMILIES)}")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for name in names or FAMILIES:
        FAMILIES[name].make(FOLDER)
    lines = ["Golden files in this folder were made by make_goldens.py with:"]
    lines += [f"{name} {version}" for name, version in versions().items()]
    (FOLDER / "VERSIONS").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
