"""Tiny random causal models of every architecture that has a GGUF form, with tokenizers trained on a few sentences.

Every tokenizer splits text as its family does, so that llama.cpp recognises it. Weights are larger than a trained
model's, so that logits are far from zero and a wrong order of rows shows.
"""

import json
import pathlib

import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast
from transformers import GPT2Config, LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config

TEXTS = [
    "The quick brown fox jumps over the lazy dog.",
    "In 2024, she'd paid 1234567 euros; they've kept 42%.",
    "Grüße aus Köln, naïve façade! 我想在那里工作 🙂",
    "def f(x):\n    return x + 1\n\n\n# done\t\tnow",
    "  two spaces, then CAPITALS AND It's Theirs, we'LL see...",
]
CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
WORDS = r"|[^\r\n\p{L}\p{N}]?\p{L}+|"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
VOCABULARY = 384


def split(numbers: str) -> pre_tokenizers.PreTokenizer:
    pattern = Regex(CONTRACTIONS + WORDS + numbers + REST)
    return pre_tokenizers.Sequence([
        pre_tokenizers.Split(pattern, "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    ])  # fmt: skip


SPLITS = {
    "gpt2": lambda: pre_tokenizers.ByteLevel(add_prefix_space=False),
    "smollm": lambda: pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    ]),  # fmt: skip
    "llama3": lambda: split(r"\p{N}{1,3}"),
    "qwen": lambda: split(r"\p{N}"),
}


def byte_level(kind: str) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = SPLITS[kind]()
    tokenizer.decoder = decoders.ByteLevel()
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=specials, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())  # fmt: skip
    tokenizer.train_from_iterator(TEXTS * 3, trainer)
    tokenizer.add_tokens([AddedToken("<tool>", special=False)])
    words = {"bos_token": specials[0], "eos_token": specials[2], "pad_token": specials[0]}
    if kind == "llama3":
        first = ("<|endoftext|>", tokenizer.token_to_id("<|endoftext|>"))
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<|endoftext|> $A", pair="<|endoftext|> $A <|endoftext|> $B", special_tokens=[first])  # fmt: skip
    else:
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **words)


def sentence_piece() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    ascii_texts = [text for text in TEXTS if text.isascii()]
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=tokens, show_progress=False)
    tokenizer.train_from_iterator((text.replace(" ", "▁") for text in ascii_texts * 3), trainer)
    table = json.loads(tokenizer.to_str())
    table["added_tokens"] = [token for token in table["added_tokens"] if token["id"] < 3]
    tokenizer = Tokenizer.from_str(json.dumps(table))
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)
    ])  # fmt: skip
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])  # fmt: skip
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>")


LLAMA3 = {
    "rope_type": "llama3", "rope_theta": 5000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}  # fmt: skip
YARN = {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 64}
LINEAR = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}
DECODER = {
    "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
    "intermediate_size": 96, "max_position_embeddings": 256, "initializer_range": 0.15,
}  # fmt: skip
MODELS = {
    "gpt2": (GPT2Config, {"n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 256, "initializer_range": 0.15},
             lambda: byte_level("gpt2")),
    "llama-3": (LlamaConfig, DECODER | {"rope_parameters": LLAMA3}, lambda: byte_level("llama3")),
    "llama-smol": (LlamaConfig, DECODER | {"tie_word_embeddings": True, "num_key_value_heads": 1},
                   lambda: byte_level("smollm")),
    "llama-2": (LlamaConfig, DECODER | {"rope_parameters": LINEAR, "head_dim": 32}, sentence_piece),
    "mistral": (MistralConfig, DECODER | {"sliding_window": None}, sentence_piece),
    "qwen2": (Qwen2Config, DECODER | {"tie_word_embeddings": True}, lambda: byte_level("qwen")),
    "qwen3": (Qwen3Config, DECODER | {"head_dim": 32, "rope_parameters": YARN}, lambda: byte_level("qwen")),
}  # fmt: skip


def write(name: str, folder: pathlib.Path) -> pathlib.Path:
    """Writes a model directory in single precision and gives its path."""
    configuration, settings, make_tokenizer = MODELS[name]
    torch.manual_seed(len(name))
    tokenizer = make_tokenizer()
    config = configuration(vocab_size=len(tokenizer) + 5, bos_token_id=tokenizer.bos_token_id,
                           eos_token_id=tokenizer.eos_token_id, pad_token_id=None, **settings)  # fmt: skip
    model = AutoModelForCausalLM.from_config(config).float().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:  # norms and biases away from one and zero
                parameter.add_(torch.randn_like(parameter) * 0.1)
    directory = folder / name
    model.save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return directory


def logits(directory: pathlib.Path, ids: list[int], rounding: torch.dtype | None = None) -> torch.Tensor:
    """Logits `[tokens, vocabulary]` in single precision; with `rounding`, of matrices rounded to that type."""
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if rounding is not None and parameter.dim() == 2:
                parameter.copy_(parameter.to(rounding).float())
        return model(torch.tensor([ids])).logits[0]


def tokens(directory: pathlib.Path, text: str, add_special_tokens: bool) -> list[int]:
    return AutoTokenizer.from_pretrained(directory)(text, add_special_tokens=add_special_tokens)["input_ids"]
