import Foundation
import TestSupport
import Testing

@testable import LinnetFormats

@Suite("NumpyMatrix")
struct NumpyMatrixTests {
    private static func bytes(
        _ header: String, numbers: [Float] = [], version: [UInt8] = [1, 0], padding: Int = 0
    ) -> [UInt8] {
        let text = Array(header.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0A]
        let size = UInt32(text.count)
        let length = (0..<(version[0] == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
        return [0x93] + Array("NUMPY".utf8) + version + length + text + numbers.withUnsafeBytes { Array($0) }
    }

    /// A header of one matrix, padded so that the numbers begin at a multiple of 4.
    private static func matrix(_ shape: String, numbers: [Float], version: [UInt8] = [1, 0]) -> [UInt8] {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
        let start = (version[0] == 1 ? 10 : 12) + header.utf8.count + 1
        return bytes(header, numbers: numbers, version: version, padding: (64 - start % 64) % 64)
    }

    private func open(_ bytes: [UInt8]) throws -> (rows: Int, columns: Int, numbers: [Float]) {
        let directory = try TemporaryDirectory()
        try Data(bytes).write(to: URL(fileURLWithPath: directory.file("a.npy")))
        let matrix = try NumpyMatrix(path: directory.file("a.npy"))
        return (matrix.rows, matrix.columns, matrix.withFloats { Array($0) })
    }

    @Test func readsWhatTheWriterWrites() throws {
        let directory = try TemporaryDirectory()
        let writer = try NumpyWriter(path: directory.file("a.npy"), columns: 3)
        for row in 0..<100 { try writer.append([Float(row), -1, 0.5]) }
        try writer.finish()
        let matrix = try NumpyMatrix(path: directory.file("a.npy"))
        #expect(matrix.rows == 100 && matrix.columns == 3)
        #expect(matrix.withFloats { Array($0.suffix(3)) } == [99, -1, 0.5])
    }

    @Test func readsBothVersionsAndAnyOrderOfKeys() throws {
        let plain = try open(Self.matrix("(2, 1)", numbers: [1, 2]))
        #expect(plain == (2, 1, [1, 2]))
        let second = try open(Self.matrix("(2, 1)", numbers: [1, 2], version: [2, 0]))
        #expect(second == (2, 1, [1, 2]))
        let other = try open(
            Self.bytes("{'shape': (1, 2), 'fortran_order': False, 'descr': '<f4'}", numbers: [3, 4], padding: 4))
        #expect(other == (1, 2, [3, 4]))
        let none = try open(Self.matrix("(0, 4)", numbers: []))
        #expect(none == (0, 4, []))
    }

    @Test func otherArraysAreRefused() throws {
        func refused(_ message: String, _ bytes: [UInt8]) {
            expectFailure(.unsupported, message) { _ = try open(bytes) }
        }
        refused("found '<f8'", Self.bytes("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), }"))
        refused("found Fortran order", Self.bytes("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }"))
        refused("found an array of shape [4]", Self.matrix("(4,)", numbers: [1, 2, 3, 4]))
        refused("found an array of shape []", Self.matrix("()", numbers: [1]))
        refused("found an array of shape [1, 1, 1]", Self.matrix("(1, 1, 1)", numbers: [1]))
        refused("found 3.0", Self.matrix("(1, 1)", numbers: [1], version: [3, 0]))
        for padding in 0..<4 where (10 + 60 + padding) % 4 != 0 {
            let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }"
            try #require(header.utf8.count + 1 == 60)
            refused("no multiple of 4", Self.bytes(header, numbers: [1], padding: padding))
        }
    }

    @Test func malformedFilesAreRefused() throws {
        func refused(_ message: String, _ bytes: [UInt8]) { expectFailure(.malformed, message) { _ = try open(bytes) } }
        refused("expected a NumPy array", [])
        refused("expected a NumPy array", Array("{'descr': '<f4'}".utf8))
        refused("expected a NumPy array", [0x93] + Array("NUMPY".utf8) + [1, 0, 0])
        let whole = Self.matrix("(2, 2)", numbers: [1, 2, 3, 4])
        refused("a header of", Array(whole.prefix(40)))
        refused("does not fit the 12 bytes", Array(whole.dropLast(4)))
        refused("does not fit the 17 bytes", whole + [0])
        refused("does not fit", Self.matrix("(4611686018427387904, 4)", numbers: []))
        refused("does not fit", Self.matrix("(9223372036854775807, 1)", numbers: [1]))
        for header in [
            "", "{", "{}", "[1, 2]", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1)",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 1)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 99999999999999999999)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1 1)}",
            "{'descr': '<f4', 'fortran_order': 0, 'shape': (1, 1)}",
            "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1, 1)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), 'more': 1}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1)} x",
            "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 1)}",
        ] { refused("the header is no dictionary", Self.bytes(header, numbers: [1])) }
    }

    @Test func aFileThatIsNotThereIsNamed() {
        expectFailure(.notFound, "no such file") { _ = try NumpyMatrix(path: "/nonexistent/a.npy") }
    }
}
