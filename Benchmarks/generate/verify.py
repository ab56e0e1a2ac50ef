"""Speed counts only for right results: greedy ids and losses equal to those of transformers in fp32."""

import processes
from generate.lab import Lab

EXACT = ("llama-tiny", "gpt2-tiny")
PROMPT = "First Citizen: Before we proceed any further, hear me speak."
NEW = 64


def greedy(lab: Lab, name: str) -> str:
    model = lab.model(name)
    words = ["--model", model, "--max-new-tokens", NEW]
    ours = processes.linnet("generate", *words, "--weights", "fp32", "--ignore-eos", "--json", PROMPT).report
    theirs = processes.peer("generate", "--model", model, "--precision", "fp32", "--prompt", PROMPT, "--new-tokens", NEW)
    if ours["token_ids"] != theirs.report["token_ids"]:
        raise processes.ContestantFailed(f"{name}: greedy ids {ours['token_ids']} and {theirs.report['token_ids']}")
    return f"{name}: {NEW} greedy ids in fp32 equal those of transformers"


def loss(lab: Lab, model) -> str:
    words = ["--model", model, "--corpus", lab.corpus, "--context", 64, "--max-tokens", 2000]
    ours = processes.linnet("bench", "quality", *words, "--weights", "fp32", "--json").report["loss"]
    theirs = processes.peer("perplexity", *words, "--tokenizer", model).report["loss"]
    if abs(ours - theirs) > 1e-4:
        raise processes.ContestantFailed(f"{model}: a loss of {ours}, in transformers {theirs}")
    return f"{model.name}: opened by transformers, the same loss {theirs:.5f}"


def verify(lab: Lab) -> str:
    return "\n".join(greedy(lab, name) for name in EXACT)
