import Foundation
import LinnetFormats
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
    public enum Pooling: Sendable {
        /// Mean over the tokens.
        case mean
        /// State of the first token.
        case first
    }

    /// How token states become one vector.
    public let pooling: Pooling
    /// Whether vectors are scaled to length 1.
    public let isNormalized: Bool
    /// The model as it was named; an absolute path for a directory.
    public let name: String
    /// Where its files are.
    public let directory: String
    private let model: PretrainedModel<any TextEncoder>
    private let encoder: BatchEncoder
    private let precision: Precision

    /// Loads an encoder and, where there is one, sentence-transformers' description of its pooling.
    ///
    /// A directory without `modules.json` is pooled by the mean and not normalised, as sentence-transformers does.
    public init(directory: String, precision: Precision = .bfloat16) throws {
        let path = try ModelHub().directory(for: directory)
        self.directory = path
        name = path == directory ? URL(fileURLWithPath: path).standardizedFileURL.path : directory
        let modules = try SentenceModules(directory: path)
        model = try PretrainedModel.encoder(directory: path)
        pooling = modules.pooling
        isNormalized = modules.isNormalized
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
        let pooled =
            switch pooling {
            case .first: model.network(batch, tokens: .first, dtype: precision.dtype).converted(to: .float32)
            case .mean:
                model.network(batch, tokens: .all, dtype: precision.dtype).converted(to: .float32)
                    .segmentMeans(offsets: batch.offsets)
            }
        return isNormalized ? pooled.l2Normalized() : pooled
    }
}

/// What `modules.json` and the files it points to say, in the layout of sentence-transformers (5 and before, and 6).
struct SentenceModules {
    var pooling = TextEmbedder.Pooling.mean
    var isNormalized = false
    var maximumLength: Int?

    init(directory: String) throws {
        let file = "\(directory)/modules.json"
        let known = "\(directory)/sentence_bert_config.json"
        if FileManager.default.fileExists(atPath: known) {
            maximumLength = try JSON.read(path: known)["max_seq_length"]?.intValue.flatMap { $0 > 0 ? $0 : nil }
        }
        guard FileManager.default.fileExists(atPath: file) else { return }
        guard let modules = try JSON.read(path: file).arrayValue else {
            throw ModelError("\(file): expected a list of modules")
        }
        for module in modules {
            let type = module["type"]?.stringValue ?? ""
            switch type.split(separator: ".").last {
            case "Transformer": continue
            case "Normalize": isNormalized = true
            case "Pooling": pooling = try Self.pooling("\(directory)/\(module["path"]?.stringValue ?? "")/config.json")
            default: throw ModelError("\(file): the module \(type) is not supported")
            }
        }
    }

    private static func pooling(_ file: String) throws -> TextEmbedder.Pooling {
        let config = try JSON.read(path: file)
        let modes =
            config["pooling_mode"]?.stringValue.map { [$0] }
            ?? (config.objectValue?.keys ?? []).filter {
                $0.hasPrefix("pooling_mode_") && config[$0]?.boolValue == true
            }
        switch modes {
        case ["mean"], ["pooling_mode_mean_tokens"]: return .mean
        case ["cls"], ["pooling_mode_cls_token"]: return .first
        default: throw ModelError("\(file): pooling by \(modes.joined(separator: " and ")) is not supported")
        }
    }
}
