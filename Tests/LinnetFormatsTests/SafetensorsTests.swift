import Foundation
import TestSupport
import Testing

@testable import LinnetFormats

@Suite("Safetensors")
struct SafetensorsTests {
    private func referenceRecords() -> [TensorRecord] {
        [
            TensorRecord(
                name: "encoder.weight", shape: [2, 3], floats: [0, -0.0, 1.5, .leastNonzeroMagnitude, 3.4e38, -7.25]),
            TensorRecord(name: "encoder.bias", shape: [5], floats: [1, -2, 65504, 6e-8, 1e-5], dtype: .float16),
            TensorRecord(name: "brain", shape: [3], floats: [1, -2, 3.140625], dtype: .bfloat16),
            TensorRecord(name: "double", dtype: .float64, shape: [2]) { buffer in
                buffer.storeBytes(of: 0.1, as: Double.self)
                buffer.storeBytes(of: -1e300, toByteOffset: 8, as: Double.self)
            },
            TensorRecord(name: "ids", shape: [2, 2], int32s: [1, -1, .max, .min]),
            TensorRecord(name: "long", shape: [], int64s: [1 << 62]),
            TensorRecord(name: "flags", dtype: .bool, shape: [3], bytes: [1, 0, 1]),
            TensorRecord(name: "bytes", dtype: .uint8, shape: [3], bytes: [0, 255, 7]),
            TensorRecord(name: "empty", shape: [0, 4], floats: []),
            TensorRecord(name: "größe", dtype: .int8, shape: [1], bytes: [1]),
        ]
    }

    @Test func writesTheBytesOfTheReferenceImplementation() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("out.safetensors")
        try SafetensorsWriter.write(referenceRecords(), to: path)
        #expect(try FileBytes.read(path) == FileBytes.read(Fixtures.path("formats/reference.safetensors")))
        #expect(try directory.names() == ["out.safetensors"])
    }

    @Test(arguments: [false, true])
    func readsTheReferenceFile(inMemory: Bool) throws {
        let file = try SafetensorsFile(path: Fixtures.path("formats/reference.safetensors"), inMemory: inMemory)
        #expect(file.metadata == ["format": "pt"])
        #expect(file.entries.count == 10)
        #expect(try file.floats("encoder.weight") == [0, -0.0, 1.5, .leastNonzeroMagnitude, 3.4e38, -7.25])
        #expect(try file.floats("encoder.bias") == [1, -2, 65504, 5.9604645e-8, 1.001358e-05])
        #expect(try file.floats("brain") == [1, -2, 3.140625])
        #expect(try file.floats("double") == [0.1, -.infinity])
        #expect(try file.floats("empty") == [])
        let ids = try #require(file.entry("ids"))
        #expect(ids.shape == [2, 2])
        #expect(ids.elementCount == 4)
        #expect(
            file.withBytes(of: ids) { Array($0.bindMemory(to: UInt8.self).prefix(8)) } == [
                1, 0, 0, 0, 255, 255, 255, 255,
            ])
        #expect(file.entry("long")?.shape == [])
        #expect(file.entry("long")?.elementCount == 1)
        #expect(file.entry("größe")?.dtype == .int8)
        #expect(file.entry("gro\u{308}ße") == nil)
        expectFailure(.unsupported, "'ids'", "I32") { _ = try file.floats("ids") }
        expectFailure(.missing, "'absent'") { _ = try file.floats("absent") }
    }

    @Test func readsFloatsAtUnalignedOffsets() throws {
        let header =
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}"#
        let data: [UInt8] =
            [7]
            + [Float(1.5), -3].flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
        let directory = try TemporaryDirectory()
        let file = try SafetensorsFile(path: directory.write("a", SafetensorsBytes(header, data: data).bytes))
        #expect(try file.floats("b") == [1.5, -3])
    }

    @Test func savingOverTheMappedFileKeepsItsValues() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("model.safetensors")
        let values = (0..<50_000).map { Float($0) }
        try SafetensorsWriter.write([TensorRecord(name: "w", shape: [50_000], floats: values)], to: path)
        let before = try FileBytes.read(path)
        let file = try SafetensorsFile(path: path)
        let entry = try #require(file.entry("w"))
        let record = TensorRecord(name: "w", dtype: .float32, shape: [50_000]) { (sink: TensorRecord.Sink) in
            try file.withBytes(of: entry) { try sink($0) }
        }
        try SafetensorsWriter.write([record], to: path)
        #expect(try FileBytes.read(path) == before)
        #expect(try file.floats("w") == values)
    }

    @Test func aFailedSaveLeavesThePreviousFile() throws {
        struct Stop: Error {}
        let directory = try TemporaryDirectory()
        let path = directory.file("model.safetensors")
        try SafetensorsWriter.write([TensorRecord(name: "w", shape: [1], floats: [1])], to: path)
        let broken: [[TensorRecord]] = [
            [TensorRecord(name: "w", shape: [2], floats: [1])],
            [TensorRecord(name: "w", shape: [1], floats: [1, 2])],
            [TensorRecord(name: "w", shape: [-1], floats: [])],
            [TensorRecord(name: "w", shape: [Int.max, 2], floats: [])],
            [TensorRecord(name: "w", shape: [1], floats: [1]), TensorRecord(name: "w", shape: [1], floats: [2])],
        ]
        for records in broken {
            expectFailure(.malformed, "'w'") { try SafetensorsWriter.write(records, to: path) }
        }
        let failing = TensorRecord(name: "w", dtype: .float32, shape: [1]) { (_: TensorRecord.Sink) in throw Stop() }
        #expect(throws: Stop.self) { try SafetensorsWriter.write([failing], to: path) }
        #expect(try SafetensorsFile(path: path).floats("w") == [1])
        #expect(try directory.names() == ["model.safetensors"])
    }

    @Test func roundTripsRandomFiles() throws {
        let directory = try TemporaryDirectory()
        var generator = SystemRandomNumberGenerator()
        for round in 0..<50 {
            let records = (0..<Int.random(in: 0...20, using: &generator)).map { index in
                let dtype = SafetensorsType.allCases.randomElement(using: &generator) ?? .uint8
                let shape = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                    Int.random(in: 0...5, using: &generator)
                }
                let count = shape.reduce(dtype.byteCount, *)
                let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
                return TensorRecord(name: "tensor \(index) \"é\\", dtype: dtype, shape: shape, bytes: bytes)
            }
            let first = directory.file("\(round).a")
            let second = directory.file("\(round).b")
            try SafetensorsWriter.write(records, metadata: ["k": "v"], to: first)
            let file = try SafetensorsFile(path: first)
            let copies = file.entries.map { entry in
                TensorRecord(name: entry.name, dtype: entry.dtype, shape: entry.shape) { (sink: TensorRecord.Sink) in
                    try file.withBytes(of: entry) { try sink($0) }
                }
            }
            try SafetensorsWriter.write(copies.shuffled(using: &generator), metadata: file.metadata, to: second)
            #expect(try FileBytes.read(first) == FileBytes.read(second))
        }
    }

    @Test func convertsEveryHalfPrecisionNumber() {
        let wrong = (UInt16.min...UInt16.max).filter { pattern in
            let float = HalfPrecision.float(pattern)
            let back = HalfPrecision.half(float)
            let (exponent, mantissa) = (Int(pattern >> 10 & 0x1F), pattern & 0x3FF)
            if exponent == 31, mantissa != 0 { return !float.isNaN || back & 0x7C00 != 0x7C00 || back & 0x3FF == 0 }
            let fraction = Double(mantissa) / 1024
            var magnitude = exponent == 0 ? fraction * 0x1p-14 : (1 + fraction) * exp2(Double(exponent - 15))
            if exponent == 31 { magnitude = .infinity }
            return Double(float) != (pattern & 0x8000 == 0 ? magnitude : -magnitude) || back != pattern
        }
        #expect(wrong == [])
    }

    @Test func roundsToTheNearestHalfAndBrainNumber() {
        #expect(HalfPrecision.half(1 + 0x1p-11) == 0x3C00)
        #expect(HalfPrecision.half(1 + 0x1.8p-10) == 0x3C02)
        #expect(HalfPrecision.half((1 + 0x1p-11 as Float).nextUp) == 0x3C01)
        #expect(HalfPrecision.half(65519) == 0x7BFF)
        #expect(HalfPrecision.half(65520) == 0x7C00)
        #expect(HalfPrecision.half(-1e30) == 0xFC00)
        #expect(HalfPrecision.half(0x1p-25) == 0)
        #expect(HalfPrecision.half((0x1p-25 as Float).nextUp) == 1)
        #expect(HalfPrecision.half(0x1.8p-24) == 2)
        #expect(HalfPrecision.brain(1 + 0x1p-8) == 0x3F80)
        #expect(HalfPrecision.brain(1 + 0x1.8p-7) == 0x3F82)
        #expect(HalfPrecision.brain(.infinity) == 0x7F80)
        #expect(HalfPrecision.brain(-.greatestFiniteMagnitude) == 0xFF80)
        #expect(HalfPrecision.brain(Float(bitPattern: 0x7F80_0001)) == 0x7FC0)
    }
}

/// The bytes of a safetensors file put together from its parts, right or wrong.
struct SafetensorsBytes {
    var bytes: [UInt8]

    init(_ header: String, data: [UInt8] = [], length: UInt64? = nil) {
        self.init(Array(header.utf8), data: data, length: length)
    }

    init(_ header: [UInt8], data: [UInt8] = [], length: UInt64? = nil) {
        bytes = withUnsafeBytes(of: (length ?? UInt64(header.count)).littleEndian) { Array($0) } + header + data
    }
}
