import Foundation
import TestSupport
import Testing

@testable import LinnetFormats

@Suite("GGUF")
struct GGUFTests {
    @Test("reads every type of metadata value that the gguf package writes")
    func metadata() throws {
        let metadata = try GGUFFile(path: Fixtures.path("formats/reference.gguf")).metadata
        #expect(metadata["general.architecture"]?.stringValue == "llama")
        #expect(metadata["value.uint8"]?.intValue == 255)
        #expect(metadata["value.int8"]?.intValue == -128)
        #expect(metadata["value.uint16"]?.intValue == 65535)
        #expect(metadata["value.int16"]?.intValue == -32768)
        #expect(metadata["value.uint32"]?.intValue == 4_294_967_295)
        #expect(metadata["value.int32"]?.intValue == -2_147_483_648)
        #expect(metadata["value.int64"]?.intValue == .min)
        #expect(metadata["value.float32"]?.doubleValue == Double(Float(1.5e-5)))
        #expect(metadata["value.float64"]?.doubleValue == 0.1)
        #expect(metadata["value.true"]?.boolValue == true)
        #expect(metadata["value.false"]?.boolValue == false)
        let text = try #require(metadata["value.größe"]?.stringValue)
        #expect(Array(text.utf8) == Array("e\u{301} und é 🐦".utf8))
        #expect(metadata["array.texts"]?.stringsValue == ["", "a", "é", "<|end|>"])
        guard case .uint64(.max)? = metadata["value.uint64"] else { return #expect(Bool(false), "uint64") }
        #expect(metadata["value.uint64"]?.intValue == nil)
        guard case .int32([1, -2, 3])? = metadata["array.int32"]?.arrayValue else {
            return #expect(Bool(false), "int32s")
        }
        guard case .float32([0.5, -1.25])? = metadata["array.float32"]?.arrayValue else {
            return #expect(Bool(false), "floats")
        }
        guard case .bools([true, false, true])? = metadata["array.bool"]?.arrayValue else {
            return #expect(Bool(false), "truths")
        }
        guard case .uint8([0, 127, 255])? = metadata["array.bytes"]?.arrayValue else {
            return #expect(Bool(false), "bytes")
        }
        #expect(metadata["value"] == nil)
    }

    @Test("decodes every float type to the numbers the gguf package decodes", arguments: ["half", "brain", "q8", "q4"])
    func floats(name: String) throws {
        let file = try GGUFFile(path: Fixtures.path("formats/reference.gguf"))
        let stored = try #require(file.entry(name))
        let expected = try #require(file.entry("\(name).floats"))
        #expect(stored.shape == [3, 64])
        #expect(stored.elementCount == 192)
        #expect(try file.floats(of: stored) == file.floats(of: expected))
    }

    @Test("gives shapes outermost first and plain numbers bit for bit")
    func shapes() throws {
        let file = try GGUFFile(path: Fixtures.path("formats/reference.gguf"), inMemory: true)
        let deep = try #require(file.entry("deep"))
        #expect(deep.shape == [2, 3, 4])
        #expect(try file.floats(of: deep) == (0..<24).map(Float.init))
        let vector = try #require(file.entry("vector"))
        #expect(try file.floats(of: vector).map(\.bitPattern) == [1, -0.0, Float.infinity].map(\.bitPattern))
        #expect(vector.byteRange.lowerBound % 32 == 0)
        #expect(file.version == 3)
    }

    @Test("recognises a type it does not read and says which ones it does")
    func unreadType() throws {
        let file = try GGUFFile(path: Fixtures.path("formats/reference.gguf"))
        let entry = try #require(file.entry("unread"))
        #expect(entry.type == GGUFType(number: 7))
        expectFailure(.unsupported, "unread", "Q5_1", "Q8_0") { _ = try file.floats(of: entry) }
    }

    @Test("writes what it read byte for byte as the gguf package wrote it")
    func rewritten() throws {
        let directory = try TemporaryDirectory()
        let path = Fixtures.path("formats/reference.gguf")
        let file = try GGUFFile(path: path)
        let records = file.entries.map { entry in
            GGUFRecord(name: entry.name, type: entry.type, shape: entry.shape) { sink in
                try file.withBytes(of: entry, sink)
            }
        }
        try GGUFWriter.write(records, metadata: file.metadata, to: directory.file("copy.gguf"))
        #expect(try FileBytes.read(directory.file("copy.gguf")) == FileBytes.read(path))
        #expect(try directory.names() == ["copy.gguf"])
    }

    @Test("writes every type of value and array so that it reads back the same")
    func everyValue() throws {
        let directory = try TemporaryDirectory()
        let arrays: [GGUFArray] = [
            .uint8([1]), .int8([-1]), .uint16([2]), .int16([-2]), .uint32([3]), .int32([-3]), .uint64([.max]),
            .int64([.min]), .float32([0.5]), .float64([0.1]), .bools([true, false]), .strings(["a", ""]),
            .arrays([.uint8([]), .arrays([.strings(["x"])])]),
        ]
        var metadata: GGUFMetadata = ["first": .uint8(1), "gone": .bool(true)]
        metadata["gone"] = nil
        for (index, array) in arrays.enumerated() { metadata["array.\(index)"] = .array(array) }
        metadata["first"] = .int64(-7)
        try GGUFWriter.write([], metadata: metadata, to: directory.file("a.gguf"))
        let read = try GGUFFile(path: directory.file("a.gguf"))
        #expect(read.entries.isEmpty)
        #expect(read.metadata.keys == ["first"] + arrays.indices.map { "array.\($0)" })
        #expect(read.metadata["first"]?.intValue == -7)
        for (index, array) in arrays.enumerated() {
            #expect("\(read.metadata["array.\(index)"]?.arrayValue as Any)" == "\(Optional(array) as Any)")
        }
    }

    @Test("keeps names apart that differ only in their bytes")
    func namesAreBytes() throws {
        let directory = try TemporaryDirectory()
        let records = [
            GGUFRecord(name: "e\u{301}", shape: [1], floats: [1]), GGUFRecord(name: "é", shape: [1], floats: [2]),
        ]
        try GGUFWriter.write(records, metadata: ["é": .uint8(1), "e\u{301}": .uint8(2)], to: directory.file("a.gguf"))
        let file = try GGUFFile(path: directory.file("a.gguf"))
        #expect(try file.entry("é").map { try file.floats(of: $0) } == [2])
        #expect(file.metadata["e\u{301}"]?.intValue == 2)
    }

    @Test("refuses to write what no reader would open, and leaves the file that is there")
    func refusedRecords() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("a.gguf", "before")
        let one = GGUFRecord(name: "a", shape: [1], floats: [1])
        expectFailure(.malformed, "two tensors", "'a'") { try GGUFWriter.write([one, one], metadata: [:], to: path) }
        let short = GGUFRecord(name: "a", shape: [2], floats: [1])
        expectFailure(.malformed, "8 bytes", "4 were given") { try GGUFWriter.write([short], metadata: [:], to: path) }
        let long = GGUFRecord(name: "a", shape: [1], floats: [1, 2])
        expectFailure(.malformed, "4 bytes", "8 were given") { try GGUFWriter.write([long], metadata: [:], to: path) }
        let broken = GGUFRecord(name: "a", type: .q8, shape: [2, 33], bytes: [])
        expectFailure(.malformed, "[2, 33]", "Q8_0") { try GGUFWriter.write([broken], metadata: [:], to: path) }
        let deep = GGUFRecord(name: "a", shape: [1, 1, 1, 1, 1], floats: [1])
        expectFailure(.malformed, "impossible shape") { try GGUFWriter.write([deep], metadata: [:], to: path) }
        let named = GGUFRecord(name: String(repeating: "n", count: 64), shape: [1], floats: [1])
        expectFailure(.malformed, "63 bytes") { try GGUFWriter.write([named], metadata: [:], to: path) }
        expectFailure(.unsupported, "general.alignment") {
            try GGUFWriter.write([], metadata: ["general.alignment": .uint32(64)], to: path)
        }
        #expect(try directory.text("a.gguf") == "before")
        #expect(try directory.names() == ["a.gguf"])
    }
}
