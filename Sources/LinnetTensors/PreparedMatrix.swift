/// A copy of a weight matrix in the order in which the backend's products read it, for weights that stay as they are.
///
/// A product with a plain matrix brings the matrix into this order each time, which takes as long as multiplying it with
/// some hundred rows; with this copy it does not have to.
final class PreparedMatrix {
    /// Which product the copy serves.
    enum Direction: Hashable, CaseIterable {
        /// `x · Wᵀ`, a layer's output.
        case forward
        /// `dY · W`, the gradient of its input.
        case backward

        /// The product of so many rows with a weight `[outputs, inputs]`.
        func layout(rows: Int, outputs: Int, inputs: Int) -> MatmulLayout {
            switch self {
            case .forward: MatmulLayout(m: rows, n: outputs, k: inputs, transposeB: true)
            case .backward: MatmulLayout(m: rows, n: inputs, k: outputs)
            }
        }
    }

    /// Rows of the weight.
    let outputs: Int
    /// Columns of the weight.
    let inputs: Int
    /// The type of both operands of the product.
    let dtype: DType
    let direction: Direction
    let storage: Storage

    /// Copies a `float32` weight `[outputs, inputs]`.
    init(_ weight: Tensor, as dtype: DType, for direction: Direction) {
        require(
            weight.shape.count == 2 && weight.dtype == .float32, "prepared \(weight.dtype) of shape \(weight.shape)")
        (outputs, inputs) = (weight.shape[0], weight.shape[1])
        self.dtype = dtype
        self.direction = direction
        storage = backend.prepared(weight, as: dtype, for: direction)
    }

    /// Unpacks a matrix for products with its outputs; `nil` where the backend has no direct way from the one to the other.
    init?(_ matrix: PackedMatrix) {
        guard let storage = backend.prepared(matrix) else { return nil }
        (outputs, inputs) = (matrix.outputs, matrix.inputs)
        (dtype, direction) = (.bfloat16, .forward)
        self.storage = storage
    }
}
