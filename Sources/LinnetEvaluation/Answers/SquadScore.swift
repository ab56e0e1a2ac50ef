/// Exact match and token F1 of an answer, as SQuAD's official script (version 2.0) computes them.
///
/// Both texts are lowercased, stripped of ASCII punctuation and of the articles a, an and the, and split at white space.
/// Of several references the best counts, for each number on its own.
public struct SquadScore: Sendable, Equatable {
    /// 1 when the normalised texts are equal, otherwise 0.
    public let exactMatch: Double
    /// 2 · precision · recall / (precision + recall) over the words both have, counted with multiplicity; 1 when both
    /// have no words, 0 when only one has none.
    public let f1: Double

    /// Compares an answer with references; no reference at all stands for the empty answer ("cannot be answered").
    public init(prediction: String, references: [String]) {
        let predicted = Self.words(prediction)
        var (match, best) = (0.0, 0.0)
        for reference in references.isEmpty ? [""] : references {
            let expected = Self.words(reference)
            match = max(match, expected == predicted ? 1 : 0)
            best = max(best, Self.f1(predicted, expected))
        }
        exactMatch = match
        f1 = best
    }

    /// The words of a normalised text.
    static func words(_ text: String) -> [PythonText.Scalars] {
        let kept = PythonText.lowercased(text).filter { !isPunctuation($0) }
        var result: PythonText.Scalars = []
        var start = 0
        while start < kept.count {
            let isWord = PythonText.isWord(kept[start])
            let end = kept[start...].firstIndex { PythonText.isWord($0) != isWord } ?? kept.count
            let run = kept[start..<end]
            if isWord, articles.contains(where: { $0.elementsEqual(run) }) {
                result.append(" ")
            } else {
                result.append(contentsOf: run)
            }
            start = end
        }
        return PythonText.split(result)
    }

    private static let articles: [PythonText.Scalars] = [["a"], ["a", "n"], ["t", "h", "e"]]

    /// Python's `string.punctuation`.
    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
        default: false
        }
    }

    private static func f1(_ predicted: [PythonText.Scalars], _ expected: [PythonText.Scalars]) -> Double {
        guard !predicted.isEmpty, !expected.isEmpty else { return predicted.isEmpty && expected.isEmpty ? 1 : 0 }
        var counts: [PythonText.Scalars: Int] = [:]
        for word in expected { counts[word, default: 0] += 1 }
        var shared = 0
        for word in predicted {
            if let left = counts[word], left > 0 {
                counts[word] = left - 1
                shared += 1
            }
        }
        guard shared > 0 else { return 0 }
        let precision = Double(shared) / Double(predicted.count)
        let recall = Double(shared) / Double(expected.count)
        return 2 * precision * recall / (precision + recall)
    }
}
