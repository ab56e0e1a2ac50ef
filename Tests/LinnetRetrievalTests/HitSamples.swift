@testable import LinnetRetrieval

/// Hits for tests of answers.
enum HitSamples {
    /// Hits with these texts, best first.
    static func hits(_ texts: [String], similarity: Double? = 0.8) -> [Hit] {
        texts.enumerated().map { index, text in
            Hit(
                rank: index + 1, score: 1 / Double(index + 1), similarity: similarity,
                chunk: StoredChunk(
                    id: Int64(index), documentID: "doc\(index)", source: "notes/\(index).md", metadata: [:],
                    chunk: Chunk(text: text, headings: ["H\(index)"], span: SourceSpan(bytes: 0..<text.utf8.count))))
        }
    }
}
