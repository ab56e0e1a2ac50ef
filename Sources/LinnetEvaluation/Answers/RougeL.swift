/// ROUGE-L of an answer: how long the longest common subsequence of words is (Lin 2004), as the package `rouge-score`
/// computes it.
///
/// Words are the runs of a–z and 0–9 of the lowercased text, so scripts other than Latin have none. With L the length of
/// the subsequence, precision is L / words of the answer, recall L / words of the reference. Without words on either
/// side all are 0. Of several references the one with the highest F counts.
public struct RougeL: Sendable, Equatable {
    /// Share of the answer's words in the subsequence.
    public let precision: Double
    /// Share of the reference's words in the subsequence.
    public let recall: Double
    /// 2 · precision · recall / (precision + recall).
    public let f1: Double

    /// Compares an answer with references.
    ///
    /// - Parameter stems: compare words longer than three letters by their Porter stems (`use_stemmer`); off by default,
    ///   as in the package.
    public init(prediction: String, references: [String], stems: Bool = false) {
        let predicted = Self.words(prediction, stems: stems)
        var best = RougeL(common: 0, predicted: 0, expected: 0)
        for reference in references {
            let expected = Self.words(reference, stems: stems)
            let score = RougeL(
                common: Self.commonLength(predicted, expected), predicted: predicted.count, expected: expected.count)
            if score.f1 > best.f1 { best = score }
        }
        self = best
    }

    private init(common: Int, predicted: Int, expected: Int) {
        precision = common > 0 ? Double(common) / Double(predicted) : 0
        recall = common > 0 ? Double(common) / Double(expected) : 0
        f1 = common > 0 ? 2 * precision * recall / (precision + recall) : 0
    }

    static func words(_ text: String, stems: Bool) -> [[UInt8]] {
        PythonText.lowercased(text).split { !isKept($0) }.map { word in
            let letters = word.map { UInt8(truncatingIfNeeded: $0.value) }
            return stems && letters.count > 3 ? PorterStemmer.stem(letters) : letters
        }
    }

    private static func isKept(_ scalar: Unicode.Scalar) -> Bool {
        (0x61...0x7A).contains(scalar.value) || (0x30...0x39).contains(scalar.value)
    }

    /// The length of the longest common subsequence, row by row.
    private static func commonLength(_ left: [[UInt8]], _ right: [[UInt8]]) -> Int {
        var numbers: [[UInt8]: Int] = [:]
        func numbered(_ words: [[UInt8]]) -> [Int] {
            words.map { word in
                let number = numbers[word] ?? numbers.count
                numbers[word] = number
                return number
            }
        }
        let (left, right) = (numbered(left), numbered(right))
        var lengths = [Int](repeating: 0, count: right.count + 1)
        for word in left {
            var diagonal = 0
            for (index, other) in right.enumerated() {
                let above = lengths[index + 1]
                lengths[index + 1] = word == other ? diagonal + 1 : max(above, lengths[index])
                diagonal = above
            }
        }
        return lengths[right.count]
    }
}
