import LinnetFormats
import LinnetTensors

/// Vectors in single precision, row by row: read from a `.npy` file, or made up.
final class SampleVectors {
    let count: Int
    let dimension: Int
    private let source: Source

    private enum Source {
        case memory([Float])
        case file(NumpyMatrix)
    }

    /// Opens a file; its pages are read when they are asked for.
    /// - Throws: `FormatError`: no matrix of single precision, no rows, rows too long, or a number that is not finite.
    init(path: String) throws {
        let matrix = try NumpyMatrix(path: path)
        guard matrix.rows > 0, (1...VectorCodes.mostDimensions).contains(matrix.columns) else {
            throw FormatError(
                .unsupported, path: path,
                "expected vectors of 1 to \(VectorCodes.mostDimensions) numbers, found a matrix of \(matrix.rows) × "
                    + "\(matrix.columns)")
        }
        let wrong = matrix.withFloats { $0.firstIndex { !$0.isFinite } }
        if let wrong {
            throw FormatError(.malformed, path: path, "row \(wrong / matrix.columns) holds a number that is not finite")
        }
        (count, dimension) = (matrix.rows, matrix.columns)
        source = .file(matrix)
    }

    /// Directions drawn evenly enough for a measurement: elements are sums of four uniform numbers, scaled to length 1.
    init(count: Int, dimension: Int, seed: UInt64) {
        (self.count, self.dimension) = (count, dimension)
        var numbers = MixedCounter(seed: seed)
        let values = [Float](unsafeUninitializedCapacity: count * dimension) { values, used in
            for start in stride(from: 0, to: count * dimension, by: dimension) {
                var squares: Float = 0
                for place in start..<start + dimension {
                    let value = numbers.nextSum()
                    values.initializeElement(at: place, to: value)
                    squares += value * value
                }
                let factor = squares > 0 ? 1 / squares.squareRoot() : 0
                for place in start..<start + dimension { values[place] *= factor }
            }
            used = count * dimension
        }
        source = .memory(values)
    }

    /// Calls `body` with all numbers.
    func withFloats<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
        switch source {
        case .memory(let values): try values.withUnsafeBufferPointer(body)
        case .file(let matrix): try matrix.withFloats(body)
        }
    }

    /// Calls `body` with the numbers of some rows.
    func withRows<R>(_ rows: Range<Int>, _ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
        try withFloats { numbers in
            try body(UnsafeBufferPointer(rebasing: numbers[rows.lowerBound * dimension..<rows.upperBound * dimension]))
        }
    }

    subscript(row: Int) -> [Float] { withRows(row..<row + 1) { Array($0) } }
}

/// A generator that is fast enough for billions of numbers: a counter, its bits mixed (SplitMix64, Steele et al., 2014).
private struct MixedCounter {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The sum of the four quarters of the next 64 bits, about 0: nearly normal.
    mutating func nextSum() -> Float {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        bits ^= bits >> 31
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        return Float(Int64(bitPattern: sum) - 131_070)
    }
}
