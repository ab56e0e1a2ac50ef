"""Makes goldens.json: what transformers' logits processors, in the order of `generate`, make of scores; and
tokenizer/: 48 byte-level tokens without merges, for tiny models.

    .venv/bin/python Tests/Fixtures/generation/make_goldens.py

Each case holds generation options, the tokens so far, the scores before and after, and the probabilities after.
Scores are fp32; a token that is forbidden has null.
"""

import json
import pathlib

import numpy
import tokenizers
import torch
import transformers

FOLDER = pathlib.Path(__file__).resolve().parent
VOCABULARY = 40
PROMPT = 7

CASES = {
    "greedy": {},
    "temperature": {"do_sample": True, "temperature": 0.7, "top_k": 0},
    "hot": {"do_sample": True, "temperature": 1.9, "top_k": 0},
    "top_k": {"do_sample": True, "top_k": 5},
    "top_k beyond the vocabulary": {"do_sample": True, "top_k": 50},
    "top_p": {"do_sample": True, "top_k": 0, "top_p": 0.8},
    "top_p of almost nothing": {"do_sample": True, "top_k": 0, "top_p": 0.01},
    "min_p": {"do_sample": True, "top_k": 0, "min_p": 0.1},
    "all filters": {"do_sample": True, "temperature": 1.3, "top_k": 12, "top_p": 0.85, "min_p": 0.05},
    "repetition_penalty": {"repetition_penalty": 1.3},
    "rewarded repetition": {"repetition_penalty": 0.8},
    "no_repeat_ngram_size 1": {"no_repeat_ngram_size": 1},
    "no_repeat_ngram_size 2": {"no_repeat_ngram_size": 2},
    "no_repeat_ngram_size 3": {"no_repeat_ngram_size": 3},
    "sequence_bias": {"sequence_bias": [[[3], -10.0], [[5, 9, 7], 4.5], [[1, 2], 8.0], [[11], 2.0]]},
    "bad_words_ids": {"bad_words_ids": [[8], [9, 6], [4, 4]], "eos_token_id": [2]},
    "min_new_tokens": {"min_new_tokens": 9, "eos_token_id": [2, 3]},
    "min_new_tokens reached": {"min_new_tokens": 4, "eos_token_id": [2, 3]},
    "suppress_tokens": {"suppress_tokens": [1, 30, 31]},
    "begin_suppress_tokens": {"begin_suppress_tokens": [1, 30, 31]},
    "everything": {
        "do_sample": True, "temperature": 0.9, "top_k": 20, "top_p": 0.9, "repetition_penalty": 1.2,
        "no_repeat_ngram_size": 2, "bad_words_ids": [[8]], "sequence_bias": [[[11], 2.0]], "min_new_tokens": 9,
        "eos_token_id": [2], "suppress_tokens": [30],
    },
}


def tiny_model():
    config = transformers.GPT2Config(n_layer=1, n_head=1, n_embd=4, vocab_size=VOCABULARY, n_positions=64)
    return transformers.GPT2LMHeadModel(config)


def case(model, options, tokens, scores):
    config = transformers.GenerationConfig(**{**model.generation_config._get_default_generation_params(), **options})
    eos = options.get("eos_token_id")
    config._eos_token_tensor = None if eos is None else torch.tensor(eos)
    processors = model._get_logits_processor(generation_config=config, input_ids_seq_length=PROMPT)
    result = processors(tokens, scores.clone())
    probabilities = torch.softmax(result, dim=-1)
    return {
        "options": options, "prompt_length": PROMPT, "tokens": tokens[0].tolist(), "scores": numbers(scores),
        "processed": numbers(result), "probabilities": numbers(probabilities), "best": int(result.argmax()),
    }


def numbers(row):
    return [None if numpy.isneginf(value) else float(f"{value:.9g}") for value in row[0].numpy().astype(numpy.float32)]


def tiny_tokenizer():
    letters = list("abcdefghijklmnopqrstuvwxyz0123456789IO.,:?/-")
    vocabulary = ["<s>", "</s>", "\u0120", "\u010a", *letters]
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE({token: id for id, token in enumerate(vocabulary)}, []))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    tokenizer.add_special_tokens(["<s>", "</s>"])
    return tokenizer


def main():
    transformers.logging.set_verbosity_error()
    model = tiny_model()
    generator = torch.Generator().manual_seed(7)
    history = torch.tensor([[1, 4, 9, 6, 5, 9, 7, 3, 3, 8, 4, 9, 6, 5, 9]])
    cases = []
    for name, options in CASES.items():
        scores = torch.randn(1, VOCABULARY, generator=generator) * 2.5
        length = PROMPT if name.startswith("begin") else history.shape[1]
        cases.append({"name": name, **case(model, options, history[:, :length], scores)})
    ties = torch.zeros(1, VOCABULARY)
    ties[0, [6, 17, 33]] = 1.5
    cases.append({"name": "ties", **case(model, {"do_sample": True, "top_k": 2}, history, ties)})
    made_by = {"transformers": transformers.__version__, "torch": torch.__version__.split("+")[0]}
    text = json.dumps({"made_by": made_by, "cases": cases}, indent=None, separators=(",", ":"))
    (FOLDER / "tokenizer").mkdir(exist_ok=True)
    tiny_tokenizer().save(str(FOLDER / "tokenizer" / "tokenizer.json"))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>"}
    (FOLDER / "tokenizer" / "tokenizer_config.json").write_text(json.dumps(config) + "\n")
    (FOLDER / "goldens.json").write_text(text.replace('{"name"', '\n{"name"') + "\n")


if __name__ == "__main__":
    main()
