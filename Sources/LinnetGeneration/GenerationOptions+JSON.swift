import Foundation
import LinnetFormats

extension GenerationOptions {
    /// Reads a model directory's `generation_config.json`; Hugging Face's defaults without one.
    ///
    /// Keys that generation with Linnet does not know, such as those of beam search, are left out. Where the file names no
    /// end token, the one in `config.json` counts.
    ///
    /// - Throws: ``GenerationError`` or `FormatError` with file and key.
    public init(directory: String) throws {
        self.init()
        for name in ["config.json", "generation_config.json"] {
            let path = "\(directory)/\(name)"
            guard FileManager.default.fileExists(atPath: path) else { continue }
            let json = try JSON.read(path: path)
            guard let object = json.objectValue else {
                throw GenerationError.invalidOption(name: path, expected: "an object", found: json.kindName)
            }
            // A model's own config holds generation settings only in old checkpoints; its end token always counts.
            let wanted =
                name == "config.json" ? JSONObject([("eos_token_id", object["eos_token_id"] ?? .null)]) : object
            self = try merged(with: wanted, path: path)
        }
    }

    /// These options with the settings of a JSON object laid over them; `null` leaves a setting as it is.
    ///
    /// - Parameter path: Named in errors.
    public func merged(with object: JSONObject, path: String) throws -> GenerationOptions {
        var options = self
        let reader = OptionReader(object: object, path: path)
        try reader.integer("max_new_tokens") { options.maxNewTokens = $0 }
        try reader.integer("max_length") { options.maxLength = $0 }
        try reader.integer("min_new_tokens") { options.minNewTokens = $0 }
        try reader.boolean("do_sample") { options.doSample = $0 }
        try reader.number("temperature") { options.temperature = $0 }
        try reader.integer("top_k") { options.topK = $0 }
        try reader.number("top_p") { options.topP = $0 }
        try reader.number("min_p") { options.minP = $0 }
        try reader.number("repetition_penalty") { options.repetitionPenalty = $0 }
        try reader.number("presence_penalty") { options.presencePenalty = $0 }
        try reader.number("frequency_penalty") { options.frequencyPenalty = $0 }
        try reader.integer("no_repeat_ngram_size") { options.noRepeatNgramSize = $0 }
        try reader.integer("num_return_sequences") { options.returnSequences = $0 }
        try reader.integer("prompt_lookup_num_tokens") { options.promptLookupTokens = $0 }
        try reader.integer("max_matching_ngram_size") { options.maxMatchingNgramSize = $0 }
        try reader.integer("seed") { options.seed = UInt64($0.magnitude) }
        try reader.tokens("eos_token_id") { options.stopTokens = $0 }
        try reader.tokens("suppress_tokens") { options.suppressedTokens = $0 }
        try reader.tokens("begin_suppress_tokens") { options.initiallySuppressedTokens = $0 }
        try reader.tokenLists("bad_words_ids") { options.badWords = $0 }
        try reader.biases("sequence_bias") { options.sequenceBias = $0 }
        try reader.strings("stop_strings") { options.stopStrings = $0 }
        // Files saved by greedy recipes hold temperature 0, which transformers ignores as well.
        if options.temperature == 0, !options.doSample { options.temperature = 1 }
        do {
            try options.validate()
        } catch GenerationError.invalidOption(let name, let expected, let found) {
            throw GenerationError.invalidOption(name: "\(path): \(name)", expected: expected, found: found)
        }
        return options
    }
}

/// Typed access to the settings of a JSON object; absent and `null` settings are passed over.
private struct OptionReader {
    let object: JSONObject
    let path: String

    func integer(_ key: String, _ body: (Int) -> Void) throws {
        try read(key, "a whole number", { $0.intValue }, body)
    }

    func number(_ key: String, _ body: (Double) -> Void) throws {
        try read(key, "a number", { $0.doubleValue }, body)
    }

    func boolean(_ key: String, _ body: (Bool) -> Void) throws {
        try read(key, "true or false", { $0.boolValue }, body)
    }

    func strings(_ key: String, _ body: ([String]) -> Void) throws {
        try read(key, "a text or a list of texts", { Self.elements($0) { $0.stringValue } }, body)
    }

    func tokens(_ key: String, _ body: ([Int32]) -> Void) throws {
        try read(key, "a token id or a list of token ids", { Self.elements($0, Self.token) }, body)
    }

    func tokenLists(_ key: String, _ body: ([[Int32]]) -> Void) throws {
        try read(
            key, "lists of token ids",
            { value in value.arrayValue.flatMap { Self.all($0) { $0.arrayValue.flatMap { Self.all($0, Self.token) } } }
            },
            body)
    }

    func biases(_ key: String, _ body: ([TokenBias]) -> Void) throws {
        try read(
            key, "pairs of a list of token ids and a number",
            { value in value.arrayValue.flatMap { Self.all($0, Self.bias) } }, body)
    }

    private func read<Value>(
        _ key: String, _ expected: String, _ convert: (JSON) -> Value?, _ body: (Value) -> Void
    ) throws {
        guard let json = object[key], !json.isNull else { return }
        guard let value = convert(json) else {
            throw GenerationError.invalidOption(name: "\(path): \(key)", expected: expected, found: json.shortText)
        }
        body(value)
    }

    private static func token(_ json: JSON) -> Int32? { json.intValue.flatMap { Int32(exactly: $0) } }

    private static func bias(_ json: JSON) -> TokenBias? {
        guard let pair = json.arrayValue, pair.count == 2, let ids = pair[0].arrayValue.flatMap({ all($0, token) }),
            let value = pair[1].doubleValue
        else { return nil }
        return TokenBias(ids, value)
    }

    /// A value standing alone counts as a list of one.
    private static func elements<Value>(_ json: JSON, _ convert: (JSON) -> Value?) -> [Value]? {
        all(json.arrayValue ?? [json], convert)
    }

    private static func all<Value>(_ elements: [JSON], _ convert: (JSON) -> Value?) -> [Value]? {
        let values = elements.compactMap(convert)
        return values.count == elements.count ? values : nil
    }
}
