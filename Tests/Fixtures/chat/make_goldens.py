"""Renders chat templates with Hugging Face transformers and records the texts and the errors.

    python make_goldens.py      (transformers 5.23.0, jinja2 3.1.6)

`templates/*.jinja` are written for these tests in the styles of the models they are named after. Writes goldens.json:
    versions    the packages that rendered
    now         the time that `strftime_now` told, as numbers of a calendar without a time zone
    tokens      the special tokens, by template
    conversations  [messages, tools, variables], by name
    cases       [template, conversation, generation prompt, result]
    ids         [template, conversation, ids], with ../tokenizers/bytelevel
    variables   what the snippets see
    snippets    [source, result]
A result is a text, {"raised": message} from `raise_exception`, or {"error": kind} for everything else.
"""

import datetime
import json
import pathlib

import jinja2
import transformers
from conversations import CONVERSATIONS
from snippets import EXPRESSIONS, TEMPLATES, VARIABLES
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast
from transformers.utils import chat_template_utils

HERE = pathlib.Path(__file__).resolve().parent
NOW = (2024, 7, 6, 15, 4, 9, 12345)
TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
TOKENS_OF = {
    "llama3": {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"},
    "llama31": {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"},
    "gemma1": {"bos_token": "<bos>", "eos_token": "<eos>"},
    "gemma3": {"bos_token": "<bos>", "eos_token": "<eos>"},
    "deepseek": {"bos_token": "<｜begin▁of▁sentence｜>", "eos_token": "<｜end▁of▁sentence｜>"},
    "phi3": {"bos_token": "<s>", "eos_token": "<|endoftext|>"},
    "command-r": {"bos_token": "<BOS_TOKEN>", "eos_token": "<|END_OF_TURN_TOKEN|>"},
    "hermes": {"bos_token": "<|begin_of_text|>", "eos_token": "<|im_end|>"},
}


class FixedTime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(*NOW)


chat_template_utils.datetime = FixedTime


def result(render):
    try:
        return render()
    except jinja2.exceptions.TemplateError as error:
        if type(error) is jinja2.exceptions.TemplateError:
            return {"raised": str(error)}
        return {"error": type(error).__name__}
    except Exception as error:
        return {"error": type(error).__name__}


def storable(text):
    try:
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        return {"error": "UnicodeEncodeError"}


def cases():
    for number, path in enumerate(sorted((HERE / "templates").glob("*.jinja"))):
        tokens = TOKENS | TOKENS_OF.get(path.stem, {})
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()), **tokens)
        tokenizer.chat_template = path.read_text(encoding="utf-8")
        for turn, (name, (messages, tools, variables)) in enumerate(CONVERSATIONS.items()):
            generation = (number + turn) % 3 != 0
            yield [path.stem, name, generation, result(lambda: tokenizer.apply_chat_template(
                messages, tools=tools, add_generation_prompt=generation, tokenize=False, **variables))]


def ids():
    tokenizer = PreTrainedTokenizerFast.from_pretrained(HERE.parent / "tokenizers" / "bytelevel")
    for template in ["llama2", "zephyr", "qwen3"]:
        tokenizer.chat_template = (HERE / "templates" / f"{template}.jinja").read_text(encoding="utf-8")
        for name in ["single", "system", "system talk", "unicode"]:
            messages, tools, variables = CONVERSATIONS[name]
            try:
                yield [template, name, list(tokenizer.apply_chat_template(
                    messages, tools=tools, add_generation_prompt=True, return_dict=False, **variables))]
            except jinja2.exceptions.TemplateError:
                pass


def snippet(source):
    def render():
        text = chat_template_utils.render_jinja_template(
            [VARIABLES["messages"]], chat_template=source, **{k: v for k, v in VARIABLES.items() if k != "messages"})[0][0]
        assert " at 0x" not in text, f"an address in {source}: {text}"
        return storable(text)

    return result(render)


def main():
    sources = ["{{ " + line + " }}" for line in EXPRESSIONS.strip().split("\n")] + TEMPLATES
    golden = {
        "versions": f"transformers {transformers.__version__}, jinja2 {jinja2.__version__}",
        "now": NOW,
        "tokens": {path.stem: TOKENS | TOKENS_OF.get(path.stem, {}) for path in (HERE / "templates").glob("*.jinja")},
        "conversations": CONVERSATIONS,
        "cases": list(cases()),
        "ids": list(ids()),
        "variables": VARIABLES,
        "snippets": [[source, snippet(source)] for source in sources],
    }
    rows = ",\n".join(
        json.dumps(key) + ":" + ("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in value) + "\n]"
                                 if key in ("cases", "ids", "snippets") else json.dumps(value, ensure_ascii=False, sort_keys=key == "tokens"))
        for key, value in golden.items())
    (HERE / "goldens.json").write_text("{\n" + rows + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
