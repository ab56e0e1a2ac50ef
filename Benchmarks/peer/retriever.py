"""Fine-tunes a retriever on pairs with sentence-transformers' own trainer and prints one JSON object.

Speed is measured from the end of step `--warm-up` to the last step; tokenisation is the trainer's, batch by batch.
"""

import argparse
import json
import pathlib
import resource
import tempfile

import torch
import transformers
from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

from peer.train import Stopwatch


def training_arguments(arguments: argparse.Namespace, output: str) -> SentenceTransformerTrainingArguments:
    return SentenceTransformerTrainingArguments(
        output_dir=output,
        per_device_train_batch_size=arguments.batch_size,
        learning_rate=arguments.learning_rate,
        max_steps=arguments.max_steps,
        warmup_steps=0.1,  # below one: a share of all steps
        bf16=arguments.precision == "bf16",
        batch_sampler="no_duplicates",
        seed=arguments.seed,
        logging_steps=1,
        save_strategy="no",
        eval_strategy="no",
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
    )


def train(arguments: argparse.Namespace) -> dict:
    transformers.set_seed(arguments.seed)
    rows = [json.loads(line) for line in arguments.data.read_text(encoding="utf-8").splitlines()]
    model = SentenceTransformer(arguments.model, device="cpu", model_kwargs={"attn_implementation": arguments.attention})
    stopwatch = Stopwatch(arguments.warm_up)
    with tempfile.TemporaryDirectory() as output:
        trainer = SentenceTransformerTrainer(
            model=model,
            args=training_arguments(arguments, output),
            train_dataset=Dataset.from_list([{name: row[name] for name in ("anchor", "positive")} for row in rows]),
            loss=MultipleNegativesRankingLoss(model),
            callbacks=[stopwatch],
        )
        trainer.remove_callback(transformers.PrinterCallback)
        trainer.train()
    return {
        "pairs_per_second": stopwatch.steps * arguments.batch_size / (stopwatch.ended - stopwatch.started),
        "losses": stopwatch.losses,
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="sentence-transformers directory")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="JSON lines with anchor and positive")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="bf16")
    parser.add_argument("--attention", choices=["sdpa", "eager"], default="sdpa")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--max-steps", type=int, required=True)
    parser.add_argument("--warm-up", type=int, default=0, help="first steps that are not timed")
    parser.add_argument("--learning-rate", type=float, default=2e-5)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--threads", type=int, default=2)
    settings = parser.parse_args()
    torch.set_num_threads(settings.threads)
    print(json.dumps(train(settings)))
