import LinnetTensors
import TestSupport
import Testing

@Suite struct PackedMatrixTests {
    static let quantized: [WeightFormat] = [.q8, .q4]
    static let sizes = [(1, 32), (5, 96), (16, 64), (17, 160), (37, 576)]

    @Test(arguments: quantized, sizes)
    func roundingEqualsLlamaCppsReference(format: WeightFormat, size: (Int, Int)) {
        let (outputs, inputs) = size
        let values = scattered(outputs * inputs, seed: 1)
        let matrix = PackedMatrix(values, outputs: outputs, inputs: inputs, format: format)
        #expect(matrix.blocks() == PackedReference.blocks(values, format))
    }

    @Test(arguments: quantized)
    func roundingOfAwkwardBlocksEqualsTheReference(format: WeightFormat) {
        let ramp = (0..<32).map { Float($0) - 15.5 }
        let blocks: [[Float]] = [
            Array(repeating: 0, count: 32), Array(repeating: -0.0, count: 32), ramp,
            ramp.map { $0 * 1e-7 },  // a subnormal scale
            ramp.map { $0 * 1e-9 },  // a scale that becomes zero
            ramp.map { $0 * 3e5 }, ramp.map { -$0 },
            (0..<32).map { $0 == 7 ? -2 : $0 == 9 ? 2 : 0.125 },  // the first of two equal sizes decides
            (0..<32).map { $0 == 7 ? 2 : $0 == 9 ? -2 : 0.125 },
            (0..<32).map { Float($0) / 2 }, (0..<32).map { $0 == 0 ? 127 : Float($0) - 16.5 },  // halves
        ]
        let values = blocks.flatMap { $0 }
        let matrix = PackedMatrix(values, outputs: blocks.count, inputs: 32, format: format)
        #expect(matrix.blocks() == PackedReference.blocks(values, format))
    }

    @Test(arguments: quantized, sizes)
    func blocksReadBackAsTheyWere(format: WeightFormat, size: (Int, Int)) {
        let (outputs, inputs) = size
        var numbers = RandomNumbers(seed: 3)
        var blocks = (0..<PackedMatrix.blockByteCount(format, outputs: outputs, inputs: inputs)).map { _ in
            UInt8(truncatingIfNeeded: numbers.nextWord())
        }
        for scale in stride(from: 1, to: blocks.count, by: format == .q8 ? 34 : 18) { blocks[scale] &= 0xBB }
        let matrix = blocks.withUnsafeBytes {
            PackedMatrix(blocks: $0, outputs: outputs, inputs: inputs, format: format)
        }
        #expect(matrix.blocks() == blocks)
        #expect(matrix.unpacked(as: .float32).floats() == PackedReference.values(blocks, format))
    }

    @Test(arguments: WeightFormat.allCases, [DType.float32, .bfloat16])
    func unpackedAndLookedUpRowsAreTheSameNumbers(format: WeightFormat, dtype: DType) {
        let values = halved(scattered(37 * 96, seed: 4))
        let matrix = PackedMatrix(values, outputs: 37, inputs: 96, format: format)
        let expected = format == .q8 || format == .q4 ? PackedReference.values(matrix.blocks(), format) : values
        let unpacked = matrix.unpacked(as: dtype)
        #expect(unpacked.shape == [37, 96])
        #expect(unpacked.floats() == (dtype == .float32 ? expected : halved(expected)))
        let rows = matrix.rows([36, -1, 0, 17], as: dtype).floats()
        let all = unpacked.floats()
        let wanted = [36, nil, 0, 17].flatMap { row in
            row.map { Array(all[($0 * 96)..<($0 * 96 + 96)]) } ?? Array(repeating: 0, count: 96)
        }
        #expect(rows == wanted)
    }

    @Test func unalignedBfloat16BytesAreTakenAsTheyAre() {
        let values = halved(scattered(6 * 32, seed: 5))
        let bytes =
            [UInt8(0)]
            + values.flatMap { value in
                let bits = UInt16(value.bitPattern >> 16)
                return [UInt8(bits & 255), UInt8(bits >> 8)]
            }
        for format in WeightFormat.allCases {
            let matrix = bytes.withUnsafeBytes {
                PackedMatrix(
                    bfloat16: UnsafeRawBufferPointer(rebasing: $0[1...]), outputs: 6, inputs: 32, format: format)
            }
            let same = PackedMatrix(values, outputs: 6, inputs: 32, format: format)
            #expect(matrix.unpacked(as: .float32).floats() == same.unpacked(as: .float32).floats())
        }
    }

    @Test func rowsThatAreNoMultipleOf32StayInBfloat16() {
        let matrix = PackedMatrix(scattered(3 * 33, seed: 6), outputs: 3, inputs: 33, format: .q4)
        #expect(matrix.format == .bf16)
        #expect(matrix.byteCount == 2 * 3 * 33)
    }

    @Test func sizesInMemoryAreThoseOfTheFormats() {
        func bytes(_ format: WeightFormat) -> Int {
            PackedMatrix(scattered(32 * 64, seed: 7), outputs: 32, inputs: 64, format: format).byteCount
        }
        #expect(bytes(.fp32) == 32 * 64 * 4)
        #expect(bytes(.bf16) <= 32 * 64 * 2)  // CodedMatrixTests say when it is less.
        #expect(bytes(.q8) == 32 * 64 + 32 * 2 * 2)
        #expect(bytes(.q4) == 32 * 64 / 2 + 32 * 2 * 2)
    }
}
