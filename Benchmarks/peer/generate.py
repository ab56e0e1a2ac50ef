"""Prefill and decode speed of transformers, or the greedy ids and logits of a prompt; prints one JSON object."""

import argparse
import json
import resource
import statistics
import time

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def open_model(arguments: argparse.Namespace):
    dtype = torch.bfloat16 if arguments.precision == "bf16" else torch.float32
    return AutoModelForCausalLM.from_pretrained(arguments.model, dtype=dtype).eval()


@torch.inference_mode()
def speed(arguments: argparse.Namespace) -> dict:
    """Tokens per second over a prompt of random ids, and of decoding one by one after it; medians of repetitions.

    The prompt's logits are asked for at the last position only, as generate() does. Decoding is timed twice: as
    generate() does it, and as a bare loop over the model and its cache, the best one can do by hand.
    """
    started = time.perf_counter()
    model = open_model(arguments)
    load = time.perf_counter() - started
    torch.manual_seed(0)
    ids = torch.randint(1, model.config.vocab_size, (1, arguments.prompt_tokens))
    model(ids, use_cache=True, logits_to_keep=1)  # warm-up
    prefill, decode, loop = [], [], []
    for _ in range(arguments.repetitions):
        started = time.perf_counter()
        result = model(ids, use_cache=True, logits_to_keep=1)
        prefill.append(arguments.prompt_tokens / (time.perf_counter() - started))
        # As llama-bench measures it: decoding begins with an empty cache.
        started = time.perf_counter()
        model.generate(
            ids[:, :1], max_new_tokens=arguments.new_tokens, min_new_tokens=arguments.new_tokens, do_sample=False,
            pad_token_id=0,
        )
        decode.append(arguments.new_tokens / (time.perf_counter() - started))
        token, cache = ids[:, :1], None
        started = time.perf_counter()
        for _ in range(arguments.new_tokens):
            result = model(token, past_key_values=cache, use_cache=True)
            cache, token = result.past_key_values, result.logits[:, -1:].argmax(-1)
        loop.append(arguments.new_tokens / (time.perf_counter() - started))
    return {
        "prefill_tokens_per_second": statistics.median(prefill),
        "decode_tokens_per_second": statistics.median(decode),
        "loop_tokens_per_second": statistics.median(loop),
        "load_seconds": load,
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


@torch.inference_mode()
def greedy(arguments: argparse.Namespace) -> dict:
    """The ids that greedy decoding adds to the prompt, and their text."""
    model, tokenizer = open_model(arguments), AutoTokenizer.from_pretrained(arguments.model)
    ids = tokenizer(arguments.prompt, return_tensors="pt").input_ids
    made = model.generate(
        ids, max_new_tokens=arguments.new_tokens, min_new_tokens=arguments.new_tokens, do_sample=False, pad_token_id=0
    )
    new = made[0, ids.shape[1] :]
    return {"token_ids": new.tolist(), "prompt_tokens": ids.shape[1], "text": tokenizer.decode(new)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="bf16")
    parser.add_argument("--prompt", help="print the greedy ids after this text instead of speeds")
    parser.add_argument("--prompt-tokens", type=int, default=512)
    parser.add_argument("--new-tokens", type=int, default=128)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    settings = parser.parse_args()
    torch.set_num_threads(settings.threads)
    print(json.dumps(greedy(settings) if settings.prompt else speed(settings)))
