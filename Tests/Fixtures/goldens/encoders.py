"""Tiny random BERT, RoBERTa and DistilBERT models as Hugging Face directories, with everything they compute.

`models/<name>/` opens with `from_pretrained`; `models/<name>/golden.safetensors` holds, for real tokens only (the
padding that Hugging Face needs is cut away), tokens of all sequences one after the other:
`ids`, `type_ids`, `offsets`, `labels`, `hidden.<n>` (0: after the embeddings), `logits`, `loss`,
`gradient.<parameter>`, and what training.py records. `bert-classification` has a second file with label smoothing,
`sentence-embedding` has `embeddings` and the gradient for `upstream` instead of a loss.
"""

import json
import pathlib
import zlib
from dataclasses import dataclass

import torch
import transformers
from torch import nn
from torch.nn import functional

from . import vocabulary
from .layers import randomise
from .record import Golden
from .training import same, train, trained_parameters

LENGTHS = [9, 1, 24, 5]  # a single token, and the longest that the models take
LABELS = {0: "negative", 1: "neutral", 2: "positive"}
SMOOTHING = 0.1

# Softmax does not change when all scores of a row move together, so key biases have gradient zero: noise in fp32,
# and Adam divides noise by noise.
KEY_BIASES = ("key.bias", "k_lin.bias")

SIZES = dict(vocab_size=vocabulary.SIZE, hidden_size=32, num_hidden_layers=2, num_attention_heads=4)
DROPOUT = dict(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
CONFIGURATIONS = {
    "bert": transformers.BertConfig(intermediate_size=64, max_position_embeddings=24, **SIZES, **DROPOUT),
    "roberta": transformers.RobertaConfig(
        intermediate_size=64, max_position_embeddings=26, type_vocab_size=1, pad_token_id=1, bos_token_id=0,
        eos_token_id=2, layer_norm_eps=1e-5, **SIZES, **DROPOUT
    ),
    # Widths that fill no vector register: the tails of every loop are used.
    "distilbert": transformers.DistilBertConfig(
        vocab_size=vocabulary.SIZE, dim=28, n_layers=2, n_heads=4, hidden_dim=50, max_position_embeddings=24,
        dropout=0.0, attention_dropout=0.0, seq_classif_dropout=0.0
    ),
}  # fmt: skip

CLASSES = {
    "bert-classification": transformers.BertForSequenceClassification,
    "bert-masked": transformers.BertForMaskedLM,
    "bert-tokens": transformers.BertForTokenClassification,
    "roberta-classification": transformers.RobertaForSequenceClassification,
    "roberta-masked": transformers.RobertaForMaskedLM,
    "roberta-tokens": transformers.RobertaForTokenClassification,
    "distilbert-classification": transformers.DistilBertForSequenceClassification,
    "distilbert-masked": transformers.DistilBertForMaskedLM,
    "distilbert-tokens": transformers.DistilBertForTokenClassification,
}


def architecture_of(name: str) -> str:
    return name.split("-")[0]


@dataclass
class Batch:
    """Ragged token lists and the padded form of them that Hugging Face takes."""

    ids: torch.Tensor  # [tokens]
    type_ids: torch.Tensor  # [tokens]
    offsets: torch.Tensor  # [sequences + 1]
    labels: torch.Tensor  # [sequences], or [tokens] with -100 where there is none

    @property
    def real(self) -> torch.Tensor:
        """Where the padded batch holds real tokens: `[sequences, longest]`."""
        return torch.arange(max(LENGTHS)) < torch.tensor(LENGTHS).unsqueeze(1)

    def padded(self, values: torch.Tensor, padding: int) -> torch.Tensor:
        rectangle = torch.full((len(LENGTHS), max(LENGTHS)), padding)
        rectangle[self.real] = values
        return rectangle

    def arguments(self, model: nn.Module) -> dict[str, torch.Tensor]:
        config = model.config
        arguments = {"input_ids": self.padded(self.ids, config.pad_token_id), "attention_mask": self.real.long()}
        if getattr(config, "type_vocab_size", 1) > 1:
            arguments["token_type_ids"] = self.padded(self.type_ids, 0)
        per_token = self.labels.shape == self.ids.shape
        arguments["labels"] = self.padded(self.labels, -100) if per_token else self.labels
        return arguments


def make_batch(name: str) -> Batch:
    """Random tokens outside the reserved ones; the second half of the longer sequences is a second segment."""
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    ids = torch.randint(5, vocabulary.SIZE, (sum(LENGTHS),), generator=generator)
    type_ids = torch.cat([(torch.arange(length) >= (length + 1) // 2).long() for length in LENGTHS])
    if architecture_of(name) != "bert":
        type_ids = torch.zeros_like(type_ids)
    if name.endswith("classification"):
        labels = torch.tensor([2, 0, 1, 2])
    else:
        classes = vocabulary.SIZE if name.endswith("masked") else len(LABELS)
        labels = torch.randint(0, classes, ids.shape, generator=generator)
        labels[torch.rand(ids.shape, generator=generator) < 0.6] = -100
    return Batch(ids, type_ids, torch.tensor([0, *LENGTHS]).cumsum(0), labels)


def build(name: str, model_class: type, dtype: torch.dtype) -> nn.Module:
    """The model with random parameters, the same ones in every precision."""
    config = CONFIGURATIONS[architecture_of(name)]
    if name.endswith(("classification", "tokens")):
        config = type(config).from_dict(config.to_dict() | {"id2label": LABELS, "label2id": None})
        config.label2id = {label: index for index, label in LABELS.items()}
    model = model_class._from_config(config, attn_implementation="eager")
    randomise(model, torch.Generator().manual_seed(zlib.crc32(name.encode())))
    model.tie_weights()
    return model.eval().to(dtype)


def record_inputs(golden: Golden, batch: Batch) -> None:
    for field in ("ids", "type_ids", "offsets"):
        golden.add(field, getattr(batch, field))


def record_forward(golden: Golden, model: nn.Module, batch: Batch) -> None:
    """One forward and backward pass; parameters that get no gradient are an error."""
    arguments = batch.arguments(model)
    output = model(**arguments, output_hidden_states=True)
    record_inputs(golden, batch)
    golden.add("labels", batch.labels)
    for number, state in enumerate(output.hidden_states):
        golden.add(f"hidden.{number}", state[batch.real])
    per_token = output.logits.shape[:2] == batch.real.shape
    golden.add("logits", output.logits[batch.real] if per_token else output.logits)
    golden.add("loss", output.loss)
    record_gradients(golden, model, output.loss)


def record_gradients(golden: Golden, model: nn.Module, loss: torch.Tensor, rename=same) -> None:
    model.zero_grad()
    loss.backward()
    trained = trained_parameters(model, rename)
    golden.add_all("gradient", {name: parameter.grad for name, parameter in trained.items()})


def compute(name: str, dtype: torch.dtype) -> Golden:
    golden = Golden()
    model, batch = build(name, CLASSES[name], dtype), make_batch(name)
    record_forward(golden, model, batch)
    train(golden, model, lambda: model(**batch.arguments(model)).loss)
    return golden


def compute_smoothed(name: str, dtype: torch.dtype) -> Golden:
    """The loss that Trainer computes with label_smoothing_factor, and its gradients."""
    golden = Golden()
    model, batch = build(name, CLASSES[name], dtype), make_batch(name)
    logits = model(**batch.arguments(model)).logits
    loss = functional.cross_entropy(logits, batch.labels, label_smoothing=SMOOTHING)
    golden.add("loss", loss)
    record_gradients(golden, model, loss)
    return golden


def compute_embedding(dtype: torch.dtype) -> Golden:
    """Mean over real tokens, normalised to length one, as sentence-transformers does."""
    golden = Golden()
    name = "bert-embedding"
    model, batch = build(name, transformers.BertModel, dtype), make_batch(name)
    arguments = batch.arguments(model)
    del arguments["labels"]
    states = model(**arguments).last_hidden_state * batch.real.unsqueeze(-1)
    embeddings = functional.normalize(states.sum(1) / torch.tensor(LENGTHS).unsqueeze(1), dim=-1)
    upstream = torch.randn(embeddings.shape, generator=torch.Generator().manual_seed(3)).to(dtype)
    for parameter in model.pooler.parameters():
        parameter.requires_grad_(False)  # not part of the embedding
    record_inputs(golden, batch)
    golden.add("embeddings", embeddings)
    golden.add("upstream", upstream)
    record_gradients(golden, model, (embeddings * upstream).sum())
    return golden


def write_sentence_transformer(folder: pathlib.Path) -> None:
    """The files that make a model directory a sentence-transformers one."""
    kinds = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
    modules = [
        {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for index, (path, kind) in enumerate(kinds.items())
    ]
    pooling = {"word_embedding_dimension": SIZES["hidden_size"], "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "modules.json").write_text(json.dumps(modules, indent=2) + "\n")
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling, indent=2) + "\n")
    limits = {"max_seq_length": max(LENGTHS), "do_lower_case": False}
    (folder / "sentence_bert_config.json").write_text(json.dumps(limits, indent=2) + "\n")


def write_model(folder: pathlib.Path, name: str, model_class: type) -> None:
    build(name, model_class, torch.float32).save_pretrained(folder)
    if architecture_of(name) == "roberta":
        vocabulary.write_byte_level(folder)
    else:
        vocabulary.write_wordpiece(folder)


def make(folder: pathlib.Path) -> None:
    def write(name: str, file: str, compute_in) -> None:
        golden = compute_in(torch.float64)
        worst = golden.check_against(compute_in(torch.float32), skipping=KEY_BIASES)
        golden.write(folder / "models" / name / file)
        print(f"models/{name}/{file}: fp32 within {worst:.2f} of the allowance")

    for name, model_class in CLASSES.items():
        write_model(folder / "models" / name, name, model_class)
        write(name, "golden.safetensors", lambda dtype: compute(name, dtype))
    smoothed = "bert-classification"
    write(smoothed, "golden-smoothed.safetensors", lambda dtype: compute_smoothed(smoothed, dtype))
    write_model(folder / "models" / "bert-embedding", "bert-embedding", transformers.BertModel)
    write_sentence_transformer(folder / "models" / "bert-embedding")
    write("bert-embedding", "golden.safetensors", compute_embedding)
