"""Writes the causal models of the benchmark: Llama's shape in two sizes and GPT-2 124M, with random weights.

Speed does not depend on the weights. Each directory carries a byte-level BPE tokenizer that has as many tokens as the
model: merges learned from a text, and names that no text contains for the rest. `tiny` models are for comparing
numbers.
"""

import argparse
import json
import pathlib

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, PreTrainedModel

END = "<|endoftext|>"
LLAMA = {"hidden_act": "silu", "max_position_embeddings": 2048, "tie_word_embeddings": True, "rms_norm_eps": 1e-5}


def llama(layers: int, hidden: int, intermediate: int, heads: int, kv_heads: int, vocabulary: int) -> PreTrainedModel:
    return LlamaForCausalLM(
        LlamaConfig(
            num_hidden_layers=layers, hidden_size=hidden, intermediate_size=intermediate, num_attention_heads=heads,
            num_key_value_heads=kv_heads, vocab_size=vocabulary, bos_token_id=0, eos_token_id=0, **LLAMA
        )
    )  # fmt: skip


def gpt2(**settings) -> PreTrainedModel:
    return GPT2LMHeadModel(GPT2Config(bos_token_id=0, eos_token_id=0, **settings))


SHAPES = {
    "llama-135m": lambda: llama(30, 576, 1536, 9, 3, 49152),
    "llama-0.5b": lambda: llama(24, 896, 4864, 14, 2, 151936),
    "gpt2-124m": lambda: gpt2(),
    "llama-tiny": lambda: llama(2, 64, 192, 4, 2, 512),
    "gpt2-tiny": lambda: gpt2(n_layer=2, n_embd=64, n_head=4, n_positions=256, vocab_size=512),
}
EXACT = ("llama-tiny", "gpt2-tiny")  # stored in fp32, with weights large enough for logits that differ


def tokenizer(size: int, text: pathlib.Path) -> Tokenizer:
    """GPT-2's pipeline over `size` tokens."""
    learned = Tokenizer(models.BPE())
    learned.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=[END], initial_alphabet=alphabet, show_progress=False, min_frequency=2
    )
    learned.train([str(text)], trainer)
    model = json.loads(learned.to_str())["model"]
    vocabulary = model["vocab"]
    for number in range(len(vocabulary), size):
        vocabulary[f"unused{number}"] = number
    merges = [tuple(pair) if isinstance(pair, list) else tuple(pair.split(" ")) for pair in model["merges"]]
    result = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    result.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    result.decoder = decoders.ByteLevel()
    result.post_processor = processors.ByteLevel(trim_offsets=False)
    result.add_special_tokens([END])
    return result


def make(name: str, folder: pathlib.Path, text: pathlib.Path) -> None:
    torch.manual_seed(0)
    model = SHAPES[name]()
    if name in EXACT:
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.dim() == 2:
                    parameter.mul_(5)
    else:
        model = model.to(torch.bfloat16)
    model.generation_config.do_sample = False
    model.save_pretrained(folder)
    tokenizer(model.config.vocab_size, text).save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "GPT2TokenizerFast" if name.startswith("gpt2") else "PreTrainedTokenizerFast",
        "bos_token": END, "eos_token": END, "unk_token": END, "model_max_length": 2048,
    }  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=SHAPES)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--text", type=pathlib.Path, required=True, help="what the tokenizer's merges are learned from")
    settings = parser.parse_args()
    make(settings.name, settings.folder, settings.text)
