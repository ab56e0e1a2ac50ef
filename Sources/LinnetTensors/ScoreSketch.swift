/// A form in `q4` of a matrix of many rows, to find its greatest products with a vector: ``scores(_:_:exactly:)``.
public struct ScoreSketch: Sendable {
    let matrix: PackedMatrix
    /// For each group of 16 rows the greatest Euclidean norm of what the sketch leaves of a row; infinite where numbers are
    /// none, so that the damage shows.
    let errors: [Float]

    /// Products that can be asked for; more are found no sooner than all.
    static let counts = 1...128
    /// Rows from which on a part of them is worth a reading of its own.
    private static let leastRows = 8192
    /// Squares of small errors would be zero in single precision.
    private static let magnification: Float = 0x1p40
    private static let rowsAtOnce = 256 * PackedMatrix.groupRows

    /// A sketch of a packed matrix.
    ///
    /// `nil` where it gains nothing: for matrices of few rows, in 4 bits already, or with rows of no whole blocks; and for
    /// `fp32`, which is what others are compared with.
    public init?(of whole: PackedMatrix) {
        guard whole.format == .bf16 || whole.format == .q8, whole.outputs >= Self.leastRows,
            whole.inputs % WeightFormat.q4.blockSize == 0
        else { return nil }
        matrix = PackedMatrix(outputs: whole.outputs, inputs: whole.inputs, format: .q4)
        var squares: [Float] = []
        for first in stride(from: 0, to: whole.outputs, by: Self.rowsAtOnce) {
            let ids = (first..<min(first + Self.rowsAtOnce, whole.outputs)).map { Int32($0) }
            let rows = whole.rows(ids, as: .float32)
            backend.pack(matrix, rowsFrom: first, rows)
            let rest = (rows - matrix.rows(ids, as: .float32)) * Self.magnification
            squares += rest.rowDots(rest).floats().map { $0.isFinite ? $0 : .infinity }
        }
        errors = squares.withUnsafeMutableBufferPointer {
            backend.groupMaxima($0).map { $0.squareRoot() / Self.magnification }
        }
    }
}
