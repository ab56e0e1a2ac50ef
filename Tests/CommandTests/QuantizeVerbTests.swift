import Foundation
import LinnetFormats
import TestSupport
import Testing

/// `quantize` on a tiny Llama.
@Suite struct QuantizeVerbTests {
    private let folder: TemporaryDirectory
    private let model: String

    init() throws {
        folder = try TemporaryDirectory()
        model = "\(folder.path)/llama"
        try Self.writeLlama(into: folder)
    }

    /// One layer of hidden size 32 with a word-level tokenizer.
    private static func writeLlama(into folder: TemporaryDirectory) throws {
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/llama", withIntermediateDirectories: true)
        try folder.write(
            "llama/config.json",
            """
            {"model_type": "llama", "vocab_size": 64, "hidden_size": 32, "num_hidden_layers": 1,
             "num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 64,
             "max_position_embeddings": 32, "tie_word_embeddings": true}
            """)
        try folder.write("llama/generation_config.json", #"{"do_sample": false}"#)
        try folder.write("llama/notes.txt", "stays behind")
        func matrix(_ name: String, _ rows: Int, _ columns: Int) -> TensorRecord {
            let values = (0..<(rows * columns)).map { Float(($0 * 7919) % 1000) / 1000 - 0.5 }
            return TensorRecord(name: name, shape: [rows, columns], floats: values, dtype: .bfloat16)
        }
        func norm(_ name: String) -> TensorRecord {
            TensorRecord(name: name, shape: [32], floats: [Float](repeating: 1, count: 32), dtype: .bfloat16)
        }
        let layer = "model.layers.0"
        let records = [
            matrix("model.embed_tokens.weight", 64, 32), norm("model.norm.weight"),
            norm("\(layer).input_layernorm.weight"), norm("\(layer).post_attention_layernorm.weight"),
            matrix("\(layer).self_attn.q_proj.weight", 32, 32), matrix("\(layer).self_attn.k_proj.weight", 16, 32),
            matrix("\(layer).self_attn.v_proj.weight", 16, 32), matrix("\(layer).self_attn.o_proj.weight", 32, 32),
            matrix("\(layer).mlp.gate_proj.weight", 64, 32), matrix("\(layer).mlp.up_proj.weight", 64, 32),
            matrix("\(layer).mlp.down_proj.weight", 32, 64),
        ]
        try SafetensorsWriter.write(records, to: "\(folder.path)/llama/model.safetensors")
    }

    @Test(arguments: [("bf16", 2.0), ("q8", 34.0 / 32), ("q4", 18.0 / 32)])
    func writesAModelDirectoryAndSaysHowLargeItIs(format: String, bytes: Double) throws {
        let output = "\(folder.path)/\(format)"
        let outcome = try BuiltCommand.run("quantize", model, "--to", format, "--output", output, "--json")
        #expect(outcome.status == 0, "\(outcome.messages)")
        #expect(outcome.outputLines.count == 1)
        let summary = try JSON.parse(outcome.output, path: "output")
        let (vocabulary, blocks, norms) = (64 * 32, 2 * 32 * 32 + 2 * 16 * 32 + 3 * 64 * 32, 3 * 32)
        let vocabularyBytes = format == "q4" ? 34.0 / 32 : bytes
        let expected = Double(vocabulary) * vocabularyBytes + Double(blocks) * bytes + Double(norms * 4)
        #expect(summary["bytes_after"]?.intValue == Int(expected))
        #expect(summary["bytes_before"]?.intValue == (vocabulary + blocks + norms) * 2)
        #expect(summary["tensors"]?.intValue == 11)
        #expect(summary["quantized_tensors"]?.intValue == (format == "bf16" ? 0 : 8))
        #expect(summary["output"]?.stringValue == output)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: output).sorted() == [
                "config.json", "generation_config.json", "model.gguf",
            ])
        #expect(try GGUFFile(path: "\(output)/model.gguf").entries.count == 11)
        #expect(outcome.messages.contains("100 %"))
        let inspected = try BuiltCommand.run("inspect", output, "--json")
        #expect(inspected.status == 0, "\(inspected.messages)")
        #expect(try JSON.parse(inspected.output, path: "output")["parameters"]?.intValue == vocabulary + blocks + norms)
    }

    @Test func leavesWhatStoodThereWhenItFails() throws {
        let output = "\(folder.path)/out"
        #expect(try BuiltCommand.run("quantize", model, "--output", output, "--quiet").status == 0)
        let before = try Data(contentsOf: URL(fileURLWithPath: "\(output)/model.gguf"))
        try folder.write("llama/config.json", #"{"model_type": "llama", "vocab_size": 64}"#)
        let outcome = try BuiltCommand.run("quantize", model, "--to", "q4", "--output", output)
        #expect(outcome.status == 1)
        #expect(outcome.messageLines.count == 1 && outcome.messages.contains("config.json"), "\(outcome.messages)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(output)/model.gguf")) == before)
    }

    @Test func doesNotWriteOverOtherFiles() throws {
        try folder.write("notes/list.txt", "mine")
        for output in ["\(folder.path)/notes", folder.path] {
            let outcome = try BuiltCommand.run("quantize", model, "--output", output, "--quiet")
            #expect(outcome.status == 1)
            #expect(outcome.messageLines.count == 1)
            #expect(outcome.messages.contains("would be lost"), "\(outcome.messages)")
        }
        #expect(try folder.text("notes/list.txt") == "mine")
        #expect(folder.exists("llama/model.safetensors"))
    }

    @Test func refusesWhatItCannotConvertInOneLine() throws {
        let quantized = "\(folder.path)/q8"
        #expect(try BuiltCommand.run("quantize", model, "--output", quantized, "--quiet").status == 0)
        let encoder = try TinyModel.write(into: folder)
        for (words, expected) in [
            ([quantized, "--output", "\(folder.path)/again"], "model.gguf"),
            ([model, "--output", model], "the model itself"),
            ([encoder, "--output", "\(folder.path)/x"], "bert"),
            ([folder.path, "--output", "\(folder.path)/x"], "config.json"),
        ] {
            let outcome = try BuiltCommand.run(["quantize"] + words)
            #expect(outcome.status == 1)
            #expect(outcome.output.isEmpty)
            #expect(outcome.messageLines.count == 1 && outcome.messages.contains(expected), "\(outcome.messages)")
        }
        #expect(!folder.exists("x") && !folder.exists("again"))
        #expect(try BuiltCommand.run("quantize", model, "--to", "q3", "--output", "x").status == 2)
        #expect(try BuiltCommand.run("quantize", model).status == 2)
    }
}
