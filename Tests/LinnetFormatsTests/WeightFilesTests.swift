import Foundation
import TestSupport
import Testing

@testable import LinnetFormats

@Suite("WeightFiles")
struct WeightFilesTests {
    private func records() -> [TensorRecord] {
        (0..<7).map { index in
            TensorRecord(name: "layer.\(index)", shape: [10], floats: [Float](repeating: Float(index), count: 10))
        }
    }

    @Test func opensASingleFile() throws {
        let directory = try TemporaryDirectory()
        try SafetensorsWriter.writeSharded(records(), directory: directory.path)
        #expect(try directory.names() == ["model.safetensors"])
        let weights = try WeightFiles(directory: directory.path)
        #expect(weights.names == (0..<7).map { "layer.\($0)" })
        #expect(try weights.floats("layer.3") == [Float](repeating: 3, count: 10))
        expectFailure(.missing, "'layer.9'") { _ = try weights.floats("layer.9") }
    }

    @Test func opensShards() throws {
        let directory = try TemporaryDirectory()
        try SafetensorsWriter.writeSharded(records(), maxShardBytes: 100, directory: directory.path)
        #expect(
            try directory.names() == [
                "model-00001-of-00004.safetensors", "model-00002-of-00004.safetensors",
                "model-00003-of-00004.safetensors",
                "model-00004-of-00004.safetensors", "model.safetensors.index.json",
            ])
        let index = try JSON.read(path: directory.file("model.safetensors.index.json"))
        #expect(index["metadata"]?["total_size"] == 280)
        #expect(index["weight_map"]?["layer.2"] == "model-00002-of-00004.safetensors")
        let weights = try WeightFiles(directory: directory.path)
        #expect(weights.names.count == 7)
        for number in 0..<7 {
            #expect(try weights.floats("layer.\(number)") == [Float](repeating: Float(number), count: 10))
        }
        #expect(weights.entry("layer.6")?.shape == [10])
        #expect(try weights.withBytes(of: "layer.6") { $0.shape + [$1.count] } == [10, 40])
        #expect(weights.entry("layer.7") == nil)
    }

    @Test func givesATensorLargerThanAShardItsOwnFile() throws {
        let directory = try TemporaryDirectory()
        try SafetensorsWriter.writeSharded(records(), maxShardBytes: 1, directory: directory.path)
        #expect(try WeightFiles(directory: directory.path).files.count == 7)
    }

    @Test(arguments: [
        "../model-00002-of-00004.safetensors", "/etc/passwd", "sub/a.safetensors", "..", "", ".hidden.safetensors",
        "a\\b.safetensors", "weights.bin", "a\n.safetensors",
    ])
    func refusesShardNamesThatLeaveTheDirectory(_ name: String) throws {
        let directory = try TemporaryDirectory()
        let index: JSON = ["weight_map": ["layer.0": .string(name)]]
        _ = try directory.write("model.safetensors.index.json", index.text())
        expectFailure(.refused, "index.json", "'layer.0'") { _ = try WeightFiles(directory: directory.path) }
    }

    @Test func refusesAnIndexThatDoesNotMatchItsFiles() throws {
        let directory = try TemporaryDirectory()
        try SafetensorsWriter.writeSharded(records(), maxShardBytes: 100, directory: directory.path)
        let path = directory.file("model.safetensors.index.json")
        let good = try #require(JSON.read(path: path)["weight_map"]?.objectValue)
        func index(_ change: (inout JSONObject) -> Void) throws {
            var map = good
            change(&map)
            try FileBytes.write(text: JSON.object(["weight_map": .object(map)]).text(), to: path)
        }
        try index { $0["layer.0"] = "model-00009-of-00004.safetensors" }
        expectFailure(.notFound, "00009", label: "absent file") { _ = try WeightFiles(directory: directory.path) }
        try index { $0["layer.0"] = "model-00004-of-00004.safetensors" }
        expectFailure(.missing, "'layer.0'", label: "wrong file") { _ = try WeightFiles(directory: directory.path) }
        try index { $0["layer.0"] = nil }
        expectFailure(.malformed, "'layer.0'", label: "not in index") { _ = try WeightFiles(directory: directory.path) }
        try index { $0["ghost"] = "model-00004-of-00004.safetensors" }
        expectFailure(.missing, "'ghost'", label: "not in file") { _ = try WeightFiles(directory: directory.path) }
        try index { $0["layer.0"] = 7 }
        expectFailure(.refused, "a number", label: "not a text") { _ = try WeightFiles(directory: directory.path) }
        for text in [
            "{}", "[]", "{\"weight_map\":[]}", "{\"weight_map\":{}}", "{\"weight_map\":{\"a\":\"b\",\"a\":\"c\"}}", "",
        ] {
            try FileBytes.write(text: text, to: path)
            expectFailure(.malformed, "index.json", label: text) { _ = try WeightFiles(directory: directory.path) }
        }
    }

    @Test func refusesATensorThatIsInTwoShards() throws {
        let directory = try TemporaryDirectory()
        for name in ["a", "b"] {
            let record = TensorRecord(name: "w", shape: [1], floats: [1])
            try SafetensorsWriter.write([record], to: directory.file("\(name).safetensors"))
        }
        try SafetensorsWriter.write(
            [TensorRecord(name: "w", shape: [1], floats: [1]), TensorRecord(name: "v", shape: [1], floats: [1])],
            to: directory.file("b.safetensors"))
        let index: JSON = ["weight_map": ["w": "a.safetensors", "v": "b.safetensors"]]
        _ = try directory.write("model.safetensors.index.json", index.text())
        expectFailure(.malformed, "b.safetensors", "'w'") { _ = try WeightFiles(directory: directory.path) }
    }

    @Test func saysWhatADirectoryLacks() throws {
        let directory = try TemporaryDirectory()
        expectFailure(.notFound, "not a model directory") { _ = try WeightFiles(directory: directory.path) }
        expectFailure(.notFound, "absent") { _ = try WeightFiles(directory: directory.file("absent")) }
        let file = try directory.write("pytorch_model.bin", [0x80, 0x02])
        expectFailure(.unsupported, "pytorch_model.bin", "safetensors") {
            _ = try WeightFiles(directory: directory.path)
        }
        expectFailure(.unreadable, "found a file") { _ = try WeightFiles(directory: file) }
    }
}
