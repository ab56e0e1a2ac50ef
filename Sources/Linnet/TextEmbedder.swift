import Foundation
import LinnetLayers
import LinnetModels
import LinnetTensors
import LinnetTokenizers

/// A sentence encoder: texts to vectors, as sentence-transformers computes them.
///
/// ```swift
/// let embedder = try TextEmbedder(directory: "sentence-transformers/all-MiniLM-L6-v2")
/// let vectors = embedder.embed(["a text", "another"])
/// ```
public final class TextEmbedder {
    /// How token states become one vector.
    public typealias Pooling = SentenceModules.Pooling

    /// How token states become one vector.
    public var pooling: Pooling { modules.pooling }
    /// Whether vectors are scaled to length 1.
    public var isNormalized: Bool { modules.isNormalized }
    /// The model as it was named; an absolute path for a directory.
    public let name: String
    /// Where its files are.
    public let directory: String
    private let model: PretrainedModel<any TextEncoder>
    private let modules: SentenceModules
    private let encoder: BatchEncoder
    private let precision: Precision

    /// Loads an encoder and, where there is one, sentence-transformers' description of its pooling.
    ///
    /// A directory without `modules.json` is pooled by the mean and not normalised, as sentence-transformers does.
    public init(directory: String, precision: Precision = .bfloat16) throws {
        let path = try ModelHub().directory(for: directory)
        self.directory = path
        name = path == directory ? URL(fileURLWithPath: path).standardizedFileURL.path : directory
        modules = try SentenceModules(directory: path)
        model = try PretrainedModel.encoder(directory: path)
        self.precision = precision
        let tokenizer = try Tokenizer(directory: path)
        encoder = try BatchEncoder(
            tokenizer: tokenizer, model: model.network,
            maximumLength: modules.maximumLength ?? tokenizer.modelMaxLength, path: path)
    }

    /// Length of a vector.
    public var dimension: Int { model.network.hiddenSize }

    /// The most tokens of a text that count, special ones included; what is longer is cut.
    public var maximumTokens: Int { encoder.maximumLength }

    /// Numbers of tokens of the texts, in order, without special ones.
    public func tokenCounts(_ texts: [String]) -> [Int] {
        texts.map { encoder.tokenizer.encode($0, addSpecialTokens: false).count }
    }

    /// Vectors of the texts, in order.
    public func embed(_ texts: [String]) -> [[Float]] {
        encoder.batches(texts).flatMap { batch in
            let values = withoutGradient { vectors(batch).floats() }
            return (0..<batch.sequenceCount).map { Array(values[($0 * dimension)..<(($0 + 1) * dimension)]) }
        }
    }

    /// `[sequences, hidden]`, `float32`.
    private func vectors(_ batch: TokenBatch) -> Tensor {
        modules.embeddings(of: batch, by: model.network, dtype: precision.dtype)
    }
}
