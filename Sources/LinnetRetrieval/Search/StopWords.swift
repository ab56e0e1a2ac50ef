/// English words too frequent to tell documents apart: the short list that Lucene uses, and bm25s under the name "en".
enum StopWords {
    /// The words, in lower case.
    static let english: Set<String> = [
        "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no", "not",
        "of",
        "on", "or", "such", "that", "the", "their", "then", "there", "these", "they", "this", "to", "was", "will",
        "with",
    ]
}
