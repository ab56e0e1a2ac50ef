"""Fine-tunes a classifier with Hugging Face's Trainer and prints one JSON object.

Speed is measured from the end of step `--warm-up` to the last step. Length grouping sorts blocks of fifty batches,
longest first, so its speed is only meaningful over a multiple of fifty steps.
"""

import argparse
import json
import pathlib
import resource
import statistics
import tempfile
import time

import torch
import transformers
from transformers import AutoModelForSequenceClassification, AutoTokenizer, Trainer, TrainerCallback, TrainingArguments

from peer import sst2


class Stopwatch(TrainerCallback):
    """Notes the time at the end of the warm-up and the loss of every step."""

    def __init__(self, warm_up: int):
        self.warm_up, self.started, self.ended, self.steps, self.losses = warm_up, None, None, 0, []

    def on_train_begin(self, args, state, control, **kwargs):
        self.started = time.perf_counter()

    def on_step_end(self, args, state, control, **kwargs):
        self.ended = time.perf_counter()
        if state.global_step == self.warm_up:
            self.started = self.ended
        self.steps = state.global_step - self.warm_up

    def on_log(self, args, state, control, logs=None, **kwargs):
        if logs and "loss" in logs:
            self.losses.append(float(logs["loss"]))


def open_model(arguments: argparse.Namespace) -> torch.nn.Module:
    model = AutoModelForSequenceClassification.from_pretrained(arguments.model, num_labels=2, dtype=torch.float32)
    if arguments.method == "full":
        return model
    from peft import LoraConfig, get_peft_model

    settings = LoraConfig(
        r=8,
        lora_alpha=32,
        lora_dropout=0.1,
        target_modules=["query", "value"],
        modules_to_save=["classifier"],
        task_type="SEQ_CLS",
    )
    return get_peft_model(model, settings)


def encode(tokenizer, texts: list[str], labels: list[int], max_length: int) -> list[dict]:
    encodings = tokenizer(texts, truncation=True, max_length=max_length)
    return [
        {"input_ids": ids, "attention_mask": mask, "labels": label}
        for ids, mask, label in zip(encodings["input_ids"], encodings["attention_mask"], labels)
    ]


def training_arguments(arguments: argparse.Namespace, output: str) -> TrainingArguments:
    return TrainingArguments(
        output_dir=output,
        per_device_train_batch_size=arguments.batch_size,
        per_device_eval_batch_size=64,
        learning_rate=arguments.learning_rate or (5e-5 if arguments.method == "full" else 1e-3),
        num_train_epochs=arguments.epochs,
        max_steps=arguments.max_steps,
        warmup_steps=0.1,  # below one: a share of all steps
        weight_decay=0.01,
        bf16=arguments.precision == "bf16",
        train_sampling_strategy=arguments.sampling,
        seed=arguments.seed,
        logging_steps=5,
        logging_first_step=True,
        save_strategy="no",
        eval_strategy="no",
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
    )


def train(arguments: argparse.Namespace) -> dict:
    transformers.set_seed(arguments.seed)
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    padding = {"padding": "max_length", "max_length": arguments.max_length} if arguments.pad_to_max else {}
    stopwatch = Stopwatch(arguments.warm_up)
    with tempfile.TemporaryDirectory() as output:
        trainer = Trainer(
            model=open_model(arguments),
            args=training_arguments(arguments, output),
            train_dataset=encode(tokenizer, *sst2.read(arguments.data, "train"), arguments.max_length),
            data_collator=transformers.DataCollatorWithPadding(tokenizer, **padding),
            callbacks=[stopwatch],
        )
        trainer.remove_callback(transformers.PrinterCallback)
        trainer.train()
        result = {
            "samples_per_second": stopwatch.steps * arguments.batch_size / (stopwatch.ended - stopwatch.started),
            "first_loss": stopwatch.losses[0],
            "last_loss": statistics.mean(stopwatch.losses[-5:]),
        }
        if arguments.accuracy:
            dev = encode(tokenizer, *sst2.read(arguments.data, "dev"), arguments.max_length)
            prediction = trainer.predict(dev)
            result["accuracy"] = float((prediction.predictions.argmax(-1) == prediction.label_ids).mean())
        if arguments.output:
            trainer.model.save_pretrained(arguments.output)
            tokenizer.save_pretrained(arguments.output)
    result["peak_memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return result


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="directory of the pretrained model")
    parser.add_argument("--data", type=pathlib.Path, default="../shared/data/sst2", help="folder with the .tsv files")
    parser.add_argument("--method", choices=["full", "lora"], default="full")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--sampling", choices=["random", "group_by_length"], default="random")
    parser.add_argument("--pad-to-max", action="store_true", help="pad every batch to --max-length")
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--max-length", type=int, default=128)
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--max-steps", type=int, default=-1)
    parser.add_argument("--warm-up", type=int, default=0, help="first steps that are not timed")
    parser.add_argument("--learning-rate", type=float, help="5e-5 for full, 1e-3 for LoRA unless given")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--accuracy", action="store_true", help="classify dev.tsv at the end")
    parser.add_argument("--output", help="save the model here")
    return parser.parse_args()


if __name__ == "__main__":
    settings = parse()
    torch.set_num_threads(settings.threads)
    print(json.dumps(train(settings)))
