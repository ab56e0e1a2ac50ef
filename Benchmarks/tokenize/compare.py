"""Linnet beside Hugging Face tokenizers on the same text, one thread each: equal ids, then MiB per second.

    compare.py [TEXT…] [--megabytes 100] [--rounds 3] [--work DIRECTORY]

TEXT are files or folders with English (.txt, .tsv, .csv, .jsonl, .md); without any, what `corpus.found` finds. Their
lines, dealt out again and again, make the text; GPT-2's byte-pair encoding and BERT's WordPiece are trained on them with the sizes of the originals (50257 and 30522
tokens, fewer where the text has no more to give). Contestants take turns; the medians count. LINNET names another binary
than .build/release/linnet, LINNET_PEER_VENV the peers' virtual environment.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import corpus

HERE = pathlib.Path(__file__).resolve().parent
LINNET = os.environ.get("LINNET", str(HERE.parents[1] / ".build" / "release" / "linnet"))


def printed(command):
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(result.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="*", metavar="TEXT")
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", default=None, help="where text and tokenizers are kept (default: a temporary folder)")
    given = parser.parse_args()
    texts = given.texts or [str(path) for path in corpus.found()]
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(given.work or temporary)
        work.mkdir(parents=True, exist_ok=True)
        text = work / "text.txt"
        corpus.write(texts, text, int(given.megabytes * 1e6))
        peer = [sys.executable, str(HERE / "peer.py")]
        subprocess.run([*peer, "train", str(work), *texts], check=True)
        failed = False
        for name in ["gpt2", "bert"]:
            contestants = {
                "tokenizers": [*peer, "encode", str(work / name), str(text)],
                "linnet": [LINNET, "bench", "tokenize", "--model", str(work / name), "--input", str(text), "--json"],
            }
            results = {contestant: [] for contestant in contestants}
            for _ in range(given.rounds):
                for contestant, command in contestants.items():
                    results[contestant].append(printed(command))
            same = len({(result["tokens"], result["digest"]) for list_ in results.values() for result in list_}) == 1
            failed |= not same
            rates = {contestant: statistics.median(r["mib_per_second"] for r in list_) for contestant, list_ in results.items()}
            print(
                json.dumps(
                    {"tokenizer": name, "bytes": results["linnet"][0]["bytes"], "tokens": results["linnet"][0]["tokens"],
                     "identical_ids": same, "tokenizers_mib_per_second": round(rates["tokenizers"], 2),
                     "linnet_mib_per_second": round(rates["linnet"], 2),
                     "ratio": round(rates["linnet"] / rates["tokenizers"], 2)}
                )
            )  # fmt: skip
    if failed:
        raise SystemExit("the ids differ")


main()
