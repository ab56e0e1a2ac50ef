import Foundation
import LinnetFormats
import TestSupport

@testable import Linnet

/// Small models for tests of what is made of them.
enum TinyParts {
    /// A sentence encoder of two layers with random weights.
    static func embedder() throws -> TextEmbedder {
        try TextEmbedder(directory: Fixtures.path("models/bert-embedding"), precision: .float32)
    }

    /// A Llama of two layers with random weights and room for a prompt with sources.
    static func languageModel(in folder: String, context: Int = 8192) throws -> LanguageModel {
        let directory = folder + "/tiny-lm"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for file in [
            "models/llama/model.safetensors", "generation/tokenizer/tokenizer.json",
            "generation/tokenizer/tokenizer_config.json",
        ] {
            try FileManager.default.copyItem(
                atPath: Fixtures.path(file), toPath: "\(directory)/\((file as NSString).lastPathComponent)")
        }
        var config = try JSON.read(path: Fixtures.path("models/llama/config.json")).objectValue ?? [:]
        config["max_position_embeddings"] = JSON(context)
        try FileBytes.write(text: JSON.object(config).text(), to: "\(directory)/config.json")
        return try LanguageModel(directory: directory, weights: .fp32)
    }
}
