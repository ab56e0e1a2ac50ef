/// Text from ids that come one by one, as a model writes them.
///
/// What the calls give put together is what `Tokenizer.decode` gives for all ids. No call gives half a character: bytes of
/// a character that is not complete wait for the next ids.
public struct TokenStream {
    private let tokenizer: Tokenizer
    private let skipsSpecialTokens: Bool
    private var decoding: TokenDecoding

    /// A stream that has seen nothing.
    ///
    /// - Parameter skipSpecialTokens: leave special tokens out.
    public init(_ tokenizer: Tokenizer, skipSpecialTokens: Bool = true) {
        self.tokenizer = tokenizer
        skipsSpecialTokens = skipSpecialTokens
        decoding = tokenizer.makeDecoding()
    }

    /// Takes the next id.
    ///
    /// - Returns: The text that is certain now and has not been given before; often empty.
    public mutating func append(_ id: Int32) -> String {
        guard let token = tokenizer.tokenBytes(id, skipSpecialTokens: skipsSpecialTokens) else { return "" }
        decoding.append(token)
        return decoding.take()
    }

    /// Ends the text.
    ///
    /// - Returns: What was waiting for more ids; bytes that became no character are U+FFFD.
    public mutating func finish() -> String {
        decoding.finish()
        defer { decoding = tokenizer.makeDecoding() }
        return decoding.take()
    }
}
