"""Training of nanoGPT's character model on tiny Shakespeare, and what its weights lose in fewer bits."""

import pathlib

import processes
from contests import Bar, Contest, Contestant, best, number
from generate.lab import Lab

SHAPE = ["--layers", 4, "--heads", 4, "--hidden", 128, "--context", 64, "--batch-size", 12]
STEPS, TIMED_STEPS, QUICK_STEPS = 2000, 300, 100
LEARNING_RATE = 1e-3  # nanoGPT's
LOSS_BAR = 1.88  # nanoGPT's README, the same shape and number of steps on a CPU
PRECISIONS = ("fp32", "bf16")


def train(lab: Lab, precision: str, steps: int, output: pathlib.Path, *words) -> dict:
    return processes.linnet(
        "pretrain", "--corpus", lab.corpus, "--tokenizer", "characters", *SHAPE, "--steps", steps, "--eval-steps",
        steps, "--save-strategy", "no", "--precision", precision, "--output", output, "--overwrite", "--quiet", "--json",
        *words
    ).report  # fmt: skip


def linnet(precision: str) -> Contestant:
    def measure(lab: Lab) -> dict[str, float]:
        steps = QUICK_STEPS if lab.quick else TIMED_STEPS
        return {"speed": train(lab, precision, steps, lab.folder / "timed")["train_tokens_per_second"]}

    return Contestant(f"Linnet pretrain {precision}", measure)


def pytorch(precision: str) -> Contestant:
    def measure(lab: Lab) -> dict[str, float]:
        steps = QUICK_STEPS if lab.quick else TIMED_STEPS
        words = ["--corpus", lab.corpus, *SHAPE, "--steps", steps, "--precision", precision]
        return {"speed": processes.peer("pretrain", *words).report["tokens_per_second"]}

    return Contestant(f"PyTorch pretrain {precision}", measure)


def shakespeare(lab: Lab) -> tuple[pathlib.Path, float]:
    """The model after all steps, trained once, and its validation loss."""
    steps = QUICK_STEPS if lab.quick else STEPS
    path = lab.folder / f"shakespeare-{steps}"
    if not path.exists():
        report = train(lab, "bf16", steps, path)
        (path / "loss.txt").write_text(str(report["eval_loss"]), encoding="utf-8")
    return path, float((path / "loss.txt").read_text(encoding="utf-8"))


def loss_alike(lab: Lab) -> dict[str, float]:
    """The loss at nanoGPT's learning rate, which is not Linnet's for a model as narrow as this."""
    steps = QUICK_STEPS if lab.quick else STEPS
    words = ["--learning-rate", LEARNING_RATE]
    return {"loss": train(lab, "fp32", steps, lab.folder / "alike", *words)["eval_loss"]}


def peer_loss(lab: Lab) -> dict[str, float]:
    steps = QUICK_STEPS if lab.quick else STEPS
    words = ["--corpus", lab.corpus, *SHAPE, "--steps", steps, "--precision", "fp32", "--evaluate"]
    words += ["--learning-rate", LEARNING_RATE]
    return {"loss": processes.peer("pretrain", *words).report["loss"]}


OURS = [linnet(precision) for precision in PRECISIONS]
THEIRS = [pytorch(precision) for precision in PRECISIONS]
LOSS = Contestant("Linnet loss", lambda lab: {"loss": shakespeare(lab)[1]}, once=True)
LOSS_ALIKE = Contestant("Linnet loss at nanoGPT's rate", loss_alike, once=True)
PEER_LOSS = Contestant("PyTorch loss", peer_loss, once=True)

PRETRAIN = Contest(
    "pretrain",
    [each for pair in zip(OURS, THEIRS) for each in pair] + [LOSS, LOSS_ALIKE, PEER_LOSS],
    [
        Bar(
            "pretraining, best of fp32 and bf16", "tokens/s", best(*(number(side, "speed") for side in OURS)),
            best(*(number(side, "speed") for side in THEIRS)), "PyTorch, best of fp32 and bf16", 1.0
        ),
        *(
            Bar(
                f"pretraining {precision}", "tokens/s", number(ours, "speed"), number(theirs, "speed"),
                f"PyTorch {precision}"
            )
            for precision, ours, theirs in zip(PRECISIONS, OURS, THEIRS)
        ),
        Bar(f"validation loss after {STEPS} steps", "nats", number(LOSS, "loss"), required=LOSS_BAR, at_least=False),
        Bar(
            f"... at nanoGPT's learning rate of {LEARNING_RATE}", "nats", number(LOSS_ALIKE, "loss"),
            number(PEER_LOSS, "loss"), "PyTorch fp32", 1.01, at_least=False
        ),
    ],
)  # fmt: skip


def reading_options(lab: Lab) -> list:
    options = ["--corpus", lab.corpus, "--context", 64]
    return options + ["--max-tokens", 2000] if lab.quick else options


def linnet_quality(lab: Lab) -> dict[str, float]:
    words = ["--model", shakespeare(lab)[0], "--weights", "bf16,q8,q4", *reading_options(lab), "--json"]
    bf16, q8, q4 = processes.linnet("bench", "quality", *words).rows
    return {"agreement": q8["agreement"], "increase": 100 * (q4["perplexity"] / bf16["perplexity"] - 1)}


def llama_cpp_quality(lab: Lab) -> dict[str, float]:
    model = shakespeare(lab)[0]
    exact = lab.gguf(model, "bf16")
    lab.llama("llama-perplexity")  # With it comes the library that reads the files.

    def against_exact(kind: str) -> dict:
        words = ["--model", exact, "--other", lab.gguf(model, kind), "--tokenizer", model, *reading_options(lab)]
        return processes.peer("perplexity", *words).report

    return {"agreement": against_exact("q8_0")["agreement"], "increase": against_exact("q4_0")["increase"]}


QUALITY_OURS = Contestant("Linnet quality", linnet_quality, once=True)
QUALITY_THEIRS = Contestant("llama.cpp quality", llama_cpp_quality, once=True)
QUALITY = Contest(
    "quality", [QUALITY_OURS, QUALITY_THEIRS],
    [
        Bar(
            "q8: first choice as bf16", "share", number(QUALITY_OURS, "agreement"), number(QUALITY_THEIRS, "agreement"),
            "llama.cpp q8_0", 0.995, by="value"
        ),
        Bar(
            "q4: perplexity above bf16's", "%", number(QUALITY_OURS, "increase"), number(QUALITY_THEIRS, "increase"),
            "llama.cpp q4_0", 0.0, at_least=False, by="difference"
        ),
    ],
)  # fmt: skip
