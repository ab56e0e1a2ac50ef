"""Strings on which tokenizers disagree."""


def chars(*codes):
    return "".join(chr(c) for c in codes)


STRINGS = [
    # Nothing, and kinds of white space.
    "", " ", "  ", "   a", "a   ", "\t", "\n", "\r", "\r\n", "a\r\nb\rc\nd", "\n\n\n", " \n \t ", "a\tb", "a\vb", "a\fb",
    "a\u00a0b", "a\u0085b", "a\u1680b", "a\u2000b\u2001c\u2002d", "a\u2028b\u2029c", "a\u202fb", "a\u205fb", "a\u3000b",
    "\u3000\u3000", "a\u180eb", "\ufeffa", "a\ufeffb", "   leading and trailing   ", "two  spaces   three    four",
    "space at the end ", "tab\tend\t", "line\n", " x", "  x", "\nx", "\n x", " \nx", "x \n y", "x\u00a0 y", "x \u00a0y",
    # Control, format and zero-width characters.
    "a\x00b", "\x00", "a\x01b\x02c", "\x1b[31mred\x1b[0m", "a\x7fb", "a\x80b\x9fc", "a\u200bb", "a\u200cb\u200dc",
    "a\u200eb\u200fc", "a\u2060b", "soft\u00adhyphen", "a\u061cb", "a\u202ab\u202ec", "a\u2066b\u2069c", "a\ufffdb",
    "\ufffd", "a\ufffeb\uffffc", "a\ufff9b", "a\U000e0041b\U000e007fc", "a\u034fb", "a\u115fb\u1160c", "a\u17b4b",
    # Private use, unassigned, last and near-surrogate code points.
    "a\ue000b", "\uf8ff", "\U000f0000\U0010fffd", "\U0010ffff", "\ud7ff\ue000", "a\u0378b", "\U0001faff\U00020000",
    "\U0003134a", "\uffff",
    # Case.
    "Hello World", "HELLO", "hELLO wORLD", "İstanbul", "İ", "I\u0307", "ıI", "DİYARBAKIR", "straße STRASSE ẞ", "ΑΣ ΟΔΥΣΣΕΥΣ Σ",
    "ΌΣΟΣ σς", "ǅ ǆ Ǆ ǈ ǋ", "ﬁ ﬂ ﬃ ſt ﬀ", "ſ K Å", "\u2126 \u212a \u212b", "ＦＵＬＬＷＩＤＴＨ １２３", "Ⅻ ⅻ Ⓐ ⓐ", "ᏣᎳᎩ ꮳꮃꭹ",
    "Ა ა Ⴀ ⴀ", "\u1c89 \ua7cb \ua7dc", "\U00010400\U00010428 \U0001e900", "\U00010d50\U00010d70", "Ǆungla Ǉ", "ǰ ŉ ΐ ΰ և",
    # Accents, composed and decomposed.
    "café", "cafe\u0301", "résumé naïve coöperate", "re\u0301sume\u0301", "Ünïcödé", "Å Å A\u030a", "ñ n\u0303",
    "ệ e\u0323\u0302 e\u0302\u0323 ê\u0323", "Việt Nam Tiếng Việt", "\u0301", "\u0301a", " \u0301a", "a\u0301\u0301\u0301",
    "q\u0307\u0323 q\u0323\u0307", "\u1e9b\u0323", "ａ\u0301", "Z̸̡͍͓̈́ä̷́l̴̈ǵ̵ỏ̶", "o\u0338 ø Ø đ ł", "ꙮ", "\u0344 \u0340 \u0343",
    "\u0958 \u095f", "\u302e\u0300 한\u302e", "a\u302e\u0301\u302f", "\U0001d15e \U0001d165\U0001d16e", "\u05d0\u05b7\u05bc שּׁ",
    "\u0b4b \u0bca", "\u0f73\u0f71\u0f72", "\U00011938 \U000105c9", "\u1bc9e\U0001bc9e", "\U00016ff0a", "\u20e3 1\ufe0f\u20e3",
    "\u0488\u0489a", "\u0903क\u093e", "क्षत्रिय हिन्दी", "e\u0301\u200de", "ά ά ᾳ ᾼ ᾿ ῼ", "\u1fef \u037e \u0387 \u2000",
    # East Asian.
    "中文", "中文 字符", "中a文b", "漢字かなカナ", "東京タワー", "日本語のテキスト。", "ｶﾀｶﾅ ﾊﾟ", "한국어", "한국어 문장", "ㄱㄴㄷ", "각 각",
    "가\u11a8 \u1100\u1161\u11a8", "\U00020000\U0002a6df", "\U0002a700\U0002b81f", "\U0002b820\U0002ceaf", "\uf900\ufaff", "豈 更 車",
    "\U0002f800\U0002fa1f", "㐀䶿", "一鿿", "々〆〇", "、。「」『』【】", "！？，．：；", "￥＄％", "㈱ ㎏ ㍻ ㋿", "〇一二三", "𛀀𛄟",
    "ᄀ", "ꥠힰ", "中\u3099", "か\u3099 が", "注音ㄅㄆ",
    # Right-to-left and Indic.
    "שלום עולם", "مرحبا بالعالم", "السَّلامُ عَلَيْكُم", "ﷲ ﷺ ﻻ", "اردو متن", "ܐܒܓ", "नमस्ते दुनिया", "বাংলা লেখা", "தமிழ் உரை",
    "ไทยไม่มีช่องว่าง", "ລາວ", "မြန်မာ", "ខ្មែរ", "བོད་ཡིག།", "አማርኛ ፡ ።", "ᠮᠣᠩᠭᠣᠯ", "abc שלום def",
    # Emoji.
    "😀", "😀😃", "👨‍👩‍👧‍👦", "👩🏽‍🚀", "🇩🇪🇫🇷", "❤️ ❤", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☺️text", "a😀b", "🫠🪿", "♀️♂", "™️ © ®", "🙂🙂🙂 ok",
    # Digits.
    "0123456789", "12,345.67", "1e-10", "٠١٢٣٤٥٦٧٨٩", "०१२३", "१२ 34", "²³¹ ½ ¾ ⅓", "①②③", "Ⅷ ⅷ", "𝟘𝟙𝟚 𝟎𝟏", "𝒜𝓑𝔠", "๑๒๓", "3rd 42nd",
    "2024-01-01", "a1b2c3", "1 2  3", "〇〡〢", "𐄇𐄈", "㉈", "꘠",
    # Punctuation and symbols.
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "...", "…", "--", "—–-‐‑", "“quoted” ‘single’", "«guillemets»", "a.b,c;d", "a_b", "don't",
    "it's we're I've I'm he'll she'd can't 'tis 's 't 'x", "IT'S WE'RE", "rock'n'roll", "it’s", "''", "' s", "'", "'re've'll", " 's",
    "a'", "x'lly", "$100 €5 £3 ¥9 ₿", "±×÷≠≤≥∞", "←→↑↓", "♠♣♥♦", "°C µm", "§¶†‡", "¿qué? ¡sí!", "%%%", "||||", "~~~~", "\\n \\t", "``''",
    "၊ ။ ។ ᚛ ⁅⁆ ⟦⟧ ⸨⸩ ﹏ ﹣ ＿", "՞ ־ ׀ ؟ ۔ ߹", "⹒ ⸼ 𑙬 𞥞", "\u2e4f\U00011fff", "`^¨¯´¸", "snake_case camelCase kebab-case",
    "http://example.org/a?b=c&d=%20#e", "me@example.org", "C:\\path\\file.txt", "<b>bold</b>", "{\"k\": [1, 2.5, null]}",
    "for (int i = 0; i < n; i++) { x[i] += 1; }", "def f(x):\n    return x ** 2\n", "a  =  b\n\n\n\tc",
    # Special tokens and what looks like them.
    "[CLS]", "[SEP]", "[MASK] word", "a[MASK]b", "[PAD][UNK]", "[cls]", "[ CLS ]", "[[CLS]]", "[CLS", "CLS]", "The [MASK] sings.",
    "[MASK]\u0301", "<s>", "</s>", "<mask>", "a <mask> b", "a<mask>b", "  <mask>  ", "\n<mask>\n", "<mask><mask>", "<pad><unk>", "< s >",
    "<s", "<|endoftext|>", "x<|endoftext|>y", "<S>", "##ing", "a ##b", "# # ##", "<mas<mask>k>", "linnetbird", "a linnetbird sings",
    "xlinnetbird linnetbirdx linnetbird.", "LinnetBird linnétbird", "  linnetbird  ", "[NEW] [NEW]x x[NEW]", "a [NEW]  b", "a  [NEW]",
    # Long words and long runs.
    "a" * 99, "a" * 100, "a" * 101, "a" * 500, "é" * 100, "é" * 101, "中" * 101, "ab" * 60, "the" * 40, "un" * 50 + "known", "1" * 120,
    "!" * 120, " " * 120, "\n" * 50, "x" + " " * 30 + "y", "\u0301" * 50, "a" + "\u0301" * 50, "😀" * 30, "supercalifragilisticexpialidocious",
    "Donaudampfschifffahrtsgesellschaftskapitän", "pneumonoultramicroscopicsilicovolcanoconiosis", "aaaaaaaaaaaaaaaaaaaab",
    # Ordinary text.
    "The quick brown fox jumps over the lazy dog.", "The linnet sings in the hedge; it doesn't mind the rain.",
    "unfamiliar words are split into familiar pieces", "Nothing is ever out of reach , is it ?", "a stirring , funny and warm film",
    "She said: \"I'll be there at 7:30 p.m., won't I?\"", "Zażółć gęślą jaźń", "Příliš žluťoučký kůň", "Größe süß Straße",
    "Привет, мир! Ёлка ёж", "Γειά σου Κόσμε", "word " * 40,
]  # fmt: skip

PAIRS = [
    ("", ""), ("a", ""), ("", "b"), ("Is it right?", "Nobody knows."), ("the bird sings", "the bird sings in the hedge again and again"),
    ("the bird sings in the hedge again and again", "the bird"), ("[SEP]", "<mask>"), ("中文", "한국어"), (" x", " y "), ("a b c d e f g h", "1 2 3 4 5 6 7 8"),
]  # fmt: skip
