/// How much of an answer its citations bear out, by the words they share.
///
/// The answer is cut into **sentences**: after `.`, `!` or `?` with closing quotes, brackets and citation marks behind
/// it, where white space or the end follows, and at line breaks. A **citation mark** is `[2]`, `[1, 3]` or `[2-4]` and
/// names sources by number, from 1. **Content words** of a sentence are its distinct runs of letters and digits, without
/// the marks, lowercased, without the English function words of ``functionWordList``, ASCII words by their Porter stem.
/// Sentences whose content words hold no letter are not counted.
///
/// A sentence is **supported** when it has at least one mark that names a given source, no mark that names a source which
/// is not there, and the cited sources together contain at least `share` of its content words (as words of their own,
/// under the same folding). **Faithfulness is supported sentences / counted sentences.** An uncited sentence is not
/// supported, however true. The number says that sources were quoted or closely paraphrased, not that the answer is
/// right: a negation keeps nearly all words.
public struct CitationFaithfulness: Sendable, Equatable {
    /// Sentences with content words.
    public let sentences: Int
    /// Those with a mark that names a given source.
    public let cited: Int
    /// Those that the cited sources bear out.
    public let supported: Int

    /// Supported sentences over all; nil for an answer without sentences.
    public var value: Double? { sentences > 0 ? Double(supported) / Double(sentences) : nil }

    /// Checks an answer against its sources.
    ///
    /// - Parameters:
    ///   - answer: the text with citation marks.
    ///   - sources: source 1, source 2, ….
    ///   - share: the share of a sentence's content words that its sources must contain.
    /// - Throws: `EvaluationError.badSetting` for a share outside 0…1.
    public init(answer: String, sources: [String], share: Double = 0.5) throws {
        guard (0...1).contains(share) else {
            throw EvaluationError.badSetting(name: "share", expected: "a number from 0 to 1", found: "\(share)")
        }
        let sourceWords = sources.map { Self.words(PythonText.Scalars($0.unicodeScalars)) }
        var (sentences, cited, supported) = (0, 0, 0)
        for sentence in CitedSentences(answer).sentences {
            let words = Self.words(sentence.text).subtracting(Self.functionWords)
            guard words.contains(where: { $0.contains(where: \.properties.isAlphabetic) }) else { continue }
            sentences += 1
            let known = sentence.citations.filter { (1...max(1, sources.count)).contains($0) && !sources.isEmpty }
            guard !known.isEmpty else { continue }
            cited += 1
            let found = words.count { word in known.contains { sourceWords[$0 - 1].contains(word) } }
            if known.count == sentence.citations.count, Double(found) >= share * Double(words.count) { supported += 1 }
        }
        (self.sentences, self.cited, self.supported) = (sentences, cited, supported)
    }

    /// The distinct words of a text, folded.
    static func words(_ text: PythonText.Scalars) -> Set<PythonText.Scalars> {
        let lowered = PythonText.lowercased(String(String.UnicodeScalarView(text)))
        let runs = lowered.split { !PythonText.isWord($0) || $0 == "_" }
        return Set(
            runs.map { run in
                guard run.allSatisfy(\.isASCII) else { return PythonText.Scalars(run) }
                let stem = PorterStemmer.stem(run.map { UInt8(truncatingIfNeeded: $0.value) })
                return stem.map { Unicode.Scalar($0) }
            })
    }

    /// Words that say nothing about the subject.
    public static let functionWordList = [
        "a", "about", "after", "all", "also", "an", "and", "any", "are", "as", "at", "be", "because", "been", "before",
        "being", "between", "both", "but", "by", "can", "could", "did", "do", "does", "during", "each", "for", "from",
        "had", "has", "have", "he", "her", "here", "his", "how", "if", "in", "into", "is", "it", "its", "may", "might",
        "more", "most", "must", "no", "not", "of", "on", "only", "or", "other", "our", "out", "over", "s", "she",
        "should", "so", "some", "such", "t", "than", "that", "the", "their", "them", "then", "there", "these", "they",
        "this", "those", "through", "to", "under", "up", "was", "we", "were", "what", "when", "where", "which",
        "while", "who", "will", "with", "would", "you", "your",
    ]

    private static let functionWords = words(PythonText.Scalars(functionWordList.joined(separator: " ").unicodeScalars))
}
