import LinnetFormats
import LinnetTensors

/// Labelled rows and the classes they name.
struct LabelledTexts {
    /// Class names in the order of the model's outputs.
    let labels: [String]
    /// Rows of the training file.
    let training: [DataRow]
    /// Rows of the evaluation file; empty without one.
    let evaluation: [DataRow]

    private let classOf: [ByteKey: Int32]

    /// Reads both files and collects the classes of the training data.
    ///
    /// Whole numbers are ordered by value, words by their bytes: the same data gives the same map.
    ///
    /// - Throws: ``FormatError`` with file and line for rows that cannot be read, a single class, or an evaluation label
    ///   that training never shows.
    init(training source: DataSource, evaluation evaluationSource: DataSource?) throws {
        training = try source.readRows()
        evaluation = try evaluationSource?.readRows() ?? []
        let seen = Set(training.map { ByteKey($0.label ?? "") })
        labels = Self.ordered(seen.map(\.text))
        classOf = Dictionary(uniqueKeysWithValues: labels.enumerated().map { (ByteKey($1), Int32($0)) })
        guard labels.count > 1 else {
            throw FormatError(
                .malformed, path: source.path,
                "expected at least two different labels, found \(labels.count == 1 ? "only \(labels[0])" : "none")")
        }
        if let path = evaluationSource?.path {
            for row in evaluation where classOf[ByteKey(row.label ?? "")] == nil {
                throw FormatError(
                    .malformed, path: path,
                    "line \(row.line): the label \(row.label ?? "") does not occur in the training data; it has "
                        + labels.prefix(10).joined(separator: ", ") + (labels.count > 10 ? ", …" : ""))
            }
        }
    }

    /// The class of a row.
    func target(of row: DataRow) -> Int32 {
        classOf[ByteKey(row.label ?? "")] ?? Tensor.ignoredTarget
    }

    private static func ordered(_ names: [String]) -> [String] {
        let numbers = names.compactMap { Int($0) }
        guard numbers.count == names.count else { return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
        return zip(numbers, names).sorted { $0 < $1 }.map(\.1)
    }
}

/// A string compared by its bytes: Swift's own equality merges canonically equivalent spellings.
private struct ByteKey: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: ByteKey, right: ByteKey) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
