import LinnetFormats
import LinnetLayers

/// How a GGUF file holds a tensor that a Hugging Face checkpoint holds under another name.
struct GGUFPlace: Equatable, Sendable {
    /// How the numbers of the checkpoint's tensor are laid out in the file.
    enum Layout: Equatable, Sendable {
        /// As they are.
        case same
        /// `[inputs, outputs]` in the checkpoint, `[outputs, inputs]` in the file (GPT-2).
        case transposed
        /// Rows of every head in another order (queries and keys of Llama).
        case rotated(GGUFRowOrder)
    }

    /// Its name in the file.
    let name: String
    /// How its numbers are laid out there.
    let layout: Layout
}

/// The order in which llama.cpp keeps the rows of Llama's query and key matrices.
///
/// Hugging Face turns dimension i of a head together with dimension i + headDim/2; llama.cpp turns neighbours. Row
/// 2i + p of a head in the file is row p · headDim/2 + i of the checkpoint, p being 0 or 1. Rows are moved whole, so that
/// the order is exact on quantised rows too.
struct GGUFRowOrder: Equatable, Sendable {
    /// Rows of one head; even.
    let headDim: Int

    /// The checkpoint's row that stands at `row` in the file.
    func checkpointRow(ofFileRow row: Int) -> Int {
        let (head, place) = row.quotientAndRemainder(dividingBy: headDim)
        return head * headDim + place % 2 * (headDim / 2) + place / 2
    }

    /// The file's row that holds `row` of the checkpoint.
    func fileRow(ofCheckpointRow row: Int) -> Int {
        let (head, place) = row.quotientAndRemainder(dividingBy: headDim)
        let half = headDim / 2
        return head * headDim + place % half * 2 + place / half
    }
}

/// The names of an architecture's tensors in Hugging Face checkpoints and in GGUF files.
///
/// Source: `gguf-py/gguf/tensor_mapping.py` and `conversion/` of https://github.com/ggml-org/llama.cpp
struct GGUFNames: Sendable {
    /// `general.architecture`: the prefix of the keys of metadata.
    let architecture: String
    /// Names outside of layers: checkpoint, file.
    private let fixed: [(checkpoint: String, file: String)]
    /// What stands before the number of a layer in the checkpoint.
    private let layerPrefix: String
    /// Names of a layer after its number and a dot, without `.weight` or `.bias`: checkpoint, file.
    private let layer: [(checkpoint: String, file: String)]
    /// Prefix that bare checkpoints lack.
    private let omittedPrefix: String
    /// Names in the file whose matrices are transposed.
    private let transposed: Set<String>
    /// Names in the file whose rows are in the order of `rows`.
    private let rotated: Set<String>
    private let rows: GGUFRowOrder?

    /// The `model_type`s that have a table.
    static let modelTypes = ["gpt2", "llama", "mistral", "qwen2", "qwen3"]

    /// The names for a configuration.
    ///
    /// - Throws: ``ModelError`` when the architecture has no table, or its extents make no sense.
    init(_ config: ModelConfiguration) throws {
        switch config.modelType {
        case "llama", "mistral":
            let order = GGUFRowOrder(headDim: try DecoderDimensions(config).headDim)
            self.init(decoder: "llama", rotated: ["attn_q", "attn_k"], rows: order)
        case "qwen2": self.init(decoder: "qwen2")
        case "qwen3": self.init(decoder: "qwen3")
        case "gpt2": self.init(gpt2: ())
        default:
            let known = GGUFNames.modelTypes.joined(separator: ", ")
            throw ModelError(
                "\(config.path): model_type \(config.modelType ?? "is missing and"): has no GGUF form here; "
                    + "supported are \(known)")
        }
    }

    private init(decoder architecture: String, rotated: Set<String> = [], rows: GGUFRowOrder? = nil) {
        self.architecture = architecture
        omittedPrefix = "model."
        fixed = [
            ("model.embed_tokens.weight", "token_embd.weight"), ("model.norm.weight", "output_norm.weight"),
            ("lm_head.weight", "output.weight"),
        ]
        layerPrefix = "model.layers."
        layer = [
            ("input_layernorm", "attn_norm"), ("self_attn.q_proj", "attn_q"), ("self_attn.k_proj", "attn_k"),
            ("self_attn.v_proj", "attn_v"), ("self_attn.q_norm", "attn_q_norm"), ("self_attn.k_norm", "attn_k_norm"),
            ("self_attn.o_proj", "attn_output"), ("post_attention_layernorm", "ffn_norm"),
            ("mlp.gate_proj", "ffn_gate"), ("mlp.up_proj", "ffn_up"), ("mlp.down_proj", "ffn_down"),
        ]
        transposed = []
        self.rotated = rotated
        self.rows = rows
    }

    private init(gpt2: Void) {
        architecture = "gpt2"
        omittedPrefix = "transformer."
        fixed = [
            ("transformer.wte.weight", "token_embd.weight"), ("transformer.wpe.weight", "position_embd.weight"),
            ("transformer.ln_f.weight", "output_norm.weight"), ("transformer.ln_f.bias", "output_norm.bias"),
            ("lm_head.weight", "output.weight"),
        ]
        layerPrefix = "transformer.h."
        layer = [
            ("ln_1", "attn_norm"), ("attn.c_attn", "attn_qkv"), ("attn.c_proj", "attn_output"), ("ln_2", "ffn_norm"),
            ("mlp.c_fc", "ffn_up"), ("mlp.c_proj", "ffn_down"),
        ]
        transposed = ["attn_qkv", "attn_output", "ffn_up", "ffn_down"]
        rotated = []
        rows = nil
    }

    /// Where a checkpoint's tensor lies in the file; `nil` for one that GGUF files do not hold (buffers of old
    /// checkpoints, such as GPT-2's `attn.bias`).
    func place(ofCheckpoint name: String) -> GGUFPlace? {
        for candidate in [name, omittedPrefix + name] {
            if let pair = fixed.first(where: { $0.checkpoint == candidate }) {
                return GGUFPlace(name: pair.file, layout: .same)
            }
            guard candidate.hasPrefix(layerPrefix) else { continue }
            let parts = GGUFNames.parts(candidate.dropFirst(layerPrefix.count))
            guard let parts, let pair = layer.first(where: { $0.checkpoint == parts.stem }) else { return nil }
            return place(layer: parts.layer, stem: pair.file, ending: parts.ending)
        }
        return nil
    }

    /// The checkpoint's name (with its full prefix) of a tensor of the file, and its layout; `nil` for tensors that
    /// checkpoints do not hold (`rope_freqs.weight`).
    func checkpointName(ofFile name: String) -> (name: String, layout: GGUFPlace.Layout)? {
        if let pair = fixed.first(where: { $0.file == name }) { return (pair.checkpoint, .same) }
        guard name.hasPrefix("blk."), let parts = GGUFNames.parts(name.dropFirst(4)),
            let pair = layer.first(where: { $0.file == parts.stem })
        else { return nil }
        let layout = place(layer: parts.layer, stem: pair.file, ending: parts.ending).layout
        return ("\(layerPrefix)\(parts.layer).\(pair.checkpoint).\(parts.ending)", layout)
    }

    private func place(layer: Substring, stem: String, ending: Substring) -> GGUFPlace {
        let layout: GGUFPlace.Layout
        if let rows, rotated.contains(stem) {
            layout = .rotated(rows)
        } else {
            layout = transposed.contains(stem) && ending == "weight" ? .transposed : .same
        }
        return GGUFPlace(name: "blk.\(layer).\(stem).\(ending)", layout: layout)
    }

    /// `12.self_attn.q_proj.weight` as layer, stem and ending.
    private static func parts(_ name: Substring) -> (layer: Substring, stem: Substring, ending: Substring)? {
        guard let first = name.firstIndex(of: "."), let last = name.lastIndex(of: "."), first < last else { return nil }
        let (layer, ending) = (name[..<first], name[name.index(after: last)...])
        guard !layer.isEmpty, layer.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            ending == "weight" || ending == "bias"
        else { return nil }
        return (layer, name[name.index(after: first)..<last], ending)
    }
}
