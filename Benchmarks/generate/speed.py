"""Prefill of 512 tokens and decoding of 128, beside llama.cpp at the same bits and beside transformers."""

import json
import statistics

import processes
from contests import Bar, Contest, Contestant, Medians, Number, number
from generate.lab import Lab

PROMPT, NEW = 512, 128
LLAMA_CPP = {"bf16": "bf16", "q8": "q8_0", "q4": "q4_0"}
PREFILL_BARS = {"bf16": 1.35, "q8": 1.8, "q4": None}
DECODE_BARS = {"bf16": 1.15, "q8": 1.3, "q4": 1.3}
# Of a weight, as read; bf16 is held in 12 bits where the processor multiplies it (Documentation/Architecture.md).
BITS = {"bf16": 12 if processes.multiplies_bf16() else 16, "q8": 8.5, "q4": 4.5}
BANDWIDTH_SHARE = 0.75


def lengths(lab: Lab) -> tuple[int, int]:
    return (128, 16) if lab.quick else (PROMPT, NEW)


def linnet(model: str, weights: str, *flags: str) -> Contestant:
    def measure(lab: Lab) -> dict[str, float]:
        prompt, new = lengths(lab)
        return processes.linnet(
            "bench", "generate", "--model", lab.model(model), "--prompt-tokens", prompt, "--new-tokens", new,
            "--weights", weights, "--json", *flags
        ).report  # fmt: skip

    return Contestant(
        f"Linnet {model} {weights}",
        lambda lab: {name: value for name, value in measure(lab).items() if isinstance(value, (int, float))},
    )


def llama_cpp(model: str, weights: str) -> Contestant:
    def measure(lab: Lab) -> dict[str, float]:
        prompt, new = lengths(lab)
        file = lab.gguf(lab.model(model), LLAMA_CPP[weights])
        words = ["-m", file, "-t", processes.CORES, "-p", prompt, "-n", new, "-r", 3, "-o", "json"]
        rows = json.loads(processes.run([lab.llama("llama-bench"), *words]).output)
        return {
            "prefill_tokens_per_second": next(row["avg_ts"] for row in rows if row["n_gen"] == 0),
            "decode_tokens_per_second": next(row["avg_ts"] for row in rows if row["n_prompt"] == 0),
        }

    return Contestant(f"llama.cpp {model} {LLAMA_CPP[weights]}", measure)


def transformers(model: str) -> Contestant:
    def measure(lab: Lab) -> dict[str, float]:
        prompt, new = lengths(lab)
        words = ["--model", lab.model(model), "--prompt-tokens", prompt, "--new-tokens", new]
        return processes.peer("generate", *words).report

    return Contestant(f"transformers {model} bf16", measure)


def bytes_per_token(weights: str) -> float:
    """What greedy decoding with llama-0.5b reads: every matrix once, and of the embedding, as the head, the form in 4 bits
    that finds the most probable token; the few rows that are then read whole are not counted."""
    hidden, inner, keys, layers, vocabulary = 896, 4864, 2 * 64, 24, 151936
    blocks = layers * (2 * hidden * hidden + 2 * hidden * keys + 3 * hidden * inner)
    head = vocabulary * hidden
    return (blocks * BITS[weights] + head * BITS["q4"]) / 8


def bandwidth_share(contestant: Contestant, weights: str) -> Number:
    def share(medians: Medians) -> float:
        """The median of the rounds' shares. Memory is read in turns with decoding, every 16 tokens: what it gives differs
        by a half from second to second."""
        rates = medians.rounds(contestant, "decode_tokens_per_second")
        read = [bytes_per_token(weights) * rate / 1e9 for rate in rates]
        given = medians.rounds(contestant, "read_gigabytes_per_second")
        return statistics.median(ours / memory for ours, memory in zip(read, given, strict=True))

    return share


def against_llama_cpp(model: str) -> Contest:
    contestants, bars = [], []
    measures_share = model == "llama-0.5b"
    for weights in LLAMA_CPP:
        flags = ["--read-bandwidth"] if measures_share else []
        ours, theirs = linnet(model, weights, *flags), llama_cpp(model, weights)
        contestants += [ours, theirs]
        for what, required in [("prefill", PREFILL_BARS[weights]), ("decode", DECODE_BARS[weights])]:
            name = f"{what}_tokens_per_second"
            bars.append(
                Bar(
                    f"{model} {weights} {what}", "tokens/s", number(ours, name), number(theirs, name),
                    f"llama.cpp {LLAMA_CPP[weights]}", required
                )
            )  # fmt: skip
        if measures_share:
            share = bandwidth_share(ours, weights)
            bars.append(Bar(f"{model} {weights} decode, share of bandwidth", "", share, required=BANDWIDTH_SHARE))
    return Contest(model, contestants, bars)


def against_transformers() -> Contest:
    ours, theirs = linnet("gpt2-124m", "bf16"), transformers("gpt2-124m")
    decode = number(ours, "decode_tokens_per_second")
    bars = [
        Bar(
            "gpt2-124m bf16 prefill", "tokens/s", number(ours, "prefill_tokens_per_second"),
            number(theirs, "prefill_tokens_per_second"), "transformers bf16"
        ),
        Bar(
            "gpt2-124m bf16 decode", "tokens/s", decode, number(theirs, "decode_tokens_per_second"),
            "transformers bf16, generate()", 3.5
        ),
        Bar(
            "gpt2-124m bf16 decode", "tokens/s", decode, number(theirs, "loop_tokens_per_second"),
            "transformers bf16, a bare loop"
        ),
    ]  # fmt: skip
    return Contest("gpt2", [ours, theirs], bars)
