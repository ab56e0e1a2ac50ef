import Foundation
import LinnetFormats
import TestSupport

/// A BERT of one layer with fixed pseudo-random weights and a vocabulary of letters and a few words: everything a
/// model directory holds, in a few kilobytes.
enum TinyModel {
    private static let hidden = 16
    private static let inner = 32
    private static let positions = 32

    private static let words = ["good", "bad", "film", "food", "great", "awful", "the", "was", "a", "is"]

    /// Writes the model directory and gives its path.
    static func write(into folder: TemporaryDirectory) throws -> String {
        let directory = "\(folder.path)/tiny"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let letters = "abcdefghijklmnopqrstuvwxyz".map(String.init)
        var vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + words
        vocabulary += letters.filter { !vocabulary.contains($0) } + letters.map { "##" + $0 }
        try folder.write("tiny/vocab.txt", vocabulary.joined(separator: "\n") + "\n")
        try folder.write("tiny/tokenizer_config.json", #"{"do_lower_case": true, "tokenizer_class": "BertTokenizer"}"#)
        try folder.write(
            "tiny/config.json",
            """
            {"model_type": "bert", "architectures": ["BertModel"], "vocab_size": \(vocabulary.count),
             "hidden_size": \(hidden), "num_hidden_layers": 1, "num_attention_heads": 2,
             "intermediate_size": \(inner), "max_position_embeddings": \(positions), "type_vocab_size": 2,
             "hidden_act": "gelu", "layer_norm_eps": 1e-12, "hidden_dropout_prob": 0.1,
             "attention_probs_dropout_prob": 0.1, "pad_token_id": 0}
            """)
        try SafetensorsWriter.write(tensors(vocabularySize: vocabulary.count), to: "\(directory)/model.safetensors")
        return directory
    }

    private static func tensors(vocabularySize: Int) -> [TensorRecord] {
        var state: UInt64 = 42
        func random(_ name: String, _ shape: [Int]) -> TensorRecord {
            let values = (0..<shape.reduce(1, *)).map { _ -> Float in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return (Float(state >> 40) / Float(1 << 24) - 0.5) * 0.4
            }
            return TensorRecord(name: name, shape: shape, floats: values)
        }
        func norm(_ name: String) -> [TensorRecord] {
            [
                TensorRecord(name: name + ".weight", shape: [hidden], floats: [Float](repeating: 1, count: hidden)),
                TensorRecord(name: name + ".bias", shape: [hidden], floats: [Float](repeating: 0, count: hidden)),
            ]
        }
        func linear(_ name: String, _ outputs: Int, _ inputs: Int) -> [TensorRecord] {
            [random(name + ".weight", [outputs, inputs]), random(name + ".bias", [outputs])]
        }
        let layer = "encoder.layer.0"
        var records = [
            random("embeddings.word_embeddings.weight", [vocabularySize, hidden]),
            random("embeddings.position_embeddings.weight", [positions, hidden]),
            random("embeddings.token_type_embeddings.weight", [2, hidden]),
        ]
        records += norm("embeddings.LayerNorm")
        for part in ["query", "key", "value"] { records += linear("\(layer).attention.self.\(part)", hidden, hidden) }
        records += linear("\(layer).attention.output.dense", hidden, hidden)
        records += norm("\(layer).attention.output.LayerNorm")
        records += linear("\(layer).intermediate.dense", inner, hidden)
        records += linear("\(layer).output.dense", hidden, inner)
        records += norm("\(layer).output.LayerNorm")
        records += linear("pooler.dense", hidden, hidden)
        return records
    }
}
