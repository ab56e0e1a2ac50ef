"""What a user waits for: the first token after the start, and many classifications that share their examples."""

import json
import pathlib

import processes
from contests import Bar, Contest, Contestant, number
from generate.lab import Lab

MODEL = "llama-135m"
CLASSIFICATIONS, EXAMPLES = 200, 24
WORDS = ("story", "music", "cast", "plot", "ending", "camera", "humour", "pace")


def review(index: int) -> str:
    first, second = WORDS[index % 8], WORDS[(index // 8 + 3) % 8]
    return f"Number {index}: the {first} was not what I had expected, and the {second} stayed with me for days."


def write_inputs(folder: pathlib.Path, count: int) -> tuple[pathlib.Path, pathlib.Path]:
    examples, inputs = folder / "examples.jsonl", folder / "inputs.txt"
    labels = ("Positive", "Negative")
    lines = [json.dumps({"input": review(1000 + i), "output": labels[i % 2]}) for i in range(EXAMPLES)]
    examples.write_text("\n".join(lines) + "\n", encoding="utf-8")
    inputs.write_text("\n".join(review(i) for i in range(count)) + "\n", encoding="utf-8")
    return examples, inputs


def classify(lab: Lab, *words: str) -> dict[str, float]:
    count = 20 if lab.quick else CLASSIFICATIONS
    examples, inputs = write_inputs(lab.folder, count)
    finished = processes.linnet(
        "prompt", "few-shot", "--model", lab.model(MODEL), "--task", "Is the review Positive or Negative?",
        "--examples", examples, "--choices", "Positive,Negative", "--input-file", inputs, "--json", *words
    )  # fmt: skip
    if len(finished.rows) != count:
        raise processes.ContestantFailed(f"expected {count} labels, found {len(finished.rows)}")
    return {"per_second": count / finished.seconds}


def first_token(lab: Lab) -> dict[str, float]:
    words = ["generate", "--model", lab.model(MODEL), "--weights", "bf16", "--max-new-tokens", 1, "Once upon a time"]
    processes.linnet(*words)  # the files are in the cache
    return {"seconds": processes.linnet(*words).seconds}


WITH = Contestant("Linnet few-shot", classify)
WITHOUT = Contestant("Linnet few-shot, nothing reused", lambda lab: classify(lab, "--no-prefix-reuse"))
FIRST = Contestant("Linnet first token", first_token)

REUSE = Contest(
    "reuse", [WITH, WITHOUT],
    [
        Bar(
            f"{CLASSIFICATIONS} few-shot classifications", "per s", number(WITH, "per_second"),
            number(WITHOUT, "per_second"), "without prefix reuse", 5.0
        )
    ],
)  # fmt: skip
LOAD = Contest(
    "load", [FIRST],
    [Bar(f"{MODEL} bf16, start to first token", "s", number(FIRST, "seconds"), required=0.3, at_least=False)],
)  # fmt: skip
