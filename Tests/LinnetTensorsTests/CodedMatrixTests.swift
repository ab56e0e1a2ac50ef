import TestSupport
import Testing

@testable import LinnetTensors

/// bfloat16 in 12 bits: the same numbers, whatever they are.
@Suite struct CodedMatrixTests {
    private static let sizes = [(4, 64), (3, 65), (17, 100), (33, 127), (50, 576), (16, 1024)]

    private func matrix(_ bits: [UInt16], _ outputs: Int, _ inputs: Int) -> PackedMatrix {
        bits.withUnsafeBytes { PackedMatrix(bfloat16: $0, outputs: outputs, inputs: inputs, format: .bf16) }
    }

    private func bits(_ tensor: Tensor) -> [UInt16] {
        Array(UnsafeBufferPointer(start: tensor.bfloat16Pointer, count: tensor.count))
    }

    /// Normal numbers, and now and then one from far away, an infinity, NaN, a zero below zero or a subnormal number.
    private func ordinary(_ count: Int, seed: UInt64) -> [UInt16] {
        let strange: [UInt16] = [
            0x0000, 0x8000, 0x0001, 0x807F, 0x00FF, 0x7F80, 0xFF80, 0x7FC1, 0x5000, 0x9234, 0x0180,
        ]
        var numbers = RandomNumbers(seed: seed)
        return scattered(count, seed: seed).enumerated().map { place, value in
            let word = numbers.nextWord()
            if place % 301 == 17 { return strange[Int(word % UInt32(strange.count))] }
            return UInt16(truncatingIfNeeded: value.bitPattern >> 16)
        }
    }

    @Test(arguments: sizes)
    func everyBitComesBack(size: (Int, Int)) {
        let (outputs, inputs) = size
        let stored = ordinary(outputs * inputs, seed: UInt64(inputs))
        let packed = matrix(stored, outputs, inputs)
        #expect(packed.isCoded == backend.codesBfloat16)
        #expect(bits(packed.unpacked(as: .bfloat16)) == stored)
        let wide = packed.unpacked(as: .float32).floats()
        #expect(wide.map { UInt16($0.bitPattern >> 16) } == stored)
        #expect(wide.allSatisfy { $0.bitPattern & 0xFFFF == 0 })
        let ids = (0..<outputs).reversed().map { Int32($0) } + [-1]
        let rows = bits(packed.rows(ids, as: .bfloat16))
        let wanted = (0..<outputs).reversed().flatMap { stored[($0 * inputs)..<(($0 + 1) * inputs)] }
        #expect(rows == wanted + Array(repeating: 0, count: inputs))
    }

    @Test func numbersOfAllSizesStayAsTheyAre() {
        let stored = (0..<(256 * 256)).map { UInt16($0) }
        let packed = matrix(stored, 256, 256)
        #expect(!packed.isCoded)
        #expect(bits(packed.unpacked(as: .bfloat16)) == stored)
    }

    @Test func numbersNearTheEndsOfTheRangeAreCoded() {
        for top: UInt16 in [0x7F00, 0x0700, 0x0100, 0x0000] {
            let stored = (0..<(4 * 128)).map { top | UInt16($0 % 128) | UInt16($0 % 2) << 15 }
            let packed = matrix(stored, 4, 128)
            #expect(packed.isCoded == backend.codesBfloat16)
            #expect(bits(packed.unpacked(as: .bfloat16)) == stored)
        }
    }

    @Test func memoryIsThreeQuarters() {
        let packed = matrix(ordinary(256 * 576, seed: 1), 256, 576)
        let share = Double(packed.byteCount) / Double(256 * 576 * 2)
        #expect(backend.codesBfloat16 ? share < 0.78 : share == 1)
    }

    @Test(arguments: [1, 2, 5, 8, 16, 40], [DType.float32, .bfloat16])
    func numbersWithoutACodeTakePartInProducts(rows: Int, dtype: DType) {
        for (outputs, inputs) in [(33, 127), (16, 576), (130, 70)] {
            var weights = scattered(outputs * inputs, seed: 6)
            for place in stride(from: 5, to: weights.count, by: 211) { weights[place] = place % 2 == 0 ? 900 : 1e-9 }
            weights = halved(weights)
            let packed = PackedMatrix(weights, outputs: outputs, inputs: inputs, format: .bf16)
            #expect(packed.isCoded == backend.codesBfloat16)
            let x = halved(scattered(rows * inputs, seed: 7))
            let input = Tensor(x, shape: [rows, inputs]).converted(to: dtype)
            let output = input.packedLinear([packed], biases: [nil], as: .float32)[0].floats()
            let wanted = PackedReference.product(
                x.map { Double($0) }, weights, bias: nil, rows: rows, outputs: outputs)
            expectClose(output, wanted, tolerance: Tolerance(absolute: 2e-3, relative: 1e-4), "\(rows) × \(inputs)")
        }
    }
}
