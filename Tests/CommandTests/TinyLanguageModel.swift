import Foundation
import LinnetFormats
import TestSupport

/// A Llama of two layers with random weights, beside a tokenizer of 48 tokens: everything a language model's directory
/// holds, in a few kilobytes.
enum TinyLanguageModel {
    /// Writes the model directory and gives its path.
    ///
    /// - Parameter template: Its chat template.
    static func write(
        into folder: TemporaryDirectory, template: String? = nil, name: String = "tiny-lm"
    ) throws -> String {
        let directory = "\(folder.path)/\(name)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures").path
        for file in [
            "models/llama/config.json", "models/llama/model.safetensors", "generation/tokenizer/tokenizer.json",
            "generation/tokenizer/tokenizer_config.json",
        ] {
            let target = "\(directory)/\((file as NSString).lastPathComponent)"
            try FileManager.default.copyItem(atPath: "\(fixtures)/\(file)", toPath: target)
        }
        if let template { try folder.write("\(name)/chat_template.jinja", template) }
        return directory
    }
}
