import Foundation
import Linnet

/// A program of yours that answers from its own texts, here the lines of a file:
///
///     swift run --package-path Examples AnswerApp EMBEDDER lines.txt "When is the pump serviced?" [GENERATOR]
///
/// EMBEDDER is a sentence encoder, GENERATOR a causal language model; each a directory, or a pulled model's name.
@main
enum AnswerApp {
    static func main() {
        let words = Array(CommandLine.arguments.dropFirst())
        guard (3...4).contains(words.count) else {
            print("usage: AnswerApp EMBEDDER FILE QUESTION [GENERATOR]")
            exit(2)
        }
        do {
            let lines = try String(contentsOfFile: words[1], encoding: .utf8).split(whereSeparator: \.isNewline)
            let rag = try RAG(
                embedder: TextEmbedder(directory: words[0]),
                generator: words.count > 3 ? LanguageModel(directory: words[3]) : nil,
                store: SQLiteStore(path: ":memory:"))
            try rag.add(
                lines.enumerated().map { number, line in
                    Document(text: String(line), metadata: ["line": .number(Double(number + 1))])
                })
            let answer = try rag.generate(words[2], topK: 3)
            print(answer.text)
            for citation in answer.citations { print("[\(citation.number)] \(citation.metadata): \(citation.quote)") }
        } catch {
            print("\(error)")
            exit(1)
        }
    }
}
