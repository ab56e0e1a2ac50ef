"""Tokenizers of a hundred tokens, so that the tiny models can also be run on text."""

import json
import pathlib

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import AutoTokenizer

SIZE = 100
WORDS = "a the film is was not very good bad great dull fun and but of it this plot cast time".split()
LETTERS = [chr(letter) for letter in range(ord("a"), ord("z") + 1)]


def filled(tokens: list[str]) -> list[str]:
    """The vocabulary brought to SIZE: what a checkpoint with reserved tokens looks like."""
    return tokens + [f"[unused{number}]" for number in range(SIZE - len(tokens))]


def write_wordpiece(folder: pathlib.Path) -> None:
    """BERT's files: vocab.txt and tokenizer.json, lower-casing, `[CLS] a [SEP] b [SEP]`."""
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ","]
    tokens += LETTERS + [f"##{letter}" for letter in LETTERS] + WORDS[:15]
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(filled(tokens)) + "\n")
    settings = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 24}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    AutoTokenizer.from_pretrained(folder).save_pretrained(folder)


def write_byte_level(folder: pathlib.Path) -> None:
    """RoBERTa's files: vocab.json, merges.txt and tokenizer.json, byte-level BPE, `<s> a </s></s> b </s>`."""
    space = "Ġ"
    merges = [(space, "a"), (space, "t"), (space + "t", "h"), (space + "th", "e"), ("o", "o"), ("i", "s")]
    merges += [(space, "is"), ("oo", "d"), ("g", "ood"), (space, "good"), ("b", "a"), ("ba", "d"), ("f", "i")]
    characters = LETTERS + [letter.upper() for letter in LETTERS] + list("0123456789.,!") + [space]
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *characters, *(left + right for left, right in merges), "<mask>"]
    vocabulary = {token: index for index, token in enumerate(filled(tokens))}
    tokenizer = Tokenizer(models.BPE(vocabulary, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{left} {right}\n" for left, right in merges))
    settings = {"tokenizer_class": "RobertaTokenizer", "model_max_length": 24}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    AutoTokenizer.from_pretrained(folder).save_pretrained(folder)
