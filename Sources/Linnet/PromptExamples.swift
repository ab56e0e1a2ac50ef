import LinnetFormats
import LinnetGeneration

extension PromptExample {
    /// Reads worked examples: JSON lines with `input` and `output`, or any data file with a text and a label.
    ///
    /// - Throws: `FormatError` with file and line.
    public static func read(path: String) throws -> [PromptExample] {
        let named = DataSource(path: path, textColumn: "input", labelColumn: "output", requiresLabel: true)
        let rows: [DataRow]
        do {
            rows = try named.readRows()
        } catch let error as FormatError where error.kind == .missing {
            rows = try DataSource(path: path, requiresLabel: true).readRows()
        }
        return rows.map { PromptExample(input: $0.text, output: $0.label ?? "") }
    }
}
