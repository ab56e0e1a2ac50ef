"""Trains a GPT-2 from scratch as nanoGPT does and prints one JSON object.

The loop is nanoGPT's (windows at random places, AdamW on two groups, cosine with warm-up, clipping) with PyTorch's
fused attention and fused AdamW. Speed is that of the training steps after `--warm-up`; the loss is measured over the
whole validation part, as Linnet measures it.
"""

import argparse
import json
import math
import pathlib
import resource
import time

import torch
from torch import nn
from torch.nn import functional


class Block(nn.Module):
    def __init__(self, hidden: int, heads: int):
        super().__init__()
        self.heads = heads
        self.ln_1, self.ln_2 = nn.LayerNorm(hidden), nn.LayerNorm(hidden)
        self.attention, self.projection = nn.Linear(hidden, 3 * hidden), nn.Linear(hidden, hidden)
        self.up, self.down = nn.Linear(hidden, 4 * hidden), nn.Linear(4 * hidden, hidden)
        self.gelu = nn.GELU(approximate="tanh")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, length, hidden = x.shape
        parts = self.attention(self.ln_1(x)).split(hidden, dim=2)
        q, k, v = (part.view(batch, length, self.heads, hidden // self.heads).transpose(1, 2) for part in parts)
        attended = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.projection(attended.transpose(1, 2).reshape(batch, length, hidden))
        return x + self.down(self.gelu(self.up(self.ln_2(x))))


class GPT(nn.Module):
    def __init__(self, vocabulary: int, context: int, layers: int, heads: int, hidden: int):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, hidden), nn.Embedding(context, hidden)
        self.blocks = nn.ModuleList(Block(hidden, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(hidden)
        self.head = nn.Linear(hidden, vocabulary, bias=False)
        self.head.weight = self.tokens.weight
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif parameter.dim() == 2:
                residual = "projection" in name or "down" in name
                nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * layers) if residual else 0.02)

    def forward(self, ids: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        x = self.tokens(ids) + self.positions(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        logits = self.head(self.norm(x))
        return functional.cross_entropy(logits.view(-1, logits.shape[-1]), targets.reshape(-1))


def optimizer(model: GPT, arguments: argparse.Namespace) -> torch.optim.Optimizer:
    groups = [
        {"params": [p for p in model.parameters() if p.dim() >= 2], "weight_decay": 0.1},
        {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=arguments.learning_rate, betas=(0.9, 0.99), fused=True)


def learning_rate(step: int, arguments: argparse.Namespace) -> float:
    peak, warm_up, minimum = arguments.learning_rate, 100, arguments.learning_rate / 10
    if step < warm_up:
        return peak * step / warm_up
    progress = (step - warm_up) / max(1, arguments.steps - warm_up)
    return minimum + 0.5 * (1 + math.cos(math.pi * progress)) * (peak - minimum)


@torch.no_grad()
def validation_loss(model: GPT, data: torch.Tensor, context: int, autocast: bool) -> float:
    """The mean over every token of `data` after the first, in windows one after the other; the last may be shorter."""
    whole = (len(data) - 1) // context * context
    batches = list(zip(data[:whole].view(-1, context).split(64), data[1 : whole + 1].view(-1, context).split(64)))
    if whole < len(data) - 1:
        batches.append((data[whole:-1].unsqueeze(0), data[whole + 1 :].unsqueeze(0)))
    total = 0.0
    for ids, targets in batches:
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            total += model(ids, targets).item() * targets.numel()
    return total / (len(data) - 1)


def train(arguments: argparse.Namespace) -> dict:
    text = arguments.corpus.read_text(encoding="utf-8")
    characters = {character: number for number, character in enumerate(sorted(set(text)))}
    data = torch.tensor([characters[character] for character in text])
    split = int(len(data) * 0.9)
    torch.manual_seed(arguments.seed)
    model = GPT(len(characters), arguments.context, arguments.layers, arguments.heads, arguments.hidden)
    adam, autocast = optimizer(model, arguments), arguments.precision == "bf16"
    started = time.perf_counter()
    for step in range(arguments.steps):
        if step == arguments.warm_up:
            started = time.perf_counter()
        starts = torch.randint(split - arguments.context, (arguments.batch_size,))
        windows = torch.stack([data[start : start + arguments.context + 1] for start in starts])
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            loss = model(windows[:, :-1], windows[:, 1:])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for group in adam.param_groups:
            group["lr"] = learning_rate(step, arguments)
        adam.step()
        adam.zero_grad(set_to_none=True)
    seconds = time.perf_counter() - started
    tokens = (arguments.steps - arguments.warm_up) * arguments.batch_size * arguments.context
    return {
        "tokens_per_second": tokens / seconds,
        "loss": validation_loss(model, data[split:], arguments.context, autocast) if arguments.evaluate else None,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32", help="bf16: autocast")
    for name, default in [("layers", 4), ("heads", 4), ("hidden", 128), ("context", 64), ("batch-size", 12)]:
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--warm-up", type=int, default=20, help="first steps that are not timed")
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--evaluate", action="store_true", help="measure the validation loss at the end")
    return parser.parse_args()


if __name__ == "__main__":
    settings = parse()
    torch.set_num_threads(settings.threads)
    print(json.dumps(train(settings)))
