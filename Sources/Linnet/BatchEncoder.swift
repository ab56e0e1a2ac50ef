import LinnetLayers
import LinnetModels
import LinnetTokenizers

/// Turns texts into batches of a bounded number of tokens, in order.
struct BatchEncoder {
    let tokenizer: Tokenizer
    let maximumLength: Int

    /// Tokens of one batch: enough for matrix products to run at full speed, few enough to stay in the cache.
    private static let tokenBudget = 1024

    /// - Parameters:
    ///   - maximumLength: Longest sequence wanted; bounded by what the model has positions for.
    ///   - path: Named in errors.
    /// - Throws: ``ModelError`` if the tokenizer has ids that the model has no embedding for.
    init(tokenizer: Tokenizer, model: any TextEncoder, maximumLength: Int?, path: String) throws {
        guard tokenizer.vocabularySize <= model.vocabularySize else {
            throw ModelError(
                "\(path): the tokenizer has \(tokenizer.vocabularySize) entries, the model embeds only "
                    + "\(model.vocabularySize); they do not belong together")
        }
        self.tokenizer = tokenizer
        self.maximumLength = min(maximumLength ?? model.maximumLength, model.maximumLength)
    }

    /// Batches of consecutive texts; each holds at least one.
    func batches(_ texts: [String], pairs: [String]? = nil) -> [TokenBatch] {
        var result: [TokenBatch] = []
        var sequences: [[Int32]] = []
        var types: [[Int32]] = []
        var tokens = 0
        for (position, text) in texts.enumerated() {
            let encoding = tokenizer.encode(text, pair: pairs?[position], maxLength: maximumLength)
            if !sequences.isEmpty, tokens + encoding.ids.count > Self.tokenBudget {
                result.append(TokenBatch(sequences, typeIds: types))
                (sequences, types, tokens) = ([], [], 0)
            }
            sequences.append(encoding.ids)
            types.append(encoding.typeIds)
            tokens += encoding.ids.count
        }
        if !sequences.isEmpty { result.append(TokenBatch(sequences, typeIds: types)) }
        return result
    }
}
