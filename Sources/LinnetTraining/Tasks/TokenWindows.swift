/// A run of tokens, each of which (but the last) is to predict the one after it.
public struct TokenWindow: TrainingExample {
    /// One more token than is predicted; shares the memory of the corpus.
    let tokens: ArraySlice<Int32>

    /// A window over these tokens: the first is not predicted, the last predicts nothing.
    public init(_ tokens: ArraySlice<Int32>) {
        self.tokens = tokens
    }

    /// What the model reads.
    public var inputs: ArraySlice<Int32> { tokens.dropLast() }

    /// What follows each token of ``inputs``.
    public var targets: ArraySlice<Int32> { tokens.dropFirst() }

    /// How many tokens the model reads.
    public var tokenCount: Int { max(0, tokens.count - 1) }

    /// Adds the tokens.
    public func add(to fingerprint: inout CyclicChecksum) {
        tokens.withUnsafeBytes { fingerprint.update($0) }
    }
}

/// A corpus of tokens as windows of `context` tokens: what a language model is trained and measured on.
public struct TokenWindows: TrainingData {
    /// Which windows of a corpus are shown.
    public enum Choice: Sendable {
        /// Windows that begin at random places, drawn with replacement (nanoGPT's `get_batch`). One epoch reads as many
        /// tokens as the corpus has.
        case drawn
        /// Windows one after the other, so that every token after the first is predicted once; the last may be shorter.
        case consecutive
    }

    /// The corpus.
    public let tokens: [Int32]
    /// Tokens that the model reads at once.
    public let context: Int
    /// Which windows are shown.
    public let choice: Choice

    /// The windows of a corpus.
    ///
    /// - Parameters:
    ///   - tokens: the corpus.
    ///   - context: how many tokens the model reads at once, 1 or more.
    ///   - choice: which windows are shown.
    ///   - name: what the corpus is called in an error.
    /// - Throws: `TrainingError.corpusTooShort` when the corpus has not one whole window, `context` tokens and one more.
    public init(_ tokens: [Int32], context: Int, _ choice: Choice, name: String) throws {
        guard context >= 1 else {
            throw TrainingError.invalidArgument(name: "context", expected: "1 or more", found: "\(context)")
        }
        guard tokens.count > context else {
            throw TrainingError.corpusTooShort(name: name, tokens: tokens.count, context: context)
        }
        self.tokens = tokens
        self.context = context
        self.choice = choice
    }

    /// Windows of an epoch.
    public var count: Int {
        switch choice {
        case .drawn: max(1, tokens.count / context)
        case .consecutive: (tokens.count - 2) / context + 1
        }
    }

    /// The window that begins at token `index` (drawn), or the one after `index` windows (consecutive).
    public subscript(_ index: Int) -> TokenWindow {
        let start = choice == .drawn ? index : index * context
        return TokenWindow(tokens[start..<min(start + context + 1, tokens.count)])
    }

    /// Draws with replacement from every place where a whole window begins; or a permutation of the consecutive windows.
    public func order(_ arguments: TrainingArguments) -> DataOrder {
        switch choice {
        case .drawn:
            DataOrder(
                drawing: count, from: tokens.count - context, batchSize: arguments.batchSize, seed: arguments.seed)
        case .consecutive: DataOrder(count: count, batchSize: arguments.batchSize, seed: arguments.seed)
        }
    }

    /// Adds the tokens and how they are cut.
    public func add(to fingerprint: inout CyclicChecksum) {
        tokens.withUnsafeBytes { fingerprint.update($0) }
        fingerprint.update(text: "\(choice) \(context)")
    }
}
