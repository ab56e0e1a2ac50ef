"""Trains small tokenizers of the kinds that causal models have and records what Hugging Face tokenizers makes of text.

    python make_causal_goldens.py      (tokenizers 0.23.3)

Writes beside itself llama3/, qwen2/, llama2/, mistral/, gemma/, unigram/, unigrambytes/ and causal.json:

- `atoms` and `seed`: how the random strings of `random_strings` are made, here and in the tests alike;
- per tokenizer the ids of every string of `nasty_strings.py` (of long ones their digest), the digests of the ids and of
  the decoded texts of blocks of random strings;
- `variants`: changes to a tokenizer.json, with digests over the short nasty strings and the random ones.
"""

import base64
import copy
import json
import pathlib
import shutil
import struct

import tokenizers
from nasty_strings import STRINGS
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from training_text import TEXT

HERE = pathlib.Path(__file__).resolve().parent
LINES = [line for line in TEXT.split("\n") if line]
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace("{1,3}", "")
GPT4O = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
GPT4 = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
).replace("}+", "}")
DEEPSEEK = (
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
ATOMS = [
    " ", "  ", "   ", "\n", "\r\n", "\n\n", "\t", " \n ", "\u00a0", "\u3000", "\u2028", "\u0085", "a", "the", " the", "bird", " Linnet",
    "sings", "ing", "UN", "x", "'s", "'S", "'t", "'ll", "'LL", "'Re", "'vE", "'m", "'d", "'\u017f", "\u017f", "'", "’s", "1", "42", "2024",
    " 7", "٣", "½", ".", ",", "!", "?!", "...", " (", ")", "-", "_", "/", "#", "##", "<", ">", "<s>", "</s>", "<|", "|>", "▁", "▁▁", " ▁",
    "é", "e\u0301", "\u0301", "ß", "İ", "ﬁ", "Ⅷ", "中", "文", "か\u3099", "한", "각", "שלום", "مرحبا", "हि", "ไทย", "😀", "👨‍👩‍👧", "🏽", "\ufe0f",
    "\u200d", "\u200b", "\ufeff", "\x00", "\x7f", "\u180e", "\u1c89", "\U00010d4a", "\U00010d40", "\U0001e4f0", "\ufffd", "$", "€", "+", "~",
]  # fmt: skip
SEED = 20240917
BLOCKS, BLOCK = 20, 100


def random_strings():
    """The same strings as `RandomStrings` of the tests makes: xorshift, atoms and any scalars."""
    state = SEED

    def draw(bound):
        nonlocal state
        state ^= state << 13 & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 7
        state ^= state << 17 & 0xFFFFFFFFFFFFFFFF
        return (state >> 33) % bound

    for _ in range(BLOCKS * BLOCK):
        parts = []
        for _ in range(draw(24) + 1):
            kind = draw(12)
            if kind < 2:
                code = draw(0x110000 if kind == 0 else 0x3000)
                parts.append("x" if 0xD800 <= code < 0xE000 else chr(code))
            else:
                parts.append(ATOMS[draw(len(ATOMS))])
        yield "".join(parts)


RANDOM = list(random_strings())


def digest(data):
    """FNV-1a with 64 bits."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def packed(ids):
    return struct.pack(f"<{len(ids) + 1}I", *ids, 0xFFFFFFFF)


def blocks(pieces):
    return [digest(b"".join(pieces[start : start + BLOCK])) for start in range(0, len(pieces), BLOCK)]


def dump(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def save(name, content, configuration):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    dump(folder / "tokenizer.json", content)
    dump(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast"} | configuration)


def special(tokens, first, **flags):
    standard = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return [{"id": first + place, "content": token} | standard | flags for place, token in enumerate(tokens)]


def byte_level(name, pattern, added, ignores_merges=False, normalizer=None, begin=None):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignores_merges))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        LINES, trainers.BpeTrainer(vocab_size=700, initial_alphabet=alphabet, show_progress=False)
    )
    content = json.loads(tokenizer.to_str())
    size = tokenizer.get_vocab_size()
    content["added_tokens"] = special(added, size)
    if begin:
        content["post_processor"] = {
            "type": "Sequence",
            "processors": [
                {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True},
                {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": begin, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                 "pair": [{"SpecialToken": {"id": begin, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                          {"SpecialToken": {"id": begin, "type_id": 1}}, {"Sequence": {"id": "B", "type_id": 1}}],
                 "special_tokens": {begin: {"id": begin, "ids": [size + added.index(begin)], "tokens": [begin]}}},
            ],
        }  # fmt: skip
    if ignores_merges:
        # Words that no sequence of merges reaches.
        vocabulary = content["model"]["vocab"]
        content["model"]["merges"] = [pair for pair in content["model"]["merges"] if "".join(pair) not in ("Ġthe", "and", "ing")]
        kept = {"".join(pair) for pair in content["model"]["merges"]} | set(alphabet)
        content["model"]["merges"] = [pair for pair in content["model"]["merges"] if pair[0] in kept and pair[1] in kept]
        assert "Ġthe" in vocabulary
    save(name, content, {"bos_token": begin, "eos_token": added[-1], "model_max_length": 8192})


BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def sentence_piece_pairs():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(
        LINES,
        trainers.BpeTrainer(
            vocab_size=1000, special_tokens=["<unk>", "<s>", "</s>", *BYTES], limit_alphabet=70, show_progress=False
        ),
    )
    content = json.loads(tokenizer.to_str())
    content["added_tokens"] = content["added_tokens"][:3]
    strings = {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}
    content["decoder"] = {
        "type": "Sequence",
        "decoders": [strings, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}],
    }
    content["post_processor"] = json.loads(
        processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)]).__getstate__()
    )
    spaces = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    roles = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    # Llama 2: the whole text is one word.
    llama = content | {
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, spaces]},
        "pre_tokenizer": None,
    }
    save("llama2", llama, roles)
    # Mistral: a mark in front of the text, not behind control tokens.
    size = tokenizer.get_vocab_size()
    mistral = content | {
        "normalizer": None,
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False},
        "added_tokens": content["added_tokens"] + special(["[INST]", "[/INST]"], size) + special(["bird"], size + 2, special=False, normalized=True),
    }
    save("mistral", mistral, roles)
    # Gemma: no mark in front; without byte fallback here, so that something is unknown.
    gemma = copy.deepcopy(content) | {
        "normalizer": spaces,
        "pre_tokenizer": {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False},
        "decoder": {"type": "Sequence", "decoders": [strings, {"type": "ByteFallback"}, {"type": "Fuse"}]},
    }
    gemma["model"]["byte_fallback"] = False
    save("gemma", gemma, roles)


def charsmap():
    """A small table of replacements as SentencePiece compiles them: a double array in darts-clone's format."""
    table = {"ﬁ": "fi", "ﬀ": "ff", "½": "1⁄2", "①": "1", "\t": " ", "\n": " ", "\r": " ", "\u00a0": " ", "\u3000": " ", "\u200b": "", "Ａ": "A",
             "e\u0301": "é", "\u00ad": "", "か\u3099": "が", "…": "..."}  # fmt: skip
    blob, places = b"", {}
    for key, text in sorted(table.items(), key=lambda item: item[0].encode()):
        places[key.encode()] = len(blob)
        blob += text.encode() + b"\0"
    units, used = {0: 0}, {0}

    def place(prefix, at):
        """Puts the children of a node; `at` is where its unit stands."""
        labels = sorted({key[len(prefix)] for key in places if key.startswith(prefix) and len(key) > len(prefix)})
        leaf = places.get(prefix)
        wanted = labels + ([0] if leaf is not None else [])
        offset = 1
        while any((at ^ offset ^ label) in used for label in wanted) or offset >= 1 << 21:
            offset += 1
        used.update(at ^ offset ^ label for label in wanted)
        units[at] |= offset << 10 | (1 << 8 if leaf is not None else 0)
        if leaf is not None:
            units[at ^ offset] = leaf | 1 << 31
        for label in labels:
            units[at ^ offset ^ label] = label
        for label in labels:
            place(prefix + bytes([label]), at ^ offset ^ label)

    place(b"", 0)
    size = max(units) + 256
    trie = struct.pack(f"<{size}I", *(units.get(index, 0) for index in range(size)))
    return base64.b64encode(struct.pack("<I", len(trie)) + trie + blob).decode()


def unigrams():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(
        LINES,
        trainers.UnigramTrainer(vocab_size=500, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False),
    )
    content = json.loads(tokenizer.to_str())
    roles = {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    precompiled = {"type": "Precompiled", "precompiled_charsmap": charsmap()}
    spaces = {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"}
    marks = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    t5 = copy.deepcopy(content) | {
        "normalizer": {"type": "Sequence", "normalizers": [precompiled, {"type": "Strip", "strip_left": False, "strip_right": True}, spaces]},
        "pre_tokenizer": marks,
        "decoder": marks,
        "post_processor": json.loads(
            processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)]).__getstate__()
        ),
    }
    save("unigram", t5, roles)
    spelled = copy.deepcopy(content) | {
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, marks]},
        "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, marks]},
    }
    spelled["model"]["vocab"] += [[byte, -30.0] for byte in BYTES]
    spelled["model"]["byte_fallback"] = True
    save("unigrambytes", spelled, roles)


def variants():
    """Names, the tokenizer they change, and the changes."""
    last = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}

    def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
        step = {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}
        return {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [step, last]}}

    found = []
    for name, pattern in [("gpt2", GPT2), ("gpt4", GPT4), ("gpt4o", GPT4O), ("deepseek", DEEPSEEK)]:
        found.append((name, "llama3", split(pattern)))
    # The same patterns with a group around them are no longer recognised and take the way of all other patterns.
    for name, pattern in [("gpt2", GPT2), ("llama3", LLAMA3), ("qwen2", QWEN2)]:
        found.append((f"{name} grouped", "llama3", split(f"(?:{pattern})")))
        found.append((f"{name} inverted", "llama3", split(pattern, "Removed", True)))
    for behavior in ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]:
        for invert in [False, True]:
            found.append((f"{behavior} {invert}", "llama3", split(r"\s|\p{P}", behavior, invert)))
            found.append((f"{behavior} {invert} text", "llama3", split(" ", behavior, invert, "String")))
        punctuation = {"type": "Punctuation", "behavior": behavior}
        found.append((f"Punctuation {behavior}", "llama3", {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [punctuation, last]}}))
    for pattern in [r"x*", r"\b", r"(?<=a)", r"\d{2}", r"\w+", r"\W", r"\S+", r"[^\S\n]+", r"(?m).+", r"^.", r".$", r"\h+", r"[\p{Lu}\p{^L}]",
                    r"\P{L}+", r"\p{Letter}+", r"\u0041|[\u00e0-\u00ff]", r"(?i)the|é", r"a{,2}b?", r"\X"]:  # fmt: skip
        found.append((pattern, "llama3", split(pattern)))
    delimiter = {"type": "CharDelimiterSplit", "delimiter": "i"}
    found.append(("delimiter", "llama3", {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [delimiter, last]}}))
    for scheme in ["always", "first", "never"]:
        for cuts in [False, True]:
            marks = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": cuts}
            found.append((f"Metaspace {scheme} {cuts}", "mistral", {"pre_tokenizer": marks, "decoder": marks}))
            found.append((f"Metaspace {scheme} {cuts}", "unigram", {"pre_tokenizer": marks, "decoder": marks, "normalizer": None}))
    replace = {"type": "Replace", "pattern": {"Regex": "[aeiou]|▁"}, "content": "<>"}
    found.append(("Regex", "mistral", {"normalizer": replace, "decoder": replace}))
    found.append(("suffix", "mistral", {"decoder": {"type": "BPEDecoder", "suffix": "e"}}))
    found.append(("no decoder", "mistral", {"decoder": None}))
    found.append(("Fuse", "mistral", {"decoder": {"type": "Sequence", "decoders": [{"type": "Fuse"}, replace]}}))
    strip = {"type": "Strip", "content": "e", "start": 2, "stop": 0}
    found.append(("Strip", "mistral", {"decoder": {"type": "Sequence", "decoders": [strip, {"type": "Fuse"}, strip | {"content": "▁"}]}}))
    found.append(("WordPiece", "mistral", {"decoder": {"type": "WordPiece", "prefix": "e", "cleanup": True}}))
    found.append(("no fusing", "gemma", {"model": {"fuse_unk": False}}))
    found.append(("no unknown", "gemma", {"model": {"unk_token": None}}))
    return found


def changed(base, change):
    value = copy.deepcopy(base)
    for key, content in change.items():
        if key == "model":
            value["model"] |= content
        else:
            value[key] = content
    return value


def recorded(tokenizer, texts):
    return [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]


def decoded(tokenizer, lists):
    return [tokenizer.decode(ids).encode() + b"\xff" for ids in lists]


def main():
    byte_level("llama3", LLAMA3, ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|end_of_text|>"],
               ignores_merges=True, begin="<|begin_of_text|>")  # fmt: skip
    byte_level("qwen2", QWEN2, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], normalizer=normalizers.NFC())
    sentence_piece_pairs()
    unigrams()
    goldens = {"versions": {"tokenizers": tokenizers.__version__}, "strings": STRINGS, "atoms": ATOMS, "seed": SEED, "block": BLOCK,
               "tokenizers": {}, "variants": []}  # fmt: skip
    for name in ["llama3", "qwen2", "llama2", "mistral", "gemma", "unigram", "unigrambytes"]:
        tokenizer = Tokenizer.from_file(str(HERE / name / "tokenizer.json"))
        lists = [tokenizer.encode(text).ids for text in STRINGS]
        random = recorded(tokenizer, RANDOM)
        # Ids in any order are no text, and yet must decode to the same.
        shuffled = [[(index * 7919 + place * place * 31) % tokenizer.get_vocab_size() for place in range(12)] for index in range(500)]
        goldens["tokenizers"][name] = {
            "ids": [ids if len(ids) <= 8 else digest(packed(ids)) for ids in lists],
            "decoded": digest(b"".join(decoded(tokenizer, lists))),
            "random": blocks([packed(ids) for ids in random]),
            "random_decoded": blocks(decoded(tokenizer, random)),
            "shuffled": digest(b"".join(decoded(tokenizer, shuffled))),
        }
    short = [text for text in STRINGS if len(text) < 30]
    for name, base, change in variants():
        content = json.loads((HERE / base / "tokenizer.json").read_text(encoding="utf-8"))
        tokenizer = Tokenizer.from_str(json.dumps(changed(content, change)))
        lists = recorded(tokenizer, short + RANDOM[:500])
        goldens["variants"].append(
            {"name": name, "base": base, "change": change, "ids": blocks([packed(ids) for ids in lists]),
             "decoded": digest(b"".join(decoded(tokenizer, lists)))}
        )  # fmt: skip
    dump(HERE / "causal.json", goldens)


main()
