import LinnetFormats

/// An answer from documents, with what it rests on.
public struct GroundedAnswer: Sendable, Equatable {
    /// Who chose the words.
    public enum Mode: String, Sendable {
        /// A language model, from the sources it was shown.
        case generated
        /// The documents: their sentences are quoted as they stand.
        case extractive
    }

    /// The answer; its citations are numbers in brackets.
    public var text: String
    /// Who chose the words.
    public var mode: Mode
    /// Whether the store holds something near enough to the question; otherwise the answer says that it does not.
    public var isInDocuments: Bool
    /// What the numbers point to, in the order of the numbers; every number of the text is here.
    public var citations: [Citation]
    /// What the retrieval found, best first.
    public var hits: [Hit]
    /// Numbers that the model cited and that no source has; they were taken out of the text.
    public var removedCitations: [Int] = []
    /// The threshold the best hit was compared with, where there was one.
    public var threshold: AnswerThreshold?
    /// Whether the answer was ended by the caller.
    public var isCancelled = false

    /// An answer.
    public init(text: String, mode: Mode, isInDocuments: Bool, citations: [Citation], hits: [Hit]) {
        self.text = text
        self.mode = mode
        self.isInDocuments = isInDocuments
        self.citations = citations
        self.hits = hits
    }

    /// The best hit's similarity to the question, where it is known.
    public var similarity: Double? { hits.compactMap(\.similarity).max() }

    /// The object of JSON output: `answer`, `mode`, `in_documents`, `citations`, `hits`, `similarity`, `threshold`,
    /// `removed_citations`.
    public var json: JSON {
        .object([
            "answer": .string(text), "mode": .string(mode.rawValue), "in_documents": .bool(isInDocuments),
            "citations": .array(citations.map(\.json)), "hits": .array(hits.map(\.json)),
            "similarity": similarity.map { JSON($0) } ?? .null,
            "threshold": threshold.map { JSON($0.similarity) } ?? .null,
            "removed_citations": .array(removedCitations.map { JSON($0) }),
        ])
    }
}

extension Hit {
    /// The object of JSON output: `rank`, `score`, `similarity`, `text`, `source`, `document`, `page`, `span`,
    /// `headings`, `metadata`.
    public var json: JSON {
        let span = chunk.chunk.span
        return .object([
            "rank": JSON(rank), "score": JSON(score), "similarity": similarity.map { JSON($0) } ?? .null,
            "text": .string(text), "source": source.map { .string($0) } ?? .null,
            "document": .string(chunk.documentID), "page": span.page.map { JSON($0) } ?? .null,
            "span": .array([JSON(span.bytes.lowerBound), JSON(span.bytes.upperBound)]),
            "headings": .array(chunk.chunk.headings.map { .string($0) }),
            "metadata": .object(JSONObject(metadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })),
        ])
    }
}
