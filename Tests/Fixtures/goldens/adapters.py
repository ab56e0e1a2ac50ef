"""LoRA adapters written by PEFT on the tiny BERT classifier.

`adapters/<name>/` opens with `PeftModel.from_pretrained(models/bert-classification, …)`; its golden.safetensors
holds `ids`, `type_ids`, `offsets`, `labels`, `logits`, `loss`, `merged_logits`, `gradient.<parameter>` of every
trainable parameter and what training.py records. Parameters carry the names of adapter_model.safetensors.
"""

import json
import pathlib
import zlib

import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file

from . import encoders
from .record import Golden
from .training import train, trained_parameters

BASE = "bert-classification"
SETTINGS = {
    "lora": dict(target_modules=["query", "value"], modules_to_save=["classifier"]),
    "rslora": dict(target_modules=["query", "value", "dense"], use_rslora=True),
}


def file_name(parameter: str) -> str:
    """A parameter's name in adapter_model.safetensors, which leaves the adapter's own name out."""
    return parameter.replace(".modules_to_save.default", "").replace(".default", "")


def write_adapter(folder: pathlib.Path, base: pathlib.Path, name: str) -> None:
    """An adapter whose B is not zero, so that it changes the logits."""
    model = transformers.AutoModelForSequenceClassification.from_pretrained(base)
    model = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, task_type="SEQ_CLS", **SETTINGS[name]))
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.copy_(0.2 * torch.randn(parameter.shape, generator=generator))
    model.peft_config["default"].base_model_name_or_path = f"models/{BASE}"
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    sort_lists(folder / "adapter_config.json")


def sort_lists(path: pathlib.Path) -> None:
    """PEFT keeps module names in sets, whose order changes from run to run."""
    config = json.loads(path.read_text())
    sorted_config = {key: sorted(value) if isinstance(value, list) else value for key, value in config.items()}
    path.write_text(json.dumps(sorted_config, indent=2))


def open_adapter(folder: pathlib.Path, base: pathlib.Path, dtype: torch.dtype) -> PeftModel:
    model = transformers.AutoModelForSequenceClassification.from_pretrained(base, attn_implementation="eager")
    return PeftModel.from_pretrained(model, folder, is_trainable=True).eval().to(dtype)


def compute(folder: pathlib.Path, base: pathlib.Path, dtype: torch.dtype) -> Golden:
    golden = Golden()
    model, batch = open_adapter(folder, base, dtype), encoders.make_batch(BASE)
    stored = load_file(folder / "adapter_model.safetensors")
    if set(trained_parameters(model, file_name)) != set(stored):
        raise ValueError(f"{folder}: the trainable parameters are not those of the file")
    output = model(**batch.arguments(model))
    encoders.record_inputs(golden, batch)
    golden.add("labels", batch.labels)
    golden.add("logits", output.logits)
    golden.add("loss", output.loss)
    encoders.record_gradients(golden, model, output.loss, file_name)
    train(golden, model, lambda: model(**batch.arguments(model)).loss, file_name)
    merged = open_adapter(folder, base, dtype).merge_and_unload()
    golden.add("merged_logits", merged(**batch.arguments(merged)).logits)
    return golden


def make(folder: pathlib.Path) -> None:
    base = folder / "models" / BASE
    for name in SETTINGS:
        adapter = folder / "adapters" / name
        write_adapter(adapter, base, name)
        golden = compute(adapter, base, torch.float64)
        worst = golden.check_against(compute(adapter, base, torch.float32), skipping=encoders.KEY_BIASES)
        golden.write(adapter / "golden.safetensors")
        print(f"adapters/{name}: fp32 within {worst:.2f} of the allowance")
