/// Porter's stemmer for English (Program 14.3, 1980) with the extensions NLTK has by default, which `rouge-score` uses.
///
/// The extensions: words of one or two letters stay; a dozen irregular forms; -ies and -ied become -ie in words of four
/// letters; a final y becomes i only after a consonant that is not the first letter; -alli is handled before the other
/// rules of step 2, which then run again; -fulli and -logi are suffixes of step 2; a stem of vowel and consonant keeps
/// its e.
enum PorterStemmer {
    /// The stem of a word of lowercase ASCII letters and digits.
    static func stem(_ word: [UInt8]) -> [UInt8] {
        if let form = irregularForms[word] { return form }
        guard word.count > 2 else { return word }
        var stem = endingsRemoved(pluralRemoved(word))
        if stem.last == UInt8(ascii: "y"), stem.count > 2, isConsonant(stem, stem.count - 2) {
            stem[stem.count - 1] = UInt8(ascii: "i")
        }
        stem = doubleSuffixReduced(stem)
        stem = applyFirst(of: suffixes3, to: stem) { measure($0) > 0 }
        stem = suffixRemoved(stem)
        return finalLetterRemoved(stem)
    }

    // MARK: - Shapes of words

    private static let vowels = Set("aeiou".utf8)

    private static func isConsonant(_ word: [UInt8], _ index: Int) -> Bool { !vowelFlags(word)[index] }

    /// How often a consonant follows a vowel: m in [C](VC)^m[V].
    private static func measure(_ word: [UInt8]) -> Int {
        let isVowel = vowelFlags(word)
        return zip(isVowel, isVowel.dropFirst()).count { $0 && !$1 }
    }

    private static func containsVowel(_ word: [UInt8]) -> Bool {
        vowelFlags(word).contains(true)
    }

    /// For every letter whether it is a vowel: a y is one after a consonant.
    private static func vowelFlags(_ word: [UInt8]) -> [Bool] {
        var flags: [Bool] = []
        flags.reserveCapacity(word.count)
        for letter in word {
            flags.append(letter == UInt8(ascii: "y") ? flags.last == false : vowels.contains(letter))
        }
        return flags
    }

    private static func endsWithDoubleConsonant(_ word: [UInt8]) -> Bool {
        guard word.count >= 2 else { return false }
        return word[word.count - 1] == word[word.count - 2] && isConsonant(word, word.count - 1)
    }

    /// Consonant, vowel, consonant other than w, x and y at the end; or vowel and consonant only.
    private static func endsShort(_ word: [UInt8]) -> Bool {
        let count = word.count
        if count == 2 { return !isConsonant(word, 0) && isConsonant(word, 1) }
        guard count > 2 else { return false }
        return isConsonant(word, count - 3) && !isConsonant(word, count - 2) && isConsonant(word, count - 1)
            && !"wxy".utf8.contains(word[count - 1])
    }

    // MARK: - Rules

    private struct Rule {
        let suffix: [UInt8]
        let replacement: [UInt8]

        init(_ suffix: String, _ replacement: String = "") {
            self.suffix = Array(suffix.utf8)
            self.replacement = Array(replacement.utf8)
        }
    }

    private static func without(_ suffix: String, _ word: [UInt8]) -> [UInt8]? {
        word.hasSuffix(Array(suffix.utf8)) ? Array(word.dropLast(suffix.utf8.count)) : nil
    }

    /// Applies the first rule whose suffix fits, if the stem before it is acceptable; no other rule is tried.
    private static func applyFirst(
        of rules: [Rule], to word: [UInt8], where isAcceptable: ([UInt8]) -> Bool
    ) -> [UInt8] {
        guard let rule = rules.first(where: { word.hasSuffix($0.suffix) }) else { return word }
        let stem = Array(word.dropLast(rule.suffix.count))
        return isAcceptable(stem) ? stem + rule.replacement : word
    }

    // MARK: - Steps

    /// Step 1a.
    private static func pluralRemoved(_ word: [UInt8]) -> [UInt8] {
        if word.count == 4, let stem = without("ies", word) { return stem + Array("ie".utf8) }
        let rules = [Rule("sses", "ss"), Rule("ies", "i"), Rule("ss", "ss"), Rule("s")]
        return applyFirst(of: rules, to: word) { _ in true }
    }

    /// Step 1b: -ed and -ing.
    private static func endingsRemoved(_ word: [UInt8]) -> [UInt8] {
        if let stem = without("ied", word) { return stem + Array((word.count == 4 ? "ie" : "i").utf8) }
        if let stem = without("eed", word) { return measure(stem) > 0 ? stem + Array("ee".utf8) : word }
        guard
            let stem = without("ed", word).flatMap({ containsVowel($0) ? $0 : nil })
                ?? without("ing", word).flatMap({ containsVowel($0) ? $0 : nil })
        else { return word }
        for ending in ["at", "bl", "iz"] where stem.hasSuffix(Array(ending.utf8)) { return stem + Array("e".utf8) }
        if endsWithDoubleConsonant(stem) {
            return "lsz".utf8.contains(stem[stem.count - 1]) ? stem : Array(stem.dropLast())
        }
        return measure(stem) == 1 && endsShort(stem) ? stem + Array("e".utf8) : stem
    }

    /// Step 2.
    private static func doubleSuffixReduced(_ word: [UInt8]) -> [UInt8] {
        if let stem = without("alli", word), measure(stem) > 0 {
            return doubleSuffixReduced(stem + Array("al".utf8))
        }
        if word.hasSuffix(Array("logi".utf8)), !suffixes2.contains(where: { word.hasSuffix($0.suffix) }) {
            return measure(Array(word.dropLast(3))) > 0 ? Array(word.dropLast()) : word
        }
        return applyFirst(of: suffixes2, to: word) { measure($0) > 0 }
    }

    /// Step 4.
    private static func suffixRemoved(_ word: [UInt8]) -> [UInt8] {
        let stops = "st".utf8
        guard let rule = suffixes4.first(where: { word.hasSuffix($0.suffix) }) else { return word }
        let stem = Array(word.dropLast(rule.suffix.count))
        if rule.suffix == Array("ion".utf8), stem.last.map(stops.contains) != true { return word }
        return measure(stem) > 1 ? stem : word
    }

    /// Step 5.
    private static func finalLetterRemoved(_ word: [UInt8]) -> [UInt8] {
        var word = word
        if let stem = without("e", word), measure(stem) > 1 || (measure(stem) == 1 && !endsShort(stem)) { word = stem }
        if word.hasSuffix(Array("ll".utf8)), measure(Array(word.dropLast())) > 1 { word.removeLast() }
        return word
    }

    private static let suffixes2 = [
        Rule("ational", "ate"), Rule("tional", "tion"), Rule("enci", "ence"), Rule("anci", "ance"),
        Rule("izer", "ize"), Rule("bli", "ble"), Rule("alli", "al"), Rule("entli", "ent"), Rule("eli", "e"),
        Rule("ousli", "ous"), Rule("ization", "ize"), Rule("ation", "ate"), Rule("ator", "ate"), Rule("alism", "al"),
        Rule("iveness", "ive"), Rule("fulness", "ful"), Rule("ousness", "ous"), Rule("aliti", "al"),
        Rule("iviti", "ive"), Rule("biliti", "ble"), Rule("fulli", "ful"),
    ]

    private static let suffixes3 = [
        Rule("icate", "ic"), Rule("ative"), Rule("alize", "al"), Rule("iciti", "ic"), Rule("ical", "ic"), Rule("ful"),
        Rule("ness"),
    ]

    private static let suffixes4 = [
        "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate",
        "iti", "ous", "ive", "ize",
    ].map { Rule($0) }

    private static let irregularForms: [[UInt8]: [UInt8]] = {
        let forms = [
            "sky": "sky", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "news": "news",
            "innings": "inning", "inning": "inning", "outings": "outing", "outing": "outing", "cannings": "canning",
            "canning": "canning", "howe": "howe", "proceed": "proceed", "exceed": "exceed", "succeed": "succeed",
        ]
        return Dictionary(uniqueKeysWithValues: forms.map { (Array($0.key.utf8), Array($0.value.utf8)) })
    }()
}

extension [UInt8] {
    fileprivate func hasSuffix(_ suffix: [UInt8]) -> Bool {
        count >= suffix.count && self[(count - suffix.count)...].elementsEqual(suffix)
    }
}
