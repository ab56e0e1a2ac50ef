"""Golden numbers of retrieval and answer metrics, from the packages that define them.

    pip install pytrec-eval-terrier==0.5.11 rouge-score==0.1.2 sacrebleu==2.6.0 nltk==3.10.4
    python Tests/Fixtures/evaluation/make_goldens.py

`retrieval.json`: random runs with many ties, graded judgments, queries nobody judged or answered, with the values of
pytrec_eval (trec_eval) per query. MRR@k is trec_eval's recip_rank of the first k documents in its own order.
`answers.json`: pairs of texts, plain and nasty, with SQuAD's exact match and F1 (the rules of evaluate-v2.0.py, written
out below), ROUGE-L of rouge-score with and without stemmer, BLEU of sacrebleu for each pair and for all, and Porter
stems of NLTK for the words of the texts and of a list of suffixes.
"""

import collections
import importlib.metadata
import json
import pathlib
import random
import re
import string

import numpy
import pytrec_eval
import sacrebleu
from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer

FOLDER = pathlib.Path(__file__).resolve().parent
PACKAGES = ["pytrec-eval-terrier", "rouge-score", "sacrebleu", "nltk"]
CUTOFFS = [1, 3, 5, 10, 100]


def versions() -> dict:
    return {name: importlib.metadata.version(name) for name in PACKAGES}


# Retrieval


def random_collection(generator: random.Random) -> tuple[dict, dict]:
    """Judgments and a run. Ids are awkward: numbers of different length, upper and lower case, letters beyond ASCII."""
    documents = [f"{kind}{number}" for kind in ("", "d", "D", "é", "文") for number in range(1, 41)]
    qrels, run = {}, {}
    for number in range(1, 31):
        query = f"q{number}"
        judged = generator.sample(documents, generator.randint(10, 150))
        highest = generator.choice([0, 1, 1, 2, 4])
        lowest = generator.choice([0, 0, -1])
        qrels[query] = {document: generator.randint(lowest, highest) for document in judged}
        found = generator.sample(documents, generator.choice([3, 7, 30, 60, 120]))
        scale = generator.choice([0.25, 0.1, 1e-3, 1e-9])  # the larger the steps, the more ties
        run[query] = {document: 0.5 + scale * generator.randint(0, 12) for document in found}
    run["nobody-judged"] = {document: generator.random() for document in documents[:9]}
    qrels["nobody-answered"] = {documents[3]: 1, documents[4]: 0}
    run["empty"] = {}
    qrels["empty"] = {documents[5]: 2}
    return qrels, run


def trec_order(scores: dict) -> list[str]:
    """trec_eval holds scores in 32 bits; equal ones are ordered by id, descending."""
    return sorted(scores, key=lambda document: (numpy.float32(scores[document]), document.encode()), reverse=True)


def retrieval_goldens() -> dict:
    qrels, run = random_collection(random.Random(7))
    cuts = ",".join(map(str, CUTOFFS))
    measures = {f"{name}.{cuts}" for name in ("ndcg_cut", "recall", "P", "success")} | {"map", "recip_rank"}
    found = pytrec_eval.RelevanceEvaluator(qrels, measures).evaluate(run)
    names = {"ndcg_cut": "ndcg", "recall": "recall", "P": "precision", "success": "success"}
    values = {}
    for query, scores in found.items():
        values[query] = {"map": scores["map"]}
        for cutoff in CUTOFFS:
            for theirs, ours in names.items():
                values[query][f"{ours}@{cutoff}"] = scores[f"{theirs}_{cutoff}"]
            values[query][f"mrr@{cutoff}"] = reciprocal_rank(qrels, run, query, cutoff)
    return {"qrels": qrels, "run": run, "values": values}


def reciprocal_rank(qrels: dict, run: dict, query: str, cutoff: int) -> float:
    first = trec_order(run[query])[:cutoff]
    # Other scores for the same order, so that only the cut changes.
    cut = {document: float(len(first) - rank) for rank, document in enumerate(first)}
    evaluator = pytrec_eval.RelevanceEvaluator({query: qrels[query]}, {"recip_rank"})
    return evaluator.evaluate({query: cut}).get(query, {"recip_rank": 0.0})["recip_rank"]


# Answers


def squad_words(text: str) -> list[str]:
    text = "".join(character for character in text.lower() if character not in set(string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", text, flags=re.UNICODE).split()


def squad_f1(prediction: str, reference: str) -> float:
    predicted, expected = squad_words(prediction), squad_words(reference)
    if not predicted or not expected:
        return float(predicted == expected)
    shared = sum((collections.Counter(predicted) & collections.Counter(expected)).values())
    if shared == 0:
        return 0.0
    precision, recall = shared / len(predicted), shared / len(expected)
    return 2 * precision * recall / (precision + recall)


PAIRS = [
    ("The cat sat on the mat.", ["The cat sat on the mat."]),
    ("the cat sat", ["The cat sat on the mat.", "A cat was sitting there"]),
    ("", [""]),
    ("", ["something"]),
    ("something", [""]),
    ("the", ["a"]),
    ("An the a!", ["..."]),
    ("...", ["?!"]),
    ("   ", ["\t\n"]),
    ("42", ["42.", "forty-two"]),
    ("3.14, or 3,14; 1-2 and 1.", ["3.14 or 3,14 ; 1 - 2 and 1 ."]),
    ("$5.00 (five) dollars & cents", ["$5.00 five dollars &amp; cents"]),
    ("a.b.c.d", ["a b c d"]),
    ("e.g., i.e., ..., ,,, ---", ["e.g. i.e. ... ,,, ---"]),
    ("don't you're it's", ["dont youre its", "don’t you’re it’s"]),
    ("Ünïcödé straße ÀÉÎ", ["ünïcödé strasse àéî", "ÜNÏCÖDÉ STRASSE ÀÉÎ"]),
    ("e\u0301cole a\u0301 n", ["\u00e9cole \u00e1 n"]),
    ("ΟΔΥΣΣΕΥΣ ΣΑΣ Σ ΑΣ'Α", ["οδυσσευς σας σ ασ'α", "Οδυσσεύς"]),
    ("İstanbul K K ſ", ["i̇stanbul k k s"]),
    ("東京は日本の首都です。", ["東京 は 日本 の 首都 です"]),
    ("تهران پایتخت ایران است", ["تهران، پایتخت ایران است."]),
    ("a\u00a0b\u2003c\u3000d\u001ce\u0085f\u200bg", ["a b c d e f g"]),
    ("word_with_underscores and-hyphens/slashes\\back", ["word with underscores and hyphens slashes back"]),
    ("the a1 a_ _a 1a aan then", ["a1 a_ _a 1a aan then"]),
    ("²³ ½ Ⅷ ٣ a² a½", ["2 3 1/2 VIII 3 a2"]),
    ("🙂 emoji 👩‍👩‍👧 family", ["emoji family 🙂"]),
    ("line one-\nline two\nline three <skipped> &quot;x&quot; &lt;b&gt; &amp;lt;", ["line oneline two line three \"x\" <b> <"]),
    ("repeat repeat repeat repeat repeat repeat", ["repeat repeat"]),
    ("repeat repeat", ["repeat repeat repeat repeat repeat repeat", "repeat"]),
    ("the quick brown fox jumps over the lazy dog", ["the fast brown fox leaps over a lazy dog", "quick brown foxes jumped"]),
    ("one two three four five six seven eight", ["one two three four nine ten eleven twelve", "five six seven eight"]),
    ("Running runners ran easily, happily dying of skies", ["The runner runs easy and happy; died under the sky"]),
    ("He was born in 1912, in London [1].", ["born in London in 1912"]),
    ("x" * 300, ["x" * 299 + " y"]),
    ("no overlap at all here", ["completely different words instead there"]),
    ("A.", ["a"]), ("7-up 7 -up -7", ["7 - up 7 -up -7"]), ("10.5.2 v1,000.", ["10.5.2 v1,000 ."]),
]  # fmt: skip

WORDS = (
    "caresses ponies ties dies flies cats feed agreed plastered bled motoring sing conflated troubled sized hopping tanned "
    "falling hissing fizzed failing filing happy sky skies say by enjoy spy relational conditional rational valenci "
    "hesitanci digitizer conformabli radicalli differentli vileli analogousli vietnamization predication operator "
    "feudalism decisiveness hopefulness callousness formaliti sensitiviti sensibiliti triplicate formative formalize "
    "electriciti electrical hopeful goodness revival allowance inference airliner gyroscopic adjustable defensible "
    "irritant replacement adjustment dependent adoption homologou communism activate angulariti homologous effective "
    "bowdlerize probate rate cease controll roll news dying lying tying innings inning outings cannings canning howe "
    "proceed exceed succeed proceeds geology theology archaeology philology apology fully hopefully joyfully rationally "
    "nationally really ally rallied allied died lied tied spied tried ied ed ing eed oed aed bing king string being "
    "seeing yyyy yyying syzygy toys boys yes yields abilities possibly abli bli alli alalli logi ologi ization ion sion "
    "tion ation nation station question at ate bate e ee eve ice ore are use ll all call calls s ss sss es ies ness ful "
    "word1 123 1234s a1ing a1ed x1y 80s mp3s"
).split()


def answer_goldens() -> dict:
    plain = rouge_scorer.RougeScorer(["rougeL"])
    stemmed = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=True)
    bleu = sacrebleu.BLEU()
    samples = []
    for prediction, references in PAIRS:
        score = bleu.corpus_score([prediction], [[reference] for reference in references])
        sample = {
            "prediction": prediction,
            "references": references,
            "exact_match": max(float(squad_words(prediction) == squad_words(reference)) for reference in references),
            "f1": max(squad_f1(prediction, reference) for reference in references),
            "bleu": score.score,
            "bleu_lengths": [score.sys_len, score.ref_len],
            "bleu_tokens": bleu.tokenizer(prediction.rstrip()).split(),
        }
        for name, scorer in (("rougeL", plain), ("rougeL_stemmed", stemmed)):
            found = scorer.score_multi(references, prediction)["rougeL"]
            sample[name] = [found.precision, found.recall, found.fmeasure]
        samples.append(sample)
    stemmer = PorterStemmer()
    words = sorted(set(WORDS) | {word for prediction, _ in PAIRS for word in re.findall("[a-z0-9]+", prediction.lower())})
    most = max(len(references) for _, references in PAIRS)
    # sacrebleu wants as many references for every answer; None stands for those that are not there.
    columns = [[refs[place] if place < len(refs) else None for _, refs in PAIRS] for place in range(most)]
    corpus = bleu.corpus_score([prediction for prediction, _ in PAIRS], columns)
    return {
        "samples": samples,
        "bleu": corpus.score,
        "bleu_precisions": corpus.precisions,
        "stems": {word: stemmer.stem(word) for word in words},
    }


def write(name: str, goldens: dict) -> None:
    text = json.dumps({"versions": versions(), **goldens}, ensure_ascii=False, sort_keys=True, indent=1)
    (FOLDER / name).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write("retrieval.json", retrieval_goldens())
    write("answers.json", answer_goldens())
