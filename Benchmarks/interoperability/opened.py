"""What the Python libraries compute from a directory, whoever wrote it, and what Linnet computes from the same."""

import pathlib
import tempfile

import numpy
import torch
from safetensors import safe_open
from transformers import AutoModelForSequenceClassification, AutoTokenizer

import processes

MAX_LENGTH = 128


def open_with_python(directory: pathlib.Path, base: pathlib.Path | None) -> torch.nn.Module:
    """The classifier, opened by transformers, or by PEFT when the directory holds an adapter for `base`."""
    if not (directory / "adapter_config.json").is_file():
        return AutoModelForSequenceClassification.from_pretrained(directory, dtype=torch.float32).eval()
    from peft import PeftModel

    with safe_open(directory / "adapter_model.safetensors", "pt") as file:
        labels = next(len(file.get_tensor(name)) for name in file.keys() if name.endswith("classifier.bias"))
    model = AutoModelForSequenceClassification.from_pretrained(base, num_labels=labels, dtype=torch.float32)
    return PeftModel.from_pretrained(model, directory).eval()


def logits_from_python(directory: pathlib.Path, texts: list[str], base: pathlib.Path | None) -> numpy.ndarray:
    """Centred logits `[texts, labels]`, one text at a time, so that nothing is padded."""
    model = open_with_python(directory, base)
    tokenizer = AutoTokenizer.from_pretrained(directory if (directory / "tokenizer.json").is_file() else base)
    with torch.no_grad():
        batches = (tokenizer(text, truncation=True, max_length=MAX_LENGTH, return_tensors="pt") for text in texts)
        logits = numpy.stack([model(**batch).logits[0].double().numpy() for batch in batches])
    return logits - logits.mean(1, keepdims=True)


def logits_from_linnet(directory: pathlib.Path, texts: list[str]) -> numpy.ndarray:
    """Centred logits `[texts, labels]`: the logarithms of the probabilities that `linnet classify` prints."""
    rows = processes.linnet(
        "classify", "--model", directory, "--precision", "fp32", "--json", text="\n".join(texts) + "\n"
    ).rows  # fmt: skip
    # Labels are 0 and 1, or LABEL_0 and LABEL_1: in the order of their names they are in the order of the logits.
    logarithms = numpy.log([[row["scores"][label] for label in sorted(row["scores"])] for row in rows])
    return logarithms - logarithms.mean(1, keepdims=True)


def embeddings_from_python(directory: pathlib.Path, texts: list[str]) -> numpy.ndarray:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(directory), device="cpu", model_kwargs={"dtype": torch.float32}).encode(texts)


def embeddings_from_linnet(directory: pathlib.Path, texts: list[str], precision: str) -> numpy.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "vectors.npy"
        text = "\n".join(texts) + "\n"
        processes.linnet("embed", "--model", directory, "--precision", precision, "--output", output, text=text)
        return numpy.load(output)


def lowest_cosine(first: numpy.ndarray, second: numpy.ndarray) -> float:
    """The cosine of the pair of rows that differ most."""
    lengths = numpy.linalg.norm(first, axis=1) * numpy.linalg.norm(second, axis=1)
    return float(((first * second).sum(1) / lengths).min())
