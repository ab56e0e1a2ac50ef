"""The losses of sentence-transformers on texts of the tiny encoder `models/bert-embedding`.

`models/bert-embedding/losses/<name>.safetensors` holds `ids` and `offsets` of all texts, column by column, `scores`
where the loss takes some, `embeddings`, `loss`, `gradient.<parameter>`, and what training.py records.
The names say which loss, and `-plain` that the vectors are not scaled to length 1.
"""

import pathlib
from collections.abc import Callable
from dataclasses import dataclass

import torch
import transformers
from sentence_transformers.sentence_transformer.losses import (
    CosineSimilarityLoss,
    MultipleNegativesRankingLoss,
    TripletDistanceMetric,
    TripletLoss,
)
from torch import nn
from torch.nn import functional

from . import vocabulary
from .encoders import KEY_BIASES, build, record_gradients
from .record import Golden
from .training import train

EXAMPLES = 5
SCORES = torch.tensor([0.9, -0.2, 0.0, 1.0, 0.4])


@dataclass
class Objective:
    name: str
    loss: Callable[[], nn.Module]
    columns: int
    scores: torch.Tensor | None = None

    @property
    def normalizes(self) -> bool:
        return not self.name.endswith("-plain")


OBJECTIVES = [
    Objective("ranking", lambda: MultipleNegativesRankingLoss(None), 2),
    Objective("ranking-negatives-plain", lambda: MultipleNegativesRankingLoss(None, scale=5), 4),
    Objective("cosine-plain", lambda: CosineSimilarityLoss(None), 2, SCORES),
    # The margins are such that some examples have reached them and others have not.
    Objective("triplet", lambda: TripletLoss(None, triplet_margin=0.3), 3),
    Objective("triplet-cosine", lambda: TripletLoss(None, TripletDistanceMetric.COSINE, 0.05), 3),
]


class Texts:
    """Random tokens, padded as transformers takes them."""

    def __init__(self, columns: int):
        generator = torch.Generator().manual_seed(columns)
        self.lengths = torch.randint(1, 24, (columns * EXAMPLES,), generator=generator)
        self.ids = torch.randint(5, vocabulary.SIZE, (int(self.lengths.sum()),), generator=generator)
        self.real = torch.arange(int(self.lengths.max())) < self.lengths.unsqueeze(1)
        self.padded = torch.zeros(self.real.shape, dtype=torch.long)
        self.padded[self.real] = self.ids

    def embeddings(self, model: nn.Module, normalizes: bool) -> torch.Tensor:
        states = model(input_ids=self.padded, attention_mask=self.real.long()).last_hidden_state
        means = (states * self.real.unsqueeze(-1)).sum(1) / self.lengths.unsqueeze(1)
        return functional.normalize(means, dim=-1) if normalizes else means


def compute(objective: Objective, dtype: torch.dtype) -> Golden:
    golden, texts, loss = Golden(), Texts(objective.columns), objective.loss()
    model = build("bert-embedding", transformers.BertModel, dtype)
    for parameter in model.pooler.parameters():
        parameter.requires_grad_(False)  # not part of the embedding
    scores = None if objective.scores is None else objective.scores.to(dtype)

    def value() -> torch.Tensor:
        columns = texts.embeddings(model, objective.normalizes).split(EXAMPLES)
        if scores is None:
            return loss.compute_loss_from_embeddings(list(columns), None)
        # The loss itself takes the scores in fp32, which no fp64 prediction can be compared with.
        return functional.mse_loss(torch.cosine_similarity(*columns), scores)

    golden.add("ids", texts.ids)
    golden.add("offsets", functional.pad(texts.lengths.cumsum(0), (1, 0)))
    if scores is not None:
        golden.add("scores", scores)
        columns = texts.embeddings(model, objective.normalizes).float().split(EXAMPLES)
        own = loss.compute_loss_from_embeddings(list(columns), scores.float())
        torch.testing.assert_close(own, value().float())
    golden.add("embeddings", texts.embeddings(model, objective.normalizes))
    golden.add("loss", value())
    record_gradients(golden, model, value())
    train(golden, model, value)
    return golden


def make(folder: pathlib.Path) -> None:
    for objective in OBJECTIVES:
        golden = compute(objective, torch.float64)
        worst = golden.check_against(compute(objective, torch.float32), skipping=KEY_BIASES)
        file = f"models/bert-embedding/losses/{objective.name}.safetensors"
        golden.write(folder / file)
        print(f"{file}: loss {golden.tensors['loss'].item():.4f}, fp32 within {worst:.2f} of the allowance")
