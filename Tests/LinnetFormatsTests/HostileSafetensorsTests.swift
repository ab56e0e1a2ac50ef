import Foundation
import TestSupport
import Testing

@testable import LinnetFormats

/// Files that break the format's rules in every way known to have broken a reader: each must give an error of the
/// right kind that names the file, and none may trap.
@Suite("Hostile safetensors")
struct HostileSafetensorsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let kind: FormatError.Kind
        let bytes: [UInt8]
        var testDescription: String { name }

        init(_ name: String, _ file: SafetensorsBytes) { self.init(name, .malformed, file) }

        init(_ name: String, _ kind: FormatError.Kind, _ file: SafetensorsBytes) {
            (self.name, self.kind, bytes) = (name, kind, file.bytes)
        }

        init(_ name: String, raw: [UInt8]) {
            (self.name, kind, bytes) = (name, .malformed, raw)
        }
    }

    /// One well-formed entry of a header.
    static func entry(
        _ name: String, dtype: String = "\"F32\"", shape: String = "[1]", offsets: String = "[0,4]"
    ) -> String {
        "\"\(name)\":{\"dtype\":\(dtype),\"shape\":\(shape),\"data_offsets\":\(offsets)}"
    }

    static func file(_ entries: String..., data: Int = 4) -> SafetensorsBytes {
        SafetensorsBytes("{" + entries.joined(separator: ",") + "}", data: [UInt8](repeating: 0, count: data))
    }

    static let good = file(entry("a"))

    static let lengths: [Case] = [
        Case("empty file", raw: []),
        Case("one byte", raw: [0]),
        Case("seven bytes", raw: [2, 0, 0, 0, 0, 0, 0]),
        Case("no header", SafetensorsBytes("")),
        Case("header length 0 with data", SafetensorsBytes("", data: [1, 2, 3])),
        Case("header length 2^63", SafetensorsBytes("{}", length: 1 << 63)),
        Case("header length 2^64 - 1", SafetensorsBytes("{}", length: .max)),
        Case("header length 2^64 - 8", SafetensorsBytes("{}", length: .max - 7)),
        Case("header length 2^63 - 1", SafetensorsBytes("{}", length: UInt64(Int64.max))),
        Case("header length over the limit", SafetensorsBytes("{}", length: 100_000_001)),
        Case("header length at the limit, file short", SafetensorsBytes("{}", length: 100_000_000)),
        Case("header length one more than the file", SafetensorsBytes("{}", length: 3)),
        Case("header one byte short", SafetensorsBytes("{\"a\":", length: 5)),
        Case("header length one too small", SafetensorsBytes("{}", length: 1)),
    ]

    static let texts: [Case] = [
        Case("not UTF-8", SafetensorsBytes([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D])),
        Case("overlong UTF-8", SafetensorsBytes([0x7B, 0x22, 0xC0, 0xAF, 0x22, 0x3A, 0x31, 0x7D])),
        Case("surrogate in UTF-8", SafetensorsBytes([0x7B, 0x22, 0xED, 0xA0, 0x80, 0x22, 0x3A, 0x31, 0x7D])),
        Case("byte order mark", SafetensorsBytes("\u{FEFF}{}")),
        Case("UTF-16", SafetensorsBytes([0x7B, 0, 0x7D, 0])),
        Case("array root", SafetensorsBytes("[]")),
        Case("null root", SafetensorsBytes("null")),
        Case("number root", SafetensorsBytes("1")),
        Case("leading space", SafetensorsBytes(" {}")),
        Case("leading line break", SafetensorsBytes("\n{}")),
        Case("rest after the object", SafetensorsBytes("{}x")),
        Case("second object", SafetensorsBytes("{}{}")),
        Case("padding of zero bytes", SafetensorsBytes("{}\0\0\0\0\0\0")),
        Case("trailing comma", SafetensorsBytes("{\(entry("a")),}", data: [0, 0, 0, 0])),
        Case("comment", SafetensorsBytes("{/**/}")),
        Case("single quotes", SafetensorsBytes("{'a':1}")),
        Case("lone surrogate in a name", file(entry("\\ud800"))),
        Case("control character in a name", file(entry("a\u{1}b"))),
        Case("a zip file", raw: [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 60)),
        Case("a pickle", raw: [0x80, 2, 0x63, 0x6F, 0x73, 0x0A, 0x73, 0x79, 0x73, 0x74, 0x65, 0x6D, 0x0A]),
        Case(
            "nesting of 10^6 as a value", .tooLarge,
            SafetensorsBytes("{\"a\":{\"x\":" + String(repeating: "[", count: 1_000_000))),
        Case("nesting of 10^6 objects", .tooLarge, SafetensorsBytes(String(repeating: "{\"a\":", count: 1_000_000))),
        Case("nesting of 10^6 in a shape", file(entry("a", shape: String(repeating: "[", count: 1_000_000)))),
        Case(
            "nesting of 10^6 in metadata",
            SafetensorsBytes("{\"__metadata__\":" + String(repeating: "{\"a\":", count: 1_000_000))),
    ]

    static let names: [Case] = [
        Case("duplicate name, same place", file(entry("a"), entry("a"))),
        Case("duplicate name, other place", file(entry("a"), entry("a", offsets: "[4,8]"), data: 8)),
        Case("duplicate name by escape", file(entry("a"), entry("\\u0061", offsets: "[4,8]"), data: 8)),
        Case("duplicate metadata", SafetensorsBytes("{\"__metadata__\":{},\"__metadata__\":{}}")),
        Case("duplicate metadata key", SafetensorsBytes("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}")),
        Case("metadata number", SafetensorsBytes("{\"__metadata__\":{\"a\":1}}")),
        Case("metadata null value", SafetensorsBytes("{\"__metadata__\":{\"a\":null}}")),
        Case("metadata object value", SafetensorsBytes("{\"__metadata__\":{\"a\":{}}}")),
        Case("metadata text", SafetensorsBytes("{\"__metadata__\":\"x\"}")),
        Case("metadata array", SafetensorsBytes("{\"__metadata__\":[]}")),
        Case("metadata as a tensor", file(entry("__metadata__"))),
        Case("tensor is null", SafetensorsBytes("{\"a\":null}")),
        Case("tensor is an array", SafetensorsBytes("{\"a\":[]}")),
        Case("tensor is a text", SafetensorsBytes("{\"a\":\"F32\"}")),
        Case("tensor is empty", SafetensorsBytes("{\"a\":{}}")),
        Case("no dtype", SafetensorsBytes("{\"a\":{\"shape\":[],\"data_offsets\":[0,4]}}", data: [0, 0, 0, 0])),
        Case("no shape", SafetensorsBytes("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", data: [0, 0, 0, 0])),
        Case("no offsets", SafetensorsBytes("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", data: [0, 0, 0, 0])),
        Case(
            "dtype twice",
            SafetensorsBytes(
                "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                data: [0, 0, 0, 0])),
        Case(
            "shape twice",
            SafetensorsBytes(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,4]}}", data: [0, 0, 0, 0])),
    ]

    static let types: [Case] = [
        Case("unknown dtype", file(entry("a", dtype: "\"F33\""))),
        Case("dtype in lower case", file(entry("a", dtype: "\"f32\""))),
        Case("dtype of numpy", file(entry("a", dtype: "\"<f4\""))),
        Case("empty dtype", file(entry("a", dtype: "\"\""))),
        Case("dtype null", file(entry("a", dtype: "null"))),
        Case("dtype number", file(entry("a", dtype: "32"))),
        Case("four-bit floats", .unsupported, file(entry("a", dtype: "\"F4\"", shape: "[8]"))),
        Case(
            "six-bit floats", .unsupported,
            file(entry("a", dtype: "\"F6_E2M3\"", shape: "[4]", offsets: "[0,3]"), data: 3)),
        Case("exponents only", .unsupported, file(entry("a", dtype: "\"F8_E8M0\"", shape: "[4]"))),
        Case("complex numbers", .unsupported, file(entry("a", dtype: "\"C64\"", offsets: "[0,8]"), data: 8)),
    ]

    static let shapes: [Case] =
        [
            "[-1]", "[-9223372036854775808]", "[1.0]", "[1.5]", "[1e0]", "[1e400]", "[\"1\"]", "[null]", "[true]",
            "[[1]]", "{}",
            "null", "1", "[9223372036854775808]", "[18446744073709551616]", "[9223372036854775807]",
            "[4294967296,4294967296,2]",
            "[2,9223372036854775807]", "[4611686018427387904,4]", "[2305843009213693952,4]", "[2]", "[0]", "[1,1,1,2]",
            "[1,]", "[,1]",
            "[01]", "[+1]", "[1 1]", "[" + [String](repeating: "1", count: 65).joined(separator: ",") + "]",
            "[" + String(repeating: "9", count: 100_000) + "]",
        ].map { Case("shape \($0.prefix(40))", file(entry("a", shape: $0))) }

    static let offsets: [Case] =
        [
            "[4,0]", "[-4,0]", "[0,-4]", "[0.0,4.0]", "[0,4,4]", "[0]", "[]", "[1,5]", "[0,8]", "[0,3]", "[4,8]",
            "null", "{}", "\"0,4\"",
            "[null,4]", "[0,1e400]", "[0,9223372036854775807]", "[0,9223372036854775808]",
            "[9223372036854775804,9223372036854775807]",
            "[18446744073709551600,18446744073709551604]", "[0,18446744073709551615]", "[-9223372036854775808,4]",
        ].map { Case("offsets \($0)", file(entry("a", offsets: $0))) }

    static let layouts: [Case] = [
        Case("hole at the start", file(entry("a", dtype: "\"U8\"", offsets: "[1,2]"), data: 2)),
        Case("hole of one byte", file(entry("a"), entry("b", offsets: "[5,9]"), data: 9)),
        Case("overlap of one byte", file(entry("a"), entry("b", offsets: "[3,7]"), data: 7)),
        Case("overlap of everything", file(entry("a"), entry("b"))),
        Case(
            "a tensor inside another",
            file(entry("a", shape: "[3]", offsets: "[0,12]"), entry("b", offsets: "[4,8]"), data: 12)),
        Case("an empty tensor inside another", file(entry("a"), entry("b", shape: "[0]", offsets: "[2,2]"))),
        Case("an empty tensor after the end", file(entry("a"), entry("b", shape: "[0]", offsets: "[5,5]"))),
        Case("bytes appended", file(entry("a"), data: 5)),
        Case("bytes appended to no tensors", SafetensorsBytes("{}", data: [0])),
        Case("last byte cut", file(entry("a"), data: 3)),
        Case("all data cut", file(entry("a"), data: 0)),
        Case("second tensor cut", file(entry("a"), entry("b", offsets: "[4,8]"), data: 4)),
    ]

    static let all = lengths + texts + names + types + shapes + offsets + layouts

    @Test func theTableIsAsLongAsPromised() {
        #expect(Self.all.count >= 120)
        #expect(Set(Self.all.map(\.name)).count == Self.all.count)
    }

    @Test(arguments: all)
    func isRefused(_ hostile: Case) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("hostile.safetensors", hostile.bytes)
        for inMemory in [false, true] {
            expectFailure(hostile.kind, "hostile.safetensors: ", label: hostile.name) {
                _ = try SafetensorsFile(path: path, inMemory: inMemory)
            }
        }
    }

    @Test func theUnbrokenFileOfTheTableIsAccepted() throws {
        let directory = try TemporaryDirectory()
        let file = try SafetensorsFile(path: directory.write("good", Self.good.bytes))
        #expect(try file.floats("a") == [0])
    }

    @Test func everyTruncationIsRefused() throws {
        let directory = try TemporaryDirectory()
        for length in 0..<Self.good.bytes.count {
            let path = try directory.write("cut", Array(Self.good.bytes[..<length]))
            expectFailure(.malformed, "cut: ", label: "\(length) bytes") { _ = try SafetensorsFile(path: path) }
        }
    }

    @Test func theReferencesLibertiesAreAccepted() throws {
        let directory = try TemporaryDirectory()
        let accepted: [(String, SafetensorsBytes)] = [
            ("no tensors", SafetensorsBytes("{}")),
            ("padding of spaces", SafetensorsBytes("{}      ")),
            ("null metadata", SafetensorsBytes("{\"__metadata__\":null}")),
            ("scalar", Self.file(Self.entry("a", shape: "[]"))),
            (
                "empty tensors",
                Self.file(
                    Self.entry("a", shape: "[0]", offsets: "[0,0]"), Self.entry("b", shape: "[0,5]", offsets: "[0,0]"),
                    data: 0)
            ),
            ("empty name", Self.file(Self.entry(""))),
            (
                "unknown member",
                SafetensorsBytes(
                    "{\"a\":{\"x\":[{}],\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", data: [0])
            ),
            (
                "canonically equivalent names",
                Self.file(Self.entry("\u{E0}"), Self.entry("a\u{300}", offsets: "[4,8]"), data: 8)
            ),
            (
                "unaligned",
                Self.file(
                    Self.entry("a", dtype: "\"U8\"", offsets: "[0,1]"), Self.entry("b", offsets: "[1,5]"), data: 5)
            ),
        ]
        for (name, bytes) in accepted {
            let path = try directory.write("accepted", bytes.bytes)
            #expect(throws: Never.self, "\(name)") { try SafetensorsFile(path: path) }
        }
        let path = try directory.write("names", accepted[7].1.bytes)
        let file = try SafetensorsFile(path: path)
        #expect(file.entry("\u{E0}")?.byteRange.lowerBound != file.entry("a\u{300}")?.byteRange.lowerBound)
    }

    @Test func manyEmptyTensorsAreReadInBoundedMemory() throws {
        let directory = try TemporaryDirectory()
        let count = 50_000
        let entries = (0..<count).map { Self.entry("\($0)", shape: "[0]", offsets: "[0,0]") }
        let path = try directory.write("many", SafetensorsBytes("{" + entries.joined(separator: ",") + "}").bytes)
        let file = try SafetensorsFile(path: path)
        #expect(file.entries.count == count)
        #expect(file.entry("49999") != nil)
    }

    @Test func whatIsNotAFileIsRefused() throws {
        let directory = try TemporaryDirectory()
        expectFailure(.notFound, "absent") { _ = try SafetensorsFile(path: directory.file("absent")) }
        expectFailure(.unreadable, "regular file") { _ = try SafetensorsFile(path: directory.path) }
        expectFailure(.unreadable, "regular file") { _ = try SafetensorsFile(path: "/dev/zero") }
        #expect(mkfifo(directory.file("pipe"), 0o600) == 0)
        expectFailure(.unreadable, "regular file") { _ = try SafetensorsFile(path: directory.file("pipe")) }
    }

    @Test func randomChangesNeverTrap() throws {
        let directory = try TemporaryDirectory()
        let reference = try FileBytes.read(Fixtures.path("formats/reference.safetensors"))
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<400 {
            var bytes = reference
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            }
            let path = try directory.write("changed", bytes)
            guard let file = try? SafetensorsFile(path: path) else { continue }
            for entry in file.entries { _ = try? file.floats(of: entry) }
        }
    }
}
