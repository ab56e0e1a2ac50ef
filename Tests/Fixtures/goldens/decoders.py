"""Tiny random GPT-2, Llama, Mistral, Qwen2 and Qwen3 models as Hugging Face directories, with everything they compute.

`models/<name>/golden.safetensors` holds, for real tokens only, tokens of all sequences one after the other: `ids`,
`offsets`, `labels` (the next token of the sequence; -100 after the last), `hidden.<n>` (0: after the embeddings; the
last one normed), `logits`, `loss`, `gradient.<parameter>`, what training.py records, and `greedy` `[sequences, 64]`:
the ids that `generate` appends to each sequence. Matrices that GPT-2 stores `[inputs, outputs]` stand here
`[outputs, inputs]`, as all others do.

`rotary.safetensors` holds per case of `ROTARY` and length the frequencies `<case>.<length>.frequencies`, and
`<case>.<length>.attention_factor`.
"""

import pathlib
import zlib

import torch
import transformers
from torch import nn
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.pytorch_utils import Conv1D

from .encoders import LENGTHS, Batch, record_gradients
from .record import Golden
from .training import train

VOCABULARY, NEW_TOKENS = 48, 64
SMALLEST_MARGIN = 5e-4  # between the best and the second logit: no rounding decides a greedy id

SIZES = dict(vocab_size=VOCABULARY, num_hidden_layers=2, max_position_embeddings=96)
# No padding id: transformers gives the embedding of one no gradient, also where it stands in a text.
SPECIAL = dict(bos_token_id=None, eos_token_id=None, pad_token_id=None)
LLAMA3 = dict(
    rope_type="llama3", rope_theta=500.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=24,
)  # fmt: skip
CONFIGURATIONS = {
    "gpt2": transformers.GPT2Config(
        vocab_size=VOCABULARY, n_positions=96, n_embd=16, n_layer=2, n_head=2, resid_pdrop=0.0, embd_pdrop=0.0,
        attn_pdrop=0.0, **SPECIAL
    ),
    "llama": transformers.LlamaConfig(
        hidden_size=24, intermediate_size=36, num_attention_heads=3, num_key_value_heads=1, rope_parameters=LLAMA3,
        **SIZES, **SPECIAL
    ),
    "mistral": transformers.MistralConfig(
        hidden_size=16, intermediate_size=28, num_attention_heads=4, num_key_value_heads=2, head_dim=6,
        sliding_window=6, **SIZES, **SPECIAL
    ),
    "qwen2": transformers.Qwen2Config(
        hidden_size=20, intermediate_size=28, num_attention_heads=2, num_key_value_heads=1, tie_word_embeddings=True,
        use_sliding_window=True, sliding_window=5, max_window_layers=1, **SIZES, **SPECIAL
    ),
    "qwen3": transformers.Qwen3Config(
        hidden_size=16, intermediate_size=28, num_attention_heads=4, num_key_value_heads=2, head_dim=6,
        tie_word_embeddings=True, **SIZES, **SPECIAL
    ),
}  # fmt: skip

# Softmax does not change when all scores of a row move together: where no rotation follows, the gradient of a key bias
# is zero, noise in fp32, and Adam divides noise by noise. GPT-2 keeps its key bias in c_attn.bias.
KEY_BIASES = ("c_attn.bias",)

ROTARY = {
    "default": dict(rope_type="default"),
    "linear": dict(rope_type="linear", factor=4.0),
    "dynamic": dict(rope_type="dynamic", factor=2.0),
    "yarn": dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16),
    "yarn_deepseek": dict(
        rope_type="yarn", factor=40.0, original_max_position_embeddings=64, beta_fast=16, beta_slow=2, mscale=1.0,
        mscale_all_dim=0.5, truncate=False
    ),
    "llama3": LLAMA3,
    "longrope": dict(
        rope_type="longrope", factor=4.0, original_max_position_embeddings=16,
        short_factor=[1.0 + 0.05 * n for n in range(8)], long_factor=[1.5 + 0.5 * n for n in range(8)]
    ),
}  # fmt: skip
ROTARY_LENGTHS = [16, 64, 200]


def randomise(model: nn.Module, name: str) -> None:
    """Weights of deviation 0.3, norm weights around one: every parameter matters, biases too."""
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    with torch.no_grad():
        for path, parameter in sorted(model.named_parameters()):
            is_norm = ("norm" in path or ".ln_" in path) and path.endswith("weight")
            parameter.copy_((1.0 if is_norm else 0.0) + 0.3 * torch.randn(parameter.shape, generator=generator))


def build(name: str, dtype: torch.dtype) -> nn.Module:
    model_class = transformers.MODEL_FOR_CAUSAL_LM_MAPPING[type(CONFIGURATIONS[name])]
    model = model_class._from_config(CONFIGURATIONS[name], attn_implementation="eager")
    randomise(model, name)
    model.tie_weights()
    return model.eval().to(dtype)


def make_batch(name: str) -> Batch:
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()) + 1)
    ids = torch.randint(0, VOCABULARY, (sum(LENGTHS),), generator=generator)
    offsets = torch.tensor([0, *LENGTHS]).cumsum(0)
    labels = ids.roll(-1)
    labels[offsets[1:] - 1] = -100
    return Batch(ids, torch.zeros_like(ids), offsets, labels)


def arguments(batch: Batch) -> dict[str, torch.Tensor]:
    """transformers shifts labels itself. The padding stands at the end, where no causal query sees it."""
    return {
        "input_ids": batch.padded(batch.ids, 0), "labels": batch.padded(batch.ids, -100), "use_cache": False
    }  # fmt: skip


def greedy(model: nn.Module, batch: Batch) -> torch.Tensor:
    """64 greedy ids after each sequence, each alone; refuses a path on which rounding could decide."""
    rows = []
    for start, end in zip(batch.offsets[:-1], batch.offsets[1:]):
        prompt = batch.ids[start:end].unsqueeze(0)
        output = model.generate(
            prompt, attention_mask=torch.ones_like(prompt), do_sample=False, max_new_tokens=NEW_TOKENS,
            output_logits=True, return_dict_in_generate=True,
        )  # fmt: skip
        best = torch.stack(output.logits).topk(2).values
        margin = (best[..., 0] - best[..., 1]).min().item()
        if margin < SMALLEST_MARGIN:
            raise ValueError(f"greedy ids are decided by a margin of {margin}")
        rows.append(output.sequences[0, end - start :])
    return torch.stack(rows)


def turn_matrices(golden: Golden, model: nn.Module) -> None:
    """GPT-2's matrices as `[outputs, inputs]`."""
    for path, module in model.named_modules():
        if isinstance(module, Conv1D):
            for prefix in ("gradient", "final"):
                key = f"{prefix}.{path}.weight"
                golden.tensors[key] = golden.tensors[key].T.contiguous()


def compute(name: str, dtype: torch.dtype) -> Golden:
    golden = Golden()
    model, batch = build(name, dtype), make_batch(name)
    output = model(**arguments(batch), output_hidden_states=True)
    for field in ("ids", "offsets", "labels"):
        golden.add(field, getattr(batch, field))
    for number, state in enumerate(output.hidden_states):
        golden.add(f"hidden.{number}", state[batch.real])
    golden.add("logits", output.logits[batch.real])
    golden.add("loss", output.loss)
    record_gradients(golden, model, output.loss)
    with torch.no_grad():
        golden.add("greedy", greedy(model, batch))
    train(golden, model, lambda: model(**arguments(batch)).loss)
    turn_matrices(golden, model)
    return golden


def rotary() -> Golden:
    """Frequencies of every kind of scaling at several lengths, heads of width 16."""
    golden = Golden()
    for case, parameters in ROTARY.items():
        config = transformers.LlamaConfig(
            hidden_size=64, num_attention_heads=4, max_position_embeddings=64,
            rope_parameters={"rope_theta": 10000.0} | parameters
        )  # fmt: skip
        for length in ROTARY_LENGTHS:
            if case == "default":
                rotary_class = transformers.models.llama.modeling_llama.LlamaRotaryEmbedding
                frequencies, factor = rotary_class.compute_default_rope_parameters(config)
            else:
                frequencies, factor = ROPE_INIT_FUNCTIONS[case.split("_")[0]](config, "cpu", seq_len=length)
            golden.add(f"{case}.{length}.frequencies", frequencies)
            golden.add(f"{case}.{length}.attention_factor", torch.tensor(factor, dtype=torch.float64))
    return golden


def make(folder: pathlib.Path) -> None:
    for name in CONFIGURATIONS:
        build(name, torch.float32).save_pretrained(folder / "models" / name)
        (folder / "models" / name / "generation_config.json").unlink(missing_ok=True)
        golden = compute(name, torch.float64)
        worst = golden.check_against(compute(name, torch.float32), skipping=KEY_BIASES)
        golden.write(folder / "models" / name / "golden.safetensors")
        print(f"models/{name}: fp32 within {worst:.2f} of the allowance")
    rotary().write(folder / "rotary.safetensors")
