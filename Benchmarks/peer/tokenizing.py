"""Hugging Face tokenizers as the contestant: trains the two tokenizers of the benchmark, and encodes a file with one.

    tokenizing.py train OUTPUT TEXT…      writes OUTPUT/gpt2 and OUTPUT/bert
    tokenizing.py encode DIRECTORY FILE   prints one JSON object with bytes, seconds, mib_per_second, tokens and digest
"""

import hashlib
import json
import os
import pathlib
import struct
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"  # one thread, as the other side

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers  # noqa: E402

from tokenizing import corpus  # noqa: E402

PIECE = 1 << 12  # characters of text per call; the fastest of the sizes tried (lines, 2^12, 2^16, 2^20)


def train(output, paths):
    """GPT-2's and BERT's tokenizers with their vocabularies' sizes, from the text at hand."""
    lines = corpus.collected(paths)
    gpt2 = Tokenizer(models.BPE())
    gpt2.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    gpt2.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    gpt2.train_from_iterator(
        lines, trainers.BpeTrainer(vocab_size=50256, min_frequency=0, initial_alphabet=alphabet, show_progress=False)
    )
    gpt2.add_special_tokens(["<|endoftext|>"])
    bert = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    bert.normalizer = normalizers.BertNormalizer(lowercase=True)
    bert.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    bert.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    bert.train_from_iterator(
        lines, trainers.WordPieceTrainer(vocab_size=30522, min_frequency=0, special_tokens=special, show_progress=False)
    )
    for name, tokenizer in [("gpt2", gpt2), ("bert", bert)]:
        folder = pathlib.Path(output) / name
        folder.mkdir(parents=True, exist_ok=True)
        tokenizer.save(str(folder / "tokenizer.json"))
        print(f"{name}: {tokenizer.get_vocab_size()} tokens", file=sys.stderr)


def pieces(text):
    """The text cut behind line ends; `corpus.write` made the lines so that no word is cut."""
    start = 0
    while start < len(text):
        cut = text.find("\n", min(start + PIECE, len(text)))
        end = len(text) if cut < 0 else cut + 1
        yield text[start:end]
        start = end


def digest(lists):
    """SHA-256 of the ids as 32-bit little-endian numbers."""
    value = hashlib.sha256()
    for ids in lists:
        value.update(struct.pack(f"<{len(ids)}i", *ids))
    return value.hexdigest()


def encode(directory, path):
    tokenizer = Tokenizer.from_file(str(pathlib.Path(directory) / "tokenizer.json"))
    with open(path, encoding="utf-8", newline="") as file:
        parts = list(pieces(file.read()))
    tokenizer.encode(parts[0], add_special_tokens=False)
    lists = []
    start = time.perf_counter()
    for part in parts:
        lists.append(tokenizer.encode(part, add_special_tokens=False).ids)
    seconds = time.perf_counter() - start
    size = os.path.getsize(path)
    print(json.dumps({"bytes": size, "seconds": seconds, "mib_per_second": size / seconds / (1 << 20),
                      "tokens": sum(map(len, lists)), "digest": digest(lists)}))  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["train"]:
        train(sys.argv[2], sys.argv[3:])
    else:
        encode(sys.argv[2], sys.argv[3])
