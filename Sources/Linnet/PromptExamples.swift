import LinnetFormats
import LinnetGeneration

extension PromptExample {
    /// Reads worked examples: JSON lines with `input` and `output`, or any data file with a text and a label.
    ///
    /// - Throws: `FormatError` with file and line.
    public static func read(path: String) throws -> [PromptExample] {
        let named = DataSource(path: path, textColumn: "input", labelColumn: "output", requiresLabel: true)
        let rows = try rows(of: named) ?? rows(of: DataSource(path: path, requiresLabel: true))
        guard let rows else {
            throw FormatError(
                .missing, path: path, "expected JSON lines with 'input' and 'output', or rows of a text and a label")
        }
        return rows.map { PromptExample(input: $0.text, output: $0.label ?? "") }
    }

    /// The rows of a file; `nil` when it does not hold what is asked for.
    private static func rows(of source: DataSource) throws -> [DataRow]? {
        do {
            return try source.readRows()
        } catch let error as FormatError where error.kind == .missing {
            return nil
        }
    }
}
