"""Kills `linnet index` with SIGKILL at random moments and looks at the store after each.

    python Benchmarks/retrieval/kills.py --model DIRECTORY [--kills 100] [--files 200] [--linnet .build/release/linnet]

Between kills files are changed, added and deleted. After every kill SQLite itself opens a copy of the store (with its
journal, so that the copy is recovered as the store would be) and this is checked:

- the file is whole (integrity_check), and every chunk has its document, code, vector, length and keywords;
- no document is there twice, and no document is there in part;
- what was acknowledged (a file recorded as completed, whose contents have not changed since) is still there, unchanged.

Every tenth time `linnet search` opens the store itself. At the end an undisturbed run finishes the work, and the store
must equal one that was made from the same files without a kill. Prints one JSON object; exit status 1 on any loss.
"""

import argparse
import hashlib
import json
import pathlib
import random
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

WORDS = [
    "wave shock flow wing boundary layer pressure nozzle flutter plate heat transfer laminar turbulent supersonic jet",
    "checkpoint resume train model token vector index search store query chunk answer citation page kernel batch",
]


class Lost(Exception):
    """Something that the store must never do; the message says what."""


def text_of(number: int, version: int) -> str:
    """A Markdown file of some sections that is a function of its number and version."""
    chance = random.Random(number * 1_000 + version)
    words = " ".join(WORDS).split()
    parts = []
    for section in range(chance.randint(1, 6)):
        sentences = [
            " ".join(chance.choice(words) for _ in range(chance.randint(6, 18))).capitalize() + "."
            for _ in range(chance.randint(3, 25))
        ]
        parts.append(f"# Section {section} of file {number} version {version}\n\n" + " ".join(sentences) + "\n")
    return "\n".join(parts)


class Corpus:
    """A directory of files that changes."""

    def __init__(self, folder: pathlib.Path, files: int):
        self.folder = folder
        self.versions = {number: 0 for number in range(files)}
        self.next_number = files  # never used twice: a file that comes back with its old contents would look lost
        folder.mkdir()
        for number in self.versions:
            self.write(number)

    def path(self, number: int) -> pathlib.Path:
        return self.folder / f"{number}.md"

    def write(self, number: int) -> None:
        self.path(number).write_text(text_of(number, self.versions[number]))

    def change(self, chance: random.Random, count: int) -> None:
        """Edits, adds and deletes some files."""
        for _ in range(count):
            number = chance.choice(sorted(self.versions))
            kind = chance.random()
            if kind < 0.7:
                self.versions[number] += 1
                self.write(number)
            elif kind < 0.85:
                self.versions[self.next_number] = 0
                self.write(self.next_number)
                self.next_number += 1
            elif len(self.versions) > 10:
                del self.versions[number]
                self.path(number).unlink()

    def digest(self, source: str) -> str | None:
        path = self.folder.parent / source
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None


class State:
    """What a store holds, read by SQLite from a copy."""

    def __init__(self, store: pathlib.Path):
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / store.name
            shutil.copy(store, copy)
            journal = store.with_name(store.name + "-journal")
            if journal.exists():
                shutil.copy(journal, copy.with_name(copy.name + "-journal"))
            database = sqlite3.connect(copy)
            try:
                self.read(database)
            finally:
                database.close()

    def read(self, database: sqlite3.Connection) -> None:
        def rows(sql: str) -> list[tuple]:
            return database.execute(sql).fetchall()

        self.sources, self.documents, self.chunks = {}, {}, {}
        if not rows("SELECT 1 FROM sqlite_master"):
            return  # killed before the tables were made
        if (found := rows("PRAGMA integrity_check")) != [("ok",)]:
            raise Lost(f"integrity_check: {found[:3]}")
        database.execute("INSERT INTO keywords (keywords, rank) VALUES ('integrity-check', 1)")
        database.rollback()
        for table in ("codes", "vectors", "lengths"):
            only = rows(f"SELECT id FROM chunks EXCEPT SELECT chunk FROM {table}")
            extra = rows(f"SELECT chunk FROM {table} EXCEPT SELECT id FROM chunks")
            if only or extra:
                raise Lost(f"{table}: {len(only)} missing, {len(extra)} without a chunk")
        if rows("SELECT 1 FROM chunks WHERE document NOT IN (SELECT number FROM documents)"):
            raise Lost("chunks without a document")
        if rows("SELECT 1 FROM chunks GROUP BY document HAVING max(ordinal) <> count(*) - 1"):
            raise Lost("a document with chunks missing")
        # A file that has only begun has no digest yet, and nothing of it was acknowledged.
        self.sources = dict(rows("SELECT path, digest FROM sources WHERE digest <> ''"))
        names = rows("SELECT id FROM documents")
        if len(names) != len(set(names)):
            raise Lost("a document is there twice")
        self.documents = {name: (source, mark) for name, source, mark in rows("SELECT id, source, fingerprint FROM documents")}
        self.chunks = {
            (name, ordinal): (text, vector)
            for name, ordinal, text, vector in rows(
                "SELECT d.id, c.ordinal, c.text, v.vector FROM chunks c JOIN documents d ON d.number = c.document "
                "JOIN vectors v ON v.chunk = c.id"
            )
        }

    def documents_of(self, source: str) -> dict:
        return {name: mark for name, (file, mark) in self.documents.items() if file == source}


class Acknowledged:
    """Files that a store has recorded as completed, with their contents at that time."""

    def __init__(self):
        self.files = {}

    def check(self, state: State, corpus: Corpus) -> None:
        """What was completed, and whose file is as it was then, must be as it was."""
        for source, (digest, contents, documents) in self.files.items():
            if corpus.digest(source) != contents:
                continue
            if state.sources.get(source) != digest:
                raise Lost(f"{source} was acknowledged and is not complete any more")
            if state.documents_of(source) != documents:
                raise Lost(f"{source} was acknowledged and its documents are others now")
        for source, digest in state.sources.items():
            if source not in self.files or self.files[source][0] != digest:
                self.files[source] = (digest, corpus.digest(source), state.documents_of(source))
        self.files = {source: kept for source, kept in self.files.items() if source in state.sources}


def difference(one: State, other: State) -> str | None:
    """How two stores differ; None if they hold the same chunks with the same vectors (to the rounding of bf16)."""
    if set(one.chunks) != set(other.chunks):
        return f"{len(set(one.chunks) ^ set(other.chunks))} chunks are in one store only"
    for key, (text, vector) in one.chunks.items():
        if text != other.chunks[key][0]:
            return f"the text of {key} differs"
        count = len(vector) // 4
        pairs = zip(struct.unpack(f"<{count}f", vector), struct.unpack(f"<{count}f", other.chunks[key][1]))
        if max(abs(a - b) for a, b in pairs) > 0.02:
            return f"the vector of {key} differs"
    return None


def wait_for_writing(process: subprocess.Popen, store: pathlib.Path, transactions: int) -> None:
    """Waits until the process has begun this many transactions, or has ended."""
    journal = store.with_name(store.name + "-journal")
    seen = None
    while process.poll() is None:
        try:
            status = journal.stat()
            now = (status.st_ino, status.st_ctime_ns // 50_000_000)
        except FileNotFoundError:
            now = None
        if now is not None and now != seen:
            transactions -= 1
            if transactions <= 0:
                return
        seen = now if now is not None else seen
        time.sleep(0.001)


def run(options: argparse.Namespace, folder: pathlib.Path) -> dict:
    chance = random.Random(options.seed)
    corpus = Corpus(folder / "docs", options.files)
    store, reference = folder / "store.db", folder / "reference.db"

    def command(target: pathlib.Path) -> list[str]:
        return [options.linnet, "index", str(corpus.folder), "--store", str(target), "--model", options.model, "--quiet"]

    def finish(target: pathlib.Path) -> None:
        done = subprocess.run(command(target), capture_output=True, text=True)
        if done.returncode != 0:
            raise Lost(f"an undisturbed run failed: {done.stderr.strip()}")

    finish(reference)
    kills, journals, acknowledged = 0, 0, Acknowledged()
    while kills < options.kills:
        process = subprocess.Popen(command(store), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_writing(process, store, chance.randint(1, 5))
        time.sleep(chance.uniform(0, 0.25))
        if process.poll() is not None:
            acknowledged.check(State(store), corpus)  # before files change: a row speaks of the contents it was made from
            corpus.change(chance, max(1, options.files // 10))
            continue
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
        if not store.exists():
            continue
        journals += store.with_name(store.name + "-journal").exists()
        state = State(store)
        acknowledged.check(state, corpus)
        if state.chunks and kills % 10 == 0:
            search = [options.linnet, "search", "boundary layer", "--store", str(store), "--model", options.model, "--json"]
            opened = subprocess.run(search, capture_output=True, text=True)
            if opened.returncode != 0 or not opened.stdout.strip():
                raise Lost(f"linnet search after kill {kills}: {opened.stderr.strip() or 'found nothing'}")
        print(f"kill {kills}: {len(state.sources)} files, {len(state.chunks)} chunks", file=sys.stderr)
    finish(store)
    reference.unlink()
    finish(reference)
    if (what := difference(State(store), State(reference))) is not None:
        raise Lost(what)
    return {
        "kills": kills, "kills_within_a_transaction": journals, "lost": 0, "duplicates": 0,
        "chunks": len(State(store).chunks),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--linnet", default=".build/release/linnet")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="linnet-kills-") as folder:
        try:
            print(json.dumps(run(options, pathlib.Path(folder))))
        except Lost as loss:
            print(json.dumps({"lost": str(loss)}))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
