import Foundation
import LinnetFormats
import LinnetModels
import LinnetTensors

/// A model directory turned into one that holds its weights in fewer bits: `model.gguf`, which Linnet and llama.cpp open,
/// beside the configuration and the tokenizer.
public struct Quantization: Sendable {
    /// The model: a directory, or a pulled model's name.
    public var source: String
    /// Where the new directory goes; written as a whole, or not at all, and not over one that holds other files.
    public var output: String
    /// How matrices are stored.
    public var format: WeightFormat

    /// What was written.
    public struct Summary: Sendable {
        /// The new directory.
        public let output: String
        /// How matrices are stored.
        public let format: WeightFormat
        /// Bytes of the tensors that were read.
        public let bytesBefore: Int
        /// Bytes of the tensors that were written.
        public let bytesAfter: Int
        /// Tensors written.
        public let tensorCount: Int
        /// Tensors stored in blocks of 8 or 4 bits.
        public let quantizedCount: Int
        /// Whether llama.cpp can tokenize with the file; without, it takes ids.
        public let holdsTokenizer: Bool
    }

    /// The files that stay beside the weights.
    private static let companions = [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json", "vocab.json", "merges.txt", "tokenizer.model", "chat_template.jinja",
    ]

    /// A conversion of `source` into `output`.
    public init(source: String, output: String, format: WeightFormat) {
        (self.source, self.output, self.format) = (source, output, format)
    }

    /// Converts the weights and copies the other files.
    ///
    /// - Parameter progress: Told often how many bytes of how many are written.
    /// - Throws: `ModelError` or `FormatError` naming the file and the tensor or key; nothing is left behind.
    public func run(progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws -> Summary {
        let directory = try ModelHub().directory(for: source)
        try refuseUnfit(directory)
        let conversion = try GGUFConversion(directory: directory, format: format)
        try DirectoryCommit.removeAbandoned(beside: output)
        try DirectoryCommit.write(to: output, keepsOthers: true) { temporary in
            try conversion.write(to: "\(temporary)/\(GGUFWeights.fileName)", progress: progress)
            for name in Self.companions where FileManager.default.fileExists(atPath: "\(directory)/\(name)") {
                try FileBytes.write(FileBytes.read("\(directory)/\(name)"), to: "\(temporary)/\(name)")
            }
        }
        return Summary(
            output: output, format: format, bytesBefore: conversion.sourceByteCount, bytesAfter: conversion.byteCount,
            tensorCount: conversion.tensorCount, quantizedCount: conversion.quantizedCount,
            holdsTokenizer: conversion.holdsTokenizer)
    }

    private func refuseUnfit(_ directory: String) throws {
        guard !AdapterDirectory.exists(at: directory) else {
            throw ModelError(
                "\(directory): an adapter; fold it into its model first: linnet merge \(directory) --output DIR")
        }
        guard !GGUFWeights.areIn(directory) else {
            throw ModelError(
                "\(directory): holds \(GGUFWeights.fileName) already; convert the model it was made from")
        }
        let target = URL(fileURLWithPath: output).resolvingSymlinksInPath().path
        guard target != URL(fileURLWithPath: directory).resolvingSymlinksInPath().path else {
            throw ModelError("\(output): is the model itself, whose weights would be lost; name another directory")
        }
    }
}
