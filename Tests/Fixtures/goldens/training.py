"""Ten optimizer steps exactly as Hugging Face's Trainer makes them."""

from collections.abc import Callable

import torch
from torch import nn
from transformers import Trainer, get_linear_schedule_with_warmup

from .record import Golden

STEPS, WARMUP_STEPS = 10, 2
LEARNING_RATE, MAX_GRADIENT_NORM = 1e-3, 1.0
WEIGHT_DECAY = 0.2  # so large that forgetting it, or decaying a norm, is seen after ten steps


def same(name: str) -> str:
    return name


def trained_parameters(model: nn.Module, rename: Callable[[str], str] = same) -> dict[str, nn.Parameter]:
    return {rename(name): parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def train(
    golden: Golden, model: nn.Module, loss_of: Callable[[], torch.Tensor], rename: Callable[[str], str] = same
) -> None:
    """AdamW, no decay for biases and norms, norm clipped to one, linear schedule with two warm-up steps.

    Records per step `training.losses`, `training.gradient_norms` (before clipping) and `training.learning_rates`,
    and `final.<parameter>` of every trained parameter under its new name. The model is left trained."""
    trained = trained_parameters(model, rename)
    decayed = {rename(name) for name in Trainer.get_decay_parameter_names(None, model)} & set(trained)
    if not decayed:
        raise ValueError("no trained parameter decays: names do not agree")
    groups = [
        {"params": [p for n, p in trained.items() if n in decayed], "weight_decay": WEIGHT_DECAY},
        {"params": [p for n, p in trained.items() if n not in decayed], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=LEARNING_RATE)
    schedule = get_linear_schedule_with_warmup(optimizer, WARMUP_STEPS, STEPS)
    losses, norms, rates = [], [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        losses.append(loss.detach())
        norms.append(nn.utils.clip_grad_norm_(trained.values(), MAX_GRADIENT_NORM))
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    golden.add("training.losses", torch.stack(losses))
    golden.add("training.gradient_norms", torch.stack(norms))
    golden.add("training.learning_rates", torch.tensor(rates, dtype=torch.float64))
    golden.add_all("final", trained)
