import LinnetFormats
import LinnetModels
import LinnetTensors

/// Measures how fast a model generates, on tokens drawn at random: no tokenizer is needed, and nothing is learnt from
/// the answers.
public final class GenerationBenchmark {
    /// Tokens per second, the median of the repetitions.
    public struct Rates: Sendable, Equatable {
        /// Of a prompt computed in one pass.
        public let prefill: Double
        /// Of new tokens, one by one, from an empty context.
        public let decode: Double
        /// Of new tokens, one by one, behind the prompt.
        public let decodeAfterPrompt: Double
        /// Bytes of memory read in a second, in turns with decoding; `nil` if it was not asked for.
        public let reading: Double?
    }

    private let loop: DecodingLoop
    private let vocabularySize: Int
    private let context: Int
    private let clock = ContinuousClock()

    /// Tokens between two readings of memory.
    private static let slice = 16

    /// Prepares a model, which nobody else uses meanwhile.
    public init(model: any CausalLanguageModel, dtype: DType) {
        loop = DecodingLoop(model: model, dtype: dtype, memoryLimit: Generator.standardMemoryLimit)
        vocabularySize = model.vocabularySize
        context = model.maximumLength
    }

    /// Computes a short prompt and chooses a token.
    ///
    /// - Throws: ``GenerationError`` when the logits are not finite.
    public func firstToken() throws {
        let shortPrompt = 8
        _ = try ComputeThread.shared.run {
            try prepare(tokens: shortPrompt)
            let prompt = prompt(min(shortPrompt, context - 1))
            return try choose(loop.forward([prompt], slots: [0], rows: .last, exactly: .best(1)))
        }
    }

    /// Measures after one round to warm up.
    ///
    /// - Parameter readsMemory: Also measure how fast memory is read, in turns with decoding.
    /// - Throws: ``GenerationError/promptTooLong(tokens:context:)`` when the context does not hold prompt and answer.
    public func rates(
        promptTokens: Int, newTokens: Int, repetitions: Int, readsMemory: Bool = false
    ) throws -> Rates {
        guard promptTokens + newTokens <= context else {
            throw GenerationError.promptTooLong(tokens: promptTokens + newTokens, context: context)
        }
        return try ComputeThread.shared.run {
            try prepare(tokens: promptTokens + newTokens)
            let prompt = prompt(promptTokens)
            var prefill: [Double] = []
            var decode: [Double] = []
            var decodeAfterPrompt: [Double] = []
            let reading = readsMemory ? MemoryReading() : nil
            for round in 0...repetitions {
                let isMeasured = round > 0
                let steps = isMeasured ? newTokens : min(newTokens, 4)
                let empty = try self.decode(from: prompt[0], steps: steps, isMeasured ? reading : nil)
                try prepare(tokens: promptTokens + newTokens)
                let first = try seconds { try loop.prefill([prompt], slots: [0], CancellationFlag()) { _, _, _ in } }
                let behind = try self.decode(from: prompt[0], steps: steps, isMeasured ? reading : nil)
                try prepare(tokens: promptTokens + newTokens)
                guard isMeasured else { continue }
                decode.append(Double(steps) / empty)
                prefill.append(Double(promptTokens) / first)
                decodeAfterPrompt.append(Double(steps) / behind)
            }
            return Rates(
                prefill: median(prefill), decode: median(decode), decodeAfterPrompt: median(decodeAfterPrompt),
                reading: reading?.bytesPerSecond)
        }
    }

    private func prepare(tokens: Int) throws {
        _ = try loop.cache.reserve(slots: 1, capacity: min(tokens, context))
        loop.cache.truncate(slot: 0, to: 0)
    }

    /// Seconds that a number of tokens take, one by one.
    private func decode(from first: Int32, steps: Int, _ reading: MemoryReading?) throws -> Double {
        var token = first
        var total = 1e-9
        for start in stride(from: 0, to: steps, by: Self.slice) {
            total += try seconds {
                for _ in start..<min(start + Self.slice, steps) {
                    token = try choose(loop.forward([[token]], slots: [0], rows: .last, exactly: .best(1)))
                }
            }
            reading?.measure()
        }
        return total
    }

    /// The most probable token, with its log-probability as every answer has it.
    private func choose(_ scores: NextTokenScores) throws -> Int32 {
        let id = scores.withRow(0) { $0.best }
        guard !scores.logProbability(row: 0, of: id).isNaN else { throw GenerationError.notFinite(position: 0) }
        return id
    }

    private func prompt(_ count: Int) -> [Int32] {
        var numbers = RandomNumbers(seed: 1)
        return (0..<max(count, 1)).map { _ in Int32(Int(numbers.nextWord()) % vocabularySize) }
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        max(try clock.measure(body).seconds, 1e-9)
    }

    private func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
