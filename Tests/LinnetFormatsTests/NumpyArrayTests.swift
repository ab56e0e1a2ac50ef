import TestSupport
import Testing

@testable import LinnetFormats

@Suite("NumpyArray")
struct NumpyArrayTests {
    /// What `numpy.save` (2.4) writes for `numpy.array([[1, -2, 0.5]], dtype=numpy.float32)`.
    private let reference: [UInt8] =
        [0x93] + Array("NUMPY".utf8) + [1, 0, 0x76, 0]
        + Array("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }".utf8)
        + [UInt8](repeating: 0x20, count: 58) + [0x0A, 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 0, 0, 0, 0x3F]

    @Test func writesTheBytesOfNumpy() throws {
        let directory = try TemporaryDirectory()
        try NumpyArray.write(floats: [1, -2, 0.5], shape: [1, 3], to: directory.file("a.npy"))
        #expect(try FileBytes.read(directory.file("a.npy")) == reference)
    }

    @Test func streamsRows() throws {
        let directory = try TemporaryDirectory()
        let writer = try NumpyWriter(path: directory.file("a.npy"), columns: 3)
        try writer.append([1, -2, 0.5])
        expectFailure(.malformed, "row 2: expected 3 numbers, found 1") { try writer.append([1]) }
        try writer.finish()
        #expect(try FileBytes.read(directory.file("a.npy")) == reference)
        #expect(try directory.names() == ["a.npy"])
    }

    @Test func streamsManyRows() throws {
        let directory = try TemporaryDirectory()
        let writer = try NumpyWriter(path: directory.file("a.npy"), columns: 1_000)
        for row in 0..<200 { try writer.append([Float](repeating: Float(row), count: 1_000)) }
        try writer.finish()
        let bytes = try FileBytes.read(directory.file("a.npy"))
        #expect(bytes.count == 128 + 200 * 1_000 * 4)
        #expect(String(decoding: bytes[10..<128], as: UTF8.self).contains("'shape': (200, 1000), }"))
        let last = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: bytes.count - 4, as: Float.self) }
        #expect(last == 199)
    }

    @Test func anUnfinishedFileLeavesNothing() throws {
        let directory = try TemporaryDirectory()
        do { try NumpyWriter(path: directory.file("a.npy"), columns: 1).append([1]) }
        #expect(try directory.names() == [])
    }

    @Test func writesOtherShapes() throws {
        let directory = try TemporaryDirectory()
        for (shape, text) in [([], "()"), ([2], "(2,)"), ([0, 4], "(0, 4)"), ([1, 1, 2], "(1, 1, 2)")]
            as [([Int], String)]
        {
            try NumpyArray.write(
                floats: [Float](repeating: 0, count: shape.reduce(1, *)), shape: shape, to: directory.file("a.npy"))
            #expect(try directory.text("a.npy").contains("'shape': \(text), }"))
            #expect(try FileBytes.read(directory.file("a.npy")).count == 128 + 4 * shape.reduce(1, *))
        }
    }

    @Test func refusesShapesThatDoNotFit() throws {
        let directory = try TemporaryDirectory()
        for shape in [[2], [-1], [Int.max, 2], [Int.max, Int.max, 0, 1], []] {
            expectFailure(.malformed, "does not hold 3") {
                try NumpyArray.write(floats: [1, 2, 3], shape: shape, to: directory.file("a.npy"))
            }
        }
    }
}
