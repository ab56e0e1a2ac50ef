import LinnetTensors

/// llama.cpp's reference quantisation, one number at a time, and what a packed product is to compute.
enum PackedReference {
    /// GGUF blocks of row-major values; rows are multiples of 32 long.
    static func blocks(_ values: [Float], _ format: WeightFormat) -> [UInt8] {
        stride(from: 0, to: values.count, by: 32).flatMap { start in
            let block = Array(values[start..<(start + 32)])
            return format == .q8 ? eightBitBlock(block) : fourBitBlock(block)
        }
    }

    /// The numbers that GGUF blocks stand for.
    static func values(_ blocks: [UInt8], _ format: WeightFormat) -> [Float] {
        let size = format == .q8 ? 34 : 18
        return stride(from: 0, to: blocks.count, by: size).flatMap { start -> [Float] in
            let scale = Float(Float16(bitPattern: UInt16(blocks[start]) | UInt16(blocks[start + 1]) << 8))
            let codes = blocks[(start + 2)..<(start + size)]
            if format == .q8 { return codes.map { Float(Int8(bitPattern: $0)) * scale } }
            return codes.map { Float(Int($0 & 15) - 8) * scale } + codes.map { Float(Int($0 >> 4) - 8) * scale }
        }
    }

    /// Activations after rounding to two terms of 8 bits per block of 32.
    static func rounded(_ x: [Float]) -> [Double] {
        stride(from: 0, to: x.count, by: 32).flatMap { start in
            let block = x[start..<(start + 32)]
            let greatest = block.map(\.magnitude).max() ?? 0
            let factor = greatest > 0 ? 32512 / greatest : 0
            return block.map { value in
                let code = Int((value * factor).rounded(.toNearestOrEven))
                let coarse = (code + 128) >> 8
                return Double(256 * coarse + max(-127, code - 256 * coarse)) * Double(greatest / 32512)
            }
        }
    }

    /// `x · Wᵀ + b` in double precision.
    static func product(_ x: [Double], _ weights: [Float], bias: [Float]?, rows: Int, outputs: Int) -> [Float] {
        let inputs = weights.count / outputs
        return (0..<rows).flatMap { row in
            (0..<outputs).map { output in
                var sum = Double(bias?[output] ?? 0)
                for k in 0..<inputs { sum += x[row * inputs + k] * Double(weights[output * inputs + k]) }
                return Float(sum)
            }
        }
    }

    private static func eightBitBlock(_ x: [Float]) -> [UInt8] {
        let scale = (x.map(\.magnitude).max() ?? 0) / 127
        let factor = scale != 0 ? 1 / scale : 0
        let codes = x.map { UInt8(bitPattern: Int8(($0 * factor).rounded(.toNearestOrAwayFromZero))) }
        return half(scale) + codes
    }

    private static func fourBitBlock(_ x: [Float]) -> [UInt8] {
        var (size, greatest) = (Float(0), Float(0))
        for value in x where size < value.magnitude { (size, greatest) = (value.magnitude, value) }
        let scale = greatest / -8
        let factor = scale != 0 ? 1 / scale : 0
        let codes = x.map { value in
            let scaled = value * factor
            return UInt8(min(15, Int(scaled + 8.5)))
        }
        return half(scale) + (0..<16).map { codes[$0] | codes[$0 + 16] << 4 }
    }

    private static func half(_ value: Float) -> [UInt8] {
        let bits = Float16(value).bitPattern
        return [UInt8(bits & 255), UInt8(bits >> 8)]
    }
}

/// Numbers without a pattern that a wrong layout could survive, most within ±1.
func scattered(_ count: Int, seed: UInt64) -> [Float] {
    var numbers = RandomNumbers(seed: seed)
    return (0..<count).map { _ in Float(numbers.normal()) * 0.4 }
}

/// The nearest bfloat16 numbers.
func halved(_ values: [Float]) -> [Float] {
    Tensor(values, shape: [values.count]).converted(to: .bfloat16).floats()
}
