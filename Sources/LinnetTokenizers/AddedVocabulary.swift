/// The added tokens of a tokenizer with their ids.
struct AddedVocabulary: Sendable {
    /// In the order they were added; a token that came twice has its last form.
    private(set) var tokens: [(token: AddedToken, id: Int32)] = []
    private var places: [[UInt8]: Int] = [:]
    private var tokensById: [Int32: Int] = [:]
    private var largestId: Int32 = -1

    /// Adds a token, which keeps the id that the model's vocabulary has for it; otherwise the next free one.
    mutating func add(_ token: AddedToken, to vocabulary: Vocabulary) {
        if let place = places[token.content] {
            tokens[place].token = token
            return
        }
        let size = Int32(clamping: vocabulary.count)
        let next = largestId >= size || size == 0 ? largestId + 1 : size
        let id = vocabulary.id(of: token.content) ?? next
        largestId = max(largestId, id)
        places[token.content] = tokens.count
        tokensById[id] = tokens.count
        tokens.append((token, id))
    }

    /// One more than the largest id.
    var bound: Int { Int(largestId) + 1 }

    /// The id of an added token.
    func id(of content: [UInt8]) -> Int32? { places[content].map { tokens[$0].id } }

    /// The added token with this id.
    func token(_ id: Int32) -> AddedToken? { tokensById[id].map { tokens[$0].token } }
}
