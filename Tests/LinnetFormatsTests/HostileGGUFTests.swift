import Foundation
import TestSupport
import Testing

@testable import LinnetFormats

/// Files that break the format's rules in every way known to have broken a reader: each must give an error of the right
/// kind that names the file, and none may trap or allocate more than a few times the file's size.
@Suite("Hostile GGUF")
struct HostileGGUFTests {
    typealias Bytes = GGUFFileBytes

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let kind: FormatError.Kind
        let words: [String]
        let bytes: [UInt8]
        var testDescription: String { name }

        init(_ name: String, _ kind: FormatError.Kind = .malformed, _ words: String..., file: GGUFFileBytes) {
            (self.name, self.kind, self.words, bytes) = (name, kind, words, file.bytes)
        }

        init(_ name: String, raw: [UInt8]) {
            (self.name, kind, words, bytes) = (name, .malformed, [], raw)
        }
    }

    static let beginnings: [Case] = [
        Case("empty file", raw: []),
        Case("three bytes", raw: Array("GGU".utf8)),
        Case("magic alone", raw: Array("GGUF".utf8)),
        Case("version cut", raw: Array("GGUF".utf8) + [3, 0]),
        Case("counts cut", raw: Array("GGUF".utf8) + [3, 0, 0, 0, 1]),
        Case("other magic", .malformed, "'GGUF'", file: Bytes(magic: Array("GGML".utf8))),
        Case("safetensors", raw: Array("\u{8}\0\0\0\0\0\0\0{}      ".utf8)),
        Case("version 0", .unsupported, "version 0", file: Bytes(version: 0)),
        Case("version 1", .unsupported, "version 1", file: Bytes(version: 1)),
        Case("version 4", .unsupported, "version 4", file: Bytes(version: 4)),
        Case("version 2^32 - 1", .unsupported, file: Bytes(version: .max)),
        Case("big-endian", .unsupported, "big-endian", file: Bytes(version: UInt32(3).byteSwapped)),
        Case("2^63 tensors", .malformed, "tensors", file: Bytes(tensorCount: 1 << 63)),
        Case("2^64 - 1 tensors", file: Bytes(tensorCount: .max)),
        Case("more tensors than bytes", file: Bytes(tensorCount: 1000, data: [1, 2, 3])),
        Case("one tensor, none listed", file: Bytes(tensorCount: 1)),
        Case("2^63 pairs", .malformed, "pairs", file: Bytes(pairCount: 1 << 63)),
        Case("2^64 - 1 pairs", file: Bytes(pairCount: .max)),
        Case("one pair, none listed", file: Bytes(pairCount: 1)),
        Case("2^60 pairs of 16 bytes", file: Bytes(pairCount: 1 << 60)),
    ]

    static let pairs: [Case] = [
        Case("empty key", .malformed, "empty", file: .metadata(Bytes.pair("", .uint8(1)))),
        Case(
            "key twice", .malformed, "twice", file: .metadata(Bytes.pair("a", .uint8(1)), Bytes.pair("a", .bool(true)))),
        Case("key of 64 KiB", file: .metadata(Bytes.pair(String(repeating: "k", count: 65_536), .uint8(1)))),
        Case("key longer than the file", file: Bytes(pairCount: 1, data: Bytes.number(UInt64(1000)) + Bytes.number(0))),
        Case("key length 2^64 - 1", file: Bytes(pairCount: 1, data: Bytes.number(UInt64.max) + Bytes.number(0))),
        Case(
            "key not UTF-8", .malformed, "UTF-8",
            file: .metadata(
                Bytes.number(UInt64(2)) + [0xC3, 0x28] + Bytes.number(UInt32(0)) + [1, 0, 0, 0])),
        Case("value type 13", .malformed, "13", file: .metadata(Bytes.pair("a", type: 13, [0, 0, 0, 0]))),
        Case("value type 255", file: .metadata(Bytes.pair("a", type: 255, [0, 0, 0, 0]))),
        Case("value cut", file: .metadata(Bytes.pair("aaaa", type: 10, [0, 0]))),
        Case("truth value 2", .malformed, "truth", file: .metadata(Bytes.pair("aaaa", type: 7, [2]))),
        Case("text longer than the file", file: .metadata(Bytes.pair("a", type: 8, Bytes.number(UInt64(9))))),
        Case("text length 2^63", file: .metadata(Bytes.pair("a", type: 8, Bytes.number(UInt64(1) << 63)))),
        Case(
            "text not UTF-8", .malformed, "UTF-8",
            file: .metadata(
                Bytes.pair("a", type: 8, Bytes.number(UInt64(1)) + [0xFF]))),
        Case(
            "surrogate in a text", .malformed, "UTF-8",
            file: .metadata(
                Bytes.pair("a", type: 8, Bytes.number(UInt64(3)) + [0xED, 0xA0, 0x80]))),
        Case("text with no length", file: .metadata(Bytes.pair("aaaa", type: 8, [1]))),
    ]

    static func array(_ type: UInt32, _ count: UInt64, _ rest: [UInt8] = []) -> GGUFFileBytes {
        .metadata(Bytes.pair("a", type: 9, Bytes.number(type) + Bytes.number(count) + rest))
    }

    static let arrays: [Case] = [
        Case("array of 2^63 bytes", .malformed, "elements", file: array(0, 1 << 63)),
        Case("array of 2^62 texts", file: array(8, 1 << 62)),
        Case("array of 2^62 longs: bytes wrap", file: array(10, 1 << 62)),
        Case("array of 2^61 longs: bytes wrap to 0", file: array(10, 1 << 61)),
        Case("array of unknown type", .malformed, "99", file: array(99, 1, [0, 0, 0, 0])),
        Case("array one byte short", file: array(4, 2, [0, 0, 0, 0, 0, 0, 0])),
        Case("array without its count", file: .metadata(Bytes.pair("a", type: 9, Bytes.number(UInt32(0))))),
        Case("array with a text cut", file: array(8, 1, Bytes.number(UInt64(2)) + [65])),
        Case("array with a text not UTF-8", .malformed, "UTF-8", file: array(8, 1, Bytes.number(UInt64(1)) + [0x80])),
        Case("array with a truth value 3", .malformed, "truth", file: array(7, 2, [1, 3])),
        Case(
            "arrays nested 10^5 deep", .tooLarge, "nested",
            file: .metadata(
                Bytes.pair(
                    "a", type: 9, (0..<100_000).flatMap { _ in Bytes.number(UInt32(9)) + Bytes.number(UInt64(1)) }))),
        Case("array of 2^60 arrays", file: array(9, 1 << 60)),
    ]

    static let alignments: [Case] = [
        Case(
            "alignment 0", .malformed, "general.alignment", file: .metadata(Bytes.pair("general.alignment", .uint32(0)))
        ),
        Case("alignment 3", .malformed, "3", file: .metadata(Bytes.pair("general.alignment", .uint32(3)))),
        Case("alignment of 64 bits", file: .metadata(Bytes.pair("general.alignment", .uint64(32)))),
        Case("alignment a text", file: .metadata(Bytes.pair("general.alignment", .string("32")))),
        Case(
            "alignment 2^31, tensors",
            file: .file(
                Bytes.tensor("a"), pairs: [Bytes.pair("general.alignment", .uint32(1 << 31))])),
    ]

    static let tensors: [Case] = [
        Case("name twice", .malformed, "'a'", file: .file(Bytes.tensor("a"), Bytes.tensor("a", offset: 32), data: 64)),
        Case("name of 65 bytes", .malformed, "64", file: .file(Bytes.tensor(String(repeating: "n", count: 65)))),
        Case(
            "name not UTF-8", .malformed, "UTF-8",
            file: Bytes(
                tensors: [Bytes.number(UInt64(1)) + [0xFE] + Bytes.tensor("").dropFirst(8)],
                data: [UInt8](repeating: 0, count: 32))),
        Case("name length 2^64 - 1", file: Bytes(tensors: [Bytes.number(UInt64.max) + Bytes.tensor("")])),
        Case("5 dimensions", .malformed, "4", file: .file(Bytes.tensor("a", shape: [1, 1, 1, 1, 8]))),
        Case("2^32 - 1 dimensions", file: .file(Bytes.tensor("a", dimensions: .max))),
        Case("dimension 2^63", .malformed, "too large", file: .file(Bytes.tensor("a", shape: [1 << 63]))),
        Case(
            "dimension 2^62: bytes overflow", .malformed, "impossible", file: .file(Bytes.tensor("a", shape: [1 << 62]))
        ),
        Case("dimension 2^42 + 1", file: .file(Bytes.tensor("a", shape: [(1 << 42) + 1]))),
        Case("product wraps to 0", file: .file(Bytes.tensor("a", shape: [1 << 32, 1 << 32]))),
        Case("product wraps to 8", file: .file(Bytes.tensor("a", shape: [(1 << 61) + 1, 8]))),
        Case("block does not divide the row", .malformed, "Q8_0", file: .file(Bytes.tensor("a", shape: [33], type: 8))),
        Case(
            "block divides the count, not the row", file: .file(Bytes.tensor("a", shape: [16, 2], type: 8), data: 64)),
        Case("scalar in blocks", file: .file(Bytes.tensor("a", shape: [], type: 2), data: 64)),
        Case("type 4, removed", .unsupported, "4", file: .file(Bytes.tensor("a", type: 4))),
        Case("type 36, removed", .unsupported, file: .file(Bytes.tensor("a", type: 36))),
        Case("type 2^32 - 1", .unsupported, file: .file(Bytes.tensor("a", type: .max))),
        Case("list cut", file: Bytes(tensorCount: 2, tensors: [Bytes.tensor("a")])),
        Case("no data", .malformed, "cut short", file: .file(Bytes.tensor("a"), data: 0)),
        Case("one byte short", .malformed, "cut short", file: .file(Bytes.tensor("a"), data: 31)),
        Case("padding cut", raw: Bytes(tensors: [Bytes.tensor("a")]).bytes.dropLast(3)),
        Case("offset not a multiple", .malformed, "offset", file: .file(Bytes.tensor("a", offset: 1), data: 64)),
        Case("offset beyond the file", file: .file(Bytes.tensor("a", offset: 1 << 40))),
        Case("offset 2^64 - 32", file: .file(Bytes.tensor("a", offset: .max - 31))),
        Case("overlap", file: .file(Bytes.tensor("a", shape: [16]), Bytes.tensor("b", offset: 32), data: 128)),
        Case("hole", file: .file(Bytes.tensor("a"), Bytes.tensor("b", offset: 64), data: 128)),
        Case("swapped", file: .file(Bytes.tensor("a", offset: 32), Bytes.tensor("b", offset: 0), data: 64)),
        Case("both at the same place", file: .file(Bytes.tensor("a"), Bytes.tensor("b"), data: 64)),
    ]

    @Test("gives one error of the right kind", arguments: beginnings + pairs + arrays + alignments + tensors)
    func refused(_ file: Case) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("a.gguf", file.bytes)
        do {
            _ = try GGUFFile(path: path)
            Issue.record("opened")
        } catch let error as FormatError {
            #expect(error.kind == file.kind, "\(error)")
            #expect(error.description.hasPrefix(path) && !error.description.contains("\n"), "\(error)")
            for word in file.words { #expect(error.description.contains(word), "\(error)") }
        }
    }

    @Test("reads what the builder makes when nothing is wrong")
    func wellFormed() throws {
        let directory = try TemporaryDirectory()
        var file = Bytes.file(
            Bytes.tensor("a", shape: [4, 2]), Bytes.tensor("b", shape: [0, 3], offset: 64),
            Bytes.tensor("c", shape: [], offset: 64),
            pairs: [Bytes.pair("general.alignment", .uint32(64))], data: 68)
        file.alignment = 64
        file.version = 2
        let opened = try GGUFFile(path: directory.write("a.gguf", file.bytes))
        #expect(opened.version == 2)
        #expect(opened.entries.map(\.shape) == [[2, 4], [3, 0], []])
        #expect(try opened.entries.map { try opened.floats(of: $0).count } == [8, 0, 1])
    }

    @Test("survives every cut and every changed byte of a real header")
    func mutations() throws {
        let good = try FileBytes.read(Fixtures.path("formats/reference.gguf"))
        func header(_ bytes: [UInt8]) throws -> GGUFHeader {
            try bytes.withUnsafeBytes { try GGUFHeader($0, path: "changed.gguf") }
        }
        for length in stride(from: 0, to: good.count, by: 17) {
            #expect(throws: FormatError.self) { _ = try header(Array(good[..<length])) }
        }
        for place in 0..<1248 {
            var bytes = good
            bytes[place] ^= [0x01, 0x80, 0xFF][place % 3]
            guard let entries = try? header(bytes).entries else { continue }
            #expect(entries.allSatisfy { $0.byteRange.upperBound <= bytes.count })
        }
    }

    @Test("names a missing file and a directory")
    func notFiles() throws {
        let directory = try TemporaryDirectory()
        expectFailure(.notFound, "nowhere.gguf") { _ = try GGUFFile(path: directory.file("nowhere.gguf")) }
        expectFailure(.unreadable, "regular file") { _ = try GGUFFile(path: directory.path) }
    }
}
