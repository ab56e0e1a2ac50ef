"""Writes Sources/LinnetTokenizers/Unicode*Tables.swift.

Token ids depend on which Unicode version sorted the characters: Hugging Face tokenizers mixes tables of several
versions (its categories, its normal forms and its regular expressions were made years apart). Linnet pins the same
facts, found by asking that library about every code point.

    python make_unicode_tables.py      (tokenizers 0.23.3; takes about a minute)
"""

import pathlib
import unicodedata

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

SOURCES = pathlib.Path(__file__).resolve().parents[3] / "Sources" / "LinnetTokenizers"
SCALARS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]


def bert(**flags):
    settings = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**(settings | flags))


def ranges(codes):
    merged = []
    for code in sorted(codes):
        if merged and merged[-1][1] == code - 1:
            merged[-1][1] = code
        else:
            merged.append([code, code])
    return [f"{a:X}" if a == b else f"{a:X}-{b:X}" for a, b in merged]


def pieces(tokenizer, text):
    return len(tokenizer.pre_tokenize_str(text))


def mapping(function, skip=lambda code: False):
    entries = []
    for code in SCALARS:
        result = function(chr(code))
        if result != chr(code) and not skip(code):
            entries.append((code, result))
    return entries


def lines(entries):
    return [f"{code:X}:" + ".".join(f"{ord(c):X}" for c in text) for code, text in entries]


def literal(name, comment, words):
    rows, row = [], ""
    for word in words:
        if len(row) + len(word) + 1 > 108:
            rows.append(row)
            row = ""
        row += word + " "
    rows.append(row.rstrip())
    body = "".join(f"        {row}\\\n" for row in rows[:-1]) + f"        {rows[-1]}\n"
    return f"    /// {comment}\n    static let {name}: StaticString = \"\"\"\n{body}        \"\"\"\n"


def write(file, kind, summary, members):
    header = (
        f"// Written by Tests/Fixtures/tokenizers/make_unicode_tables.py from tokenizers {tokenizers.__version__}.\n"
        "// Do not edit.\n\n"
        f"/// {summary}\n"
    )
    (SOURCES / file).write_text(header + f"enum {kind} {{\n" + "\n".join(members) + "}\n", encoding="utf-8")


def combining_classes(nfd):
    """The order classes: x sorts before y in normal form when its class is smaller and not 0."""
    low, high = chr(0x334), chr(0x345)  # classes 1 and 240
    marked = [c for c in SCALARS if nfd(chr(c)) == chr(c) and (nfd(high + chr(c)) != high + chr(c) or nfd(chr(c) + low) != chr(c) + low)]
    marked = sorted(set(marked) | {0x334, 0x345})
    # One known member of each class (stable since Unicode 3), in ascending order.
    known = {
        1: 0x334, 6: 0x16FF0, 7: 0x93C, 8: 0x3099, 9: 0x94D, 10: 0x5B0, 11: 0x5B1, 12: 0x5B2, 13: 0x5B3, 14: 0x5B4,
        15: 0x5B5, 16: 0x5B6, 17: 0x5B7, 18: 0x5B8, 19: 0x5B9, 20: 0x5BB, 21: 0x5BC, 22: 0x5BD, 23: 0x5BF, 24: 0x5C1,
        25: 0x5C2, 26: 0xFB1E, 27: 0x64B, 28: 0x64C, 29: 0x64D, 30: 0x618, 31: 0x619, 32: 0x61A, 33: 0x651, 34: 0x652,
        35: 0x670, 36: 0x711, 84: 0xC55, 91: 0xC56, 103: 0xE38, 107: 0xE48, 118: 0xEB8, 122: 0xEC8, 129: 0xF71,
        130: 0xF72, 132: 0xF74, 202: 0x321, 214: 0x1DCE, 216: 0x31B, 218: 0x302A, 220: 0x316, 222: 0x59A, 224: 0x302E,
        226: 0x1D16D, 228: 0x5AE, 230: 0x300, 232: 0x315, 233: 0x35C, 234: 0x35D, 240: 0x345,
    }  # fmt: skip
    known = {value: code for value, code in known.items() if code in set(marked)}
    classes = {}
    for code in marked:
        x = chr(code)
        equal = [
            value
            for value, other in known.items()
            if nfd(x + chr(other)) == x + chr(other) and nfd(chr(other) + x) == chr(other) + x
        ]
        assert len(equal) == 1, (hex(code), equal)
        classes.setdefault(equal[0], []).append(code)
    return [f"{span}:{value:X}" for value, codes in sorted(classes.items()) for span in ranges(codes)]


def recent():
    """What the regular expressions of the library know beyond Unicode 14, which is what PCRE2 10.40 and later know."""
    assert unicodedata.unidata_version == "14.0.0", "run this with Python 3.11"
    members = []
    for category in "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cf".split():
        only = normalizers.Replace(Regex(f"[^\\p{{{category}}}]"), "")
        found = []
        for start in range(0, len(SCALARS), 4096):
            found += map(ord, only.normalize_str("".join(map(chr, SCALARS[start : start + 4096]))))
        new = [code for code in found if unicodedata.category(chr(code)) != category]
        if new:
            members.append((category, literal(category.lower(), f"General category {category}.", ranges(new))))
    entries = [f'("{category}", {category.lower()})' for category, _ in members]
    rows = "".join(f"        {', '.join(entries[place : place + 7])},\n" for place in range(0, len(entries), 7))
    table = "    /// The sets by general category.\n    static let additions: [(category: String, ranges: StaticString)] = [\n"
    return [table + rows + "    ]\n"] + [member for _, member in members]


def main():
    write(
        "UnicodeRecentTables.swift",
        "UnicodeRecentTables",
        "Scalars that Unicode 15 and 16 put into their general categories, as hexadecimal ranges.",
        recent(),
    )
    clean = bert(clean_text=True)
    cleaned = {c: clean.normalize_str(chr(c)) for c in SCALARS}
    chinese = bert(handle_chinese_chars=True)
    accents = bert(strip_accents=True)
    any_mark = normalizers.StripAccents()
    bert_words = pre_tokenizers.BertPreTokenizer()
    bytes_split = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words = pre_tokenizers.Whitespace()
    digits = pre_tokenizers.Digits()
    letters = [c for c in SCALARS if pieces(bytes_split, f"a{chr(c)}a") == 1]
    numbers = [c for c in SCALARS if pieces(bytes_split, f"1{chr(c)}1") == 1]
    spaces = [c for c in SCALARS if pieces(bert_words, f"a{chr(c)}a") == 2]
    assert spaces == [c for c in SCALARS if pieces(words, f"a{chr(c)}a") == 2]
    assert [c for c in spaces if cleaned[c] == " "] == [c for c in SCALARS if cleaned[c] == " "]
    numeric = [c for c in SCALARS if pieces(digits, f"1{chr(c)}1") == 1]
    write(
        "UnicodeCategoryTables.swift",
        "UnicodeCategoryTables",
        "Sets of Unicode scalars as hexadecimal ranges.",
        [
            literal("letters", "`\\p{L}` of the byte-level pattern.", ranges(letters)),
            literal("numbers", "`\\p{N}` of the byte-level pattern.", ranges(numbers)),
            literal("numerics", "What the `Digits` pre-tokenizer splits off.", ranges(numeric)),
            literal("whitespace", "White space, for every component.", ranges(spaces)),
            literal("wordCharacters", "`\\w`.", ranges(c for c in SCALARS if pieces(words, f"a{chr(c)}a") == 1)),
            literal("punctuation", "What the BERT pre-tokenizer isolates.", ranges(c for c in SCALARS if pieces(bert_words, f"a{chr(c)}a") == 3)),
            literal("controls", "What BERT's text cleaning removes.", ranges(c for c in SCALARS if cleaned[c] == "")),
            literal("ideographs", "What BERT surrounds with spaces.", ranges(c for c in SCALARS if chinese.normalize_str(chr(c)) != chr(c))),
            literal("nonspacingMarks", "What BERT's accent stripping removes.", ranges(c for c in SCALARS if accents.normalize_str(chr(c)) == "")),
            literal("marks", "What the `StripAccents` normalizer removes.", ranges(c for c in SCALARS if any_mark.normalize_str(chr(c)) == "")),
            literal("lowercase", "Lower-case mappings that differ from the scalar.", lines(mapping(normalizers.Lowercase().normalize_str))),
        ],
    )  # fmt: skip
    nfd, nfkd = normalizers.NFD().normalize_str, normalizers.NFKD().normalize_str
    nfc = normalizers.NFC().normalize_str
    hangul = range(0xAC00, 0xD7A4)
    canonical = mapping(nfd, lambda code: code in hangul)
    canonical_text = dict(canonical)
    compatible = [(c, t) for c, t in mapping(nfkd, lambda code: code in hangul) if canonical_text.get(c) != t]
    excluded = [c for c, _ in canonical if nfc(chr(c)) != chr(c)]
    write(
        "UnicodeDecompositionTables.swift",
        "UnicodeDecompositionTables",
        "Full decompositions, as `scalar:scalar.scalar` in hexadecimal; Hangul syllables are computed.",
        [
            literal("canonical", "Canonical decompositions.", lines(canonical)),
            literal("compatible", "Compatibility decompositions that differ from the canonical one.", lines(compatible)),
            literal("compositionExclusions", "Scalars never produced by composition.", ranges(excluded)),
            literal("combiningClasses", "Canonical combining classes that are not 0, as `range:class`.", combining_classes(nfd)),
        ],
    )  # fmt: skip


main()
