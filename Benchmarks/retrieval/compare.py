"""Linnet beside the libraries that retrieve: each part is contestants who take turns, and a table of their medians."""

import pathlib

import program
from contests import Medians, table, take_turns
from retrieval import indexing, quality, search, training

PARTS = {
    "quality": quality.QUALITY,
    "search": search.SEARCH,
    "indexing": indexing.INDEXING,
    "memory": indexing.MEMORY,
    "training": training.TRAINING,
}
PEERS = ("faiss-cpu", "sqlite-vec", "sentence-transformers", "torch", "bm25s", "pystemmer")


def labs(folder: pathlib.Path, collection: pathlib.Path, quick: bool) -> dict:
    corpus = collection / "corpus.jsonl"
    return {
        "quality": quality.Lab(folder, quick, collection),
        "search": search.Lab(folder, quick),
        "indexing": indexing.Lab(folder, quick, corpus),
        "memory": indexing.Lab(folder, quick, corpus),
        "training": training.Lab(folder, quick, corpus),
    }


def compare(parts: list[str], labs: dict, rounds: int, quick: bool) -> str:
    sections = []
    for part in parts:
        medians = Medians()
        take_turns([PARTS[part]], labs[part], rounds, medians)
        sections.append(table(PARTS[part].bars, medians, quick))
    return program.page("retrieval", sections, PEERS, rounds)


def main() -> None:
    parser = program.parser(__doc__)
    parser.add_argument(
        "--parts", type=program.some_of(list(PARTS)), default=list(PARTS), metavar="PART,…", help=", ".join(PARTS)
    )
    parser.add_argument("--work", type=pathlib.Path, help="keep what is made here and use it again")
    parser.add_argument(
        "--collection", type=pathlib.Path, default="../shared/data/cranfield", help="Cranfield in BEIR's layout"
    )
    arguments = parser.parse_args()
    if not (arguments.collection / "corpus.jsonl").is_file() and arguments.parts != ["search"]:
        parser.error(f"--collection: {arguments.collection} holds no corpus.jsonl; give Cranfield in BEIR's layout")

    def make(folder: pathlib.Path) -> str:
        made = labs(folder, arguments.collection.resolve(), arguments.quick)
        return compare(arguments.parts, made, arguments.rounds, arguments.quick)

    program.run(arguments, make, keep=arguments.work)


if __name__ == "__main__":
    main()
