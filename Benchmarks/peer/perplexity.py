"""The loss of a model over token ids, window by window, in llama.cpp (a GGUF file) or transformers (a directory, fp32).

Prints one JSON object; with --other, also how often both models' first choice is the same, and by how many percent
the other's perplexity is above the first one's. `LLAMA_CPP_LIB_PATH` names the folder of llama.cpp's libraries. llama.cpp reads every window
token by token, with an empty cache at its beginning, as Linnet's `bench quality` does.
"""

import argparse
import json
import os
import pathlib
from collections.abc import Callable

import numpy
from tokenizers import Tokenizer

Reader = Callable[[list[int]], numpy.ndarray]  # token ids to logits, one row per id


def llama_cpp_reader(path: pathlib.Path, arguments: argparse.Namespace) -> Reader:
    import llama_cpp

    model = llama_cpp.Llama(
        str(path), n_ctx=arguments.context, n_batch=1, n_threads=arguments.threads,
        n_threads_batch=arguments.threads, logits_all=True, verbose=False
    )  # fmt: skip

    def read(ids: list[int]) -> numpy.ndarray:
        model.reset()
        model.eval(ids)
        return numpy.array(model.scores[: len(ids)])

    return read


def transformers_reader(path: pathlib.Path, arguments: argparse.Namespace) -> Reader:
    import torch
    from transformers import AutoModelForCausalLM

    torch.set_num_threads(arguments.threads)
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()

    def read(ids: list[int]) -> numpy.ndarray:
        with torch.inference_mode():
            return model(torch.tensor([ids])).logits[0].numpy()

    return read


def text_ids(arguments: argparse.Namespace) -> list[int]:
    tokenizer = Tokenizer.from_file(os.path.join(arguments.tokenizer, "tokenizer.json"))
    ids = tokenizer.encode(arguments.corpus.read_text(encoding="utf-8"), add_special_tokens=False).ids
    ids = ids[len(ids) - int(len(ids) * arguments.share) :]
    return ids[: arguments.max_tokens + 1] if arguments.max_tokens else ids


def read_all(path: pathlib.Path, ids: list[int], arguments: argparse.Namespace) -> tuple[float, numpy.ndarray]:
    """The mean loss, and the first choice at every place."""
    read = (transformers_reader if path.is_dir() else llama_cpp_reader)(path, arguments)
    total, choices = 0.0, []
    for start in range(0, len(ids) - 1, arguments.context):
        window = ids[start : start + arguments.context + 1]
        logits = read(window[:-1]).astype(numpy.float64)
        choices.append(logits.argmax(axis=1))
        logits -= logits.max(axis=1, keepdims=True)
        chosen = logits[numpy.arange(len(window) - 1), window[1:]]
        total += float((numpy.log(numpy.exp(logits).sum(axis=1)) - chosen).sum())
    return total / (len(ids) - 1), numpy.concatenate(choices)


def measure(arguments: argparse.Namespace) -> dict:
    ids = text_ids(arguments)
    loss, choices = read_all(arguments.model, ids, arguments)
    result = {"loss": loss, "perplexity": float(numpy.exp(loss)), "tokens": len(ids) - 1}
    if arguments.other:
        other_loss, other_choices = read_all(arguments.other, ids, arguments)
        result["agreement"] = float((choices == other_choices).mean())
        result["increase"] = 100 * float(numpy.exp(other_loss - loss) - 1)
    return result


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True, help="GGUF file or model directory")
    parser.add_argument("--other", type=pathlib.Path, help="a second model to compare with")
    parser.add_argument("--tokenizer", type=pathlib.Path, required=True, help="directory with tokenizer.json")
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    parser.add_argument("--share", type=float, default=0.1, help="share of the text, at its end, that is predicted")
    parser.add_argument("--context", type=int, default=64)
    parser.add_argument("--max-tokens", type=int)
    parser.add_argument("--threads", type=int, default=2)
    print(json.dumps(measure(parser.parse_args())))
