"""Where contestants find models and programs."""

import os
import pathlib
import subprocess
from dataclasses import dataclass

import processes


@dataclass
class Lab:
    """Where contestants find their models, which are made when they are first asked for."""

    folder: pathlib.Path
    corpus: pathlib.Path
    quick: bool

    def model(self, name: str) -> pathlib.Path:
        """A model with random weights and a tokenizer."""
        path = self.folder / name
        if not path.exists():
            processes.peer("causal_models", name, path, "--text", self.corpus)
        return path

    def gguf(self, model: pathlib.Path, kind: str) -> pathlib.Path:
        """The model for llama.cpp: Linnet's file in bf16, and what llama.cpp's own quantizer makes of it."""
        exact = self.folder / f"{model.name}-gguf"
        if not exact.exists():
            processes.linnet("quantize", model, "--to", "bf16", "--output", exact, "--quiet")
        path = self.folder / f"{model.name}-{kind}.gguf"
        if kind == "bf16":
            return exact / "model.gguf"
        if not path.exists():
            processes.run([self.llama("llama-quantize"), exact / "model.gguf", path, kind.upper()])
        return path

    @staticmethod
    def llama(program: str) -> pathlib.Path:
        """One of llama.cpp's programs, which are built when the first is asked for."""
        if "LLAMA_CPP_LIB_PATH" not in os.environ:
            script = processes.ROOT / "Benchmarks" / "peer" / "llama"
            built = subprocess.run([script], stdout=subprocess.PIPE, text=True, check=True)
            os.environ["LLAMA_CPP_LIB_PATH"] = built.stdout.strip()
        return pathlib.Path(os.environ["LLAMA_CPP_LIB_PATH"]) / program
