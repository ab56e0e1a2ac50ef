"""Trains the two small tokenizers of the tests and records what Hugging Face tokenizers makes of nasty strings.

    python make_goldens.py      (tokenizers 0.23.3, transformers 5.23.0)

Writes beside itself: wordpiece/, vocabulary/ (the same as vocab.txt), cased/, bytelevel/, pairfiles/ (vocab.json and
merges.txt) and goldens.json. A golden is a list of ids per string; `variants` are changes to a tokenizer.json.
"""

import copy
import json
import pathlib
import shutil

import tokenizers
import transformers
from nasty_strings import PAIRS, STRINGS
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from training_text import TEXT

HERE = pathlib.Path(__file__).resolve().parent
LINES = [line for line in TEXT.split("\n") if line]


def dump(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def fresh(name):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def make_wordpiece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    # limit_alphabet keeps some characters out, so that there is something unknown.
    tokenizer.train_from_iterator(
        LINES, trainers.WordPieceTrainer(vocab_size=2000, special_tokens=special, limit_alphabet=180, show_progress=False)
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    folder = fresh("wordpiece")
    tokenizer.add_tokens([AddedToken("linnetbird", single_word=True), AddedToken("[NEW]", rstrip=True, normalized=False)])
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    dump(
        folder / "tokenizer_config.json",
        {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]",
         "cls_token": "[CLS]", "mask_token": "[MASK]", "model_max_length": 512},
    )  # fmt: skip
    vocabulary = [token for token, _ in sorted(tokenizer.get_vocab(False).items(), key=lambda item: item[1])]
    for name, lowercases in [("vocabulary", True), ("cased", False)]:
        folder = fresh(name)
        (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
        settings = {"tokenizer_class": "BertTokenizer", "do_lower_case": lowercases, "model_max_length": 128}
        if not lowercases:
            settings |= {"tokenize_chinese_chars": False, "strip_accents": True}
        dump(folder / "tokenizer_config.json", settings)


def make_bytelevel():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    tokenizer.train_from_iterator(
        LINES,
        trainers.BpeTrainer(
            vocab_size=1000,
            special_tokens=special,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    tokenizer.add_tokens([AddedToken("linnetbird", single_word=True), AddedToken("[NEW]", rstrip=True)])
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    folder = fresh("bytelevel")
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    dump(
        folder / "tokenizer_config.json",
        {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>",
         "sep_token": "</s>", "pad_token": "<pad>", "cls_token": "<s>", "mask_token": "<mask>",
         "model_max_length": 1000000000000000019884624838656},
    )  # fmt: skip
    folder = fresh("pairfiles")
    tokenizer.model.save(str(folder))
    dump(folder / "tokenizer_config.json", {"tokenizer_class": "RobertaTokenizer", "add_prefix_space": True})


def variants():
    """Names and changes of a tokenizer.json, to be made to the byte-level one: every byte shows in its ids."""
    bytelevel = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
    bert = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}
    found = {}
    for form in ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents"]:
        found[form] = {"normalizer": {"type": form}}
    found["Bert"] = {"normalizer": bert}
    found["BertAccents"] = {"normalizer": bert | {"strip_accents": False}}
    found["BertCased"] = {"normalizer": bert | {"lowercase": False, "handle_chinese_chars": False, "strip_accents": True}}
    found["BertRaw"] = {"normalizer": bert | {"clean_text": False}}
    found["NormalizerSequence"] = {
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Strip", "strip_left": True, "strip_right": True},
                {"type": "Replace", "pattern": {"String": "a"}, "content": "bb"},
                {"type": "Prepend", "prepend": "~"},
                {"type": "NFKC"},
            ],
        }
    }
    for step in ["BertPreTokenizer", "Whitespace", "WhitespaceSplit"]:
        found[step] = {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": step}, bytelevel]}}
    found["Punctuation"] = {
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Punctuation", "behavior": "Isolated"},
                {"type": "Digits", "individual_digits": True},
                bytelevel | {"add_prefix_space": False, "use_regex": False},
            ],
        }
    }
    found["Digits"] = {
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": False}, bytelevel]}
    }
    found["NoSplit"] = {"pre_tokenizer": bytelevel | {"use_regex": False}}
    found["NoBytes"] = {
        "pre_tokenizer": {"type": "WhitespaceSplit"}, "model": {"unk_token": "<unk>", "fuse_unk": True}
    }  # fmt: skip
    found["IgnoreMerges"] = {"model": {"ignore_merges": True}}
    found["BertProcessing"] = {"post_processor": {"type": "BertProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0]}}
    found["NoProcessing"] = {"post_processor": None}
    return found


def changed(base, change):
    value = copy.deepcopy(base)
    for key, content in change.items():
        if key == "model":
            value["model"] |= content
        else:
            value[key] = content
    return value


def main():
    make_wordpiece()
    make_bytelevel()
    goldens = {
        "versions": {"tokenizers": tokenizers.__version__, "transformers": transformers.__version__},
        "strings": STRINGS,
        "pairs": PAIRS,
        "tokenizers": {},
        "variants": [],
    }
    for name in ["wordpiece", "vocabulary", "cased", "bytelevel", "pairfiles"]:
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(HERE / name))._tokenizer
        record = {"ids": [tokenizer.encode(text).ids for text in STRINGS], "pairs": []}
        record["decoded"] = [tokenizer.decode(ids) for ids in record["ids"]]
        for limit in [None, 3, 4, 5, 8, 11]:
            if limit is None:
                tokenizer.no_truncation()
            elif limit < 5 and name in ("bytelevel", "pairfiles"):
                continue  # less than the four special tokens
            else:
                tokenizer.enable_truncation(limit)
            for first, second in PAIRS:
                encoding = tokenizer.encode(first, second)
                record["pairs"].append({"limit": limit, "ids": encoding.ids, "types": encoding.type_ids})
                bare = tokenizer.encode(first, second, add_special_tokens=False)
                record["pairs"].append({"limit": limit, "bare": True, "ids": bare.ids, "types": bare.type_ids})
        goldens["tokenizers"][name] = record
    base = json.loads((HERE / "bytelevel" / "tokenizer.json").read_text(encoding="utf-8"))
    short = [place for place, text in enumerate(STRINGS) if len(text) < 30]
    goldens["short"] = short
    for name, change in variants().items():
        tokenizer = Tokenizer.from_str(json.dumps(changed(base, change)))
        pair = tokenizer.encode("a b", "c")
        goldens["variants"].append(
            {"name": name, "change": change, "ids": [tokenizer.encode(STRINGS[place], add_special_tokens=False).ids for place in short],
             "pair": {"ids": pair.ids, "types": pair.type_ids}}
        )  # fmt: skip
    dump(HERE / "goldens.json", goldens)


main()
