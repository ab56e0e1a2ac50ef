/// A named weight of a model: an fp32 master with a bf16 shadow when asked for, and its gradient; or a frozen
/// ``PackedMatrix``.
///
/// The optimizer changes the master; ``tensor(as:)`` hands the values out in the compute type. While a parameter is
/// frozen nothing is recorded for it.
public final class Parameter {
    /// Full name, as the checkpoint spells it: `bert.encoder.layer.0.attention.self.query.weight`.
    public let name: String
    /// What ``packed``, in 8 bits, leaves of the numbers, in 4; `nil` where nothing is known of it.
    public private(set) var rest: PackedMatrix?
    /// What finds the best scores with ``packed`` as a head; `nil` where there is none (``ScoreSketch/init(of:)``).
    public private(set) var sketch: ScoreSketch?
    private var values: Values
    private var shadow: Tensor?
    private var prepared: [PreparedMatrix.Direction: PreparedMatrix] = [:]
    private var leaf: Node?

    private enum Values {
        case master(Tensor)
        case packed(PackedMatrix)
    }

    /// A parameter with the given fp32 values.
    public init(name: String, values: Tensor, isTrainable: Bool = true) {
        self.name = name
        self.values = .master(values.detached())
        leaf = isTrainable ? Node() : nil
    }

    /// A frozen parameter that is held in packed form.
    ///
    /// - Parameters:
    ///   - rest: What 8 bits leave of the numbers: ``lookup(_:_:dtype:)`` and ``scores(_:_:exactly:)`` use it.
    ///   - sketch: What ``scores(_:_:exactly:)`` begins with where only the best are asked for.
    public init(name: String, packed: PackedMatrix, rest: PackedMatrix? = nil, sketch: ScoreSketch? = nil) {
        self.name = name
        self.rest = rest
        self.sketch = sketch
        values = .packed(packed)
        leaf = nil
    }

    /// The values in fp32. Those of a packed parameter are unpacked anew at each call.
    public var master: Tensor {
        switch values {
        case .master(let tensor): tensor
        case .packed(let matrix): unpacked(matrix, as: .float32)
        }
    }

    /// The packed matrix, if the parameter is held as one.
    public var packed: PackedMatrix? {
        if case .packed(let matrix) = values { matrix } else { nil }
    }

    /// Extent of each dimension.
    public var shape: [Int] {
        switch values {
        case .master(let tensor): tensor.shape
        case .packed(let matrix): matrix.shape
        }
    }

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// Whether training changes this parameter; `false` freezes it and drops its gradient. A packed parameter that
    /// becomes trainable is unpacked into an fp32 master.
    public var isTrainable: Bool {
        get { leaf != nil }
        set {
            guard newValue != isTrainable else { return }
            if newValue, packed != nil {
                values = .master(master.copied())
                (rest, sketch) = (nil, nil)
            }
            leaf = newValue ? Node() : nil
        }
    }

    /// The values in the compute type, linked to this parameter's gradient.
    public func tensor(as dtype: DType = .float32) -> Tensor {
        if let packed { return unpacked(packed, as: dtype) }
        let values = dtype == .bfloat16 ? bfloat16Shadow() : master
        return Tensor(storage: values.storage, shape: shape, dtype: values.dtype, node: leaf)
    }

    private func unpacked(_ matrix: PackedMatrix, as dtype: DType) -> Tensor {
        guard let rest else { return matrix.unpacked(as: dtype) }
        return (matrix.unpacked(as: .float32) + rest.unpacked(as: .float32)).converted(to: dtype)
    }

    /// The accumulated dense gradient in fp32, rows of an embedding scattered into place; `nil` if there is none.
    public var gradient: Tensor? {
        guard let rows = leaf?.rowGradient else { return leaf?.gradient }
        let dense = rows.dense(shape: shape)
        if let other = leaf?.gradient { backend.add(dense, dense, other) }
        return dense
    }

    /// The gradient as rows of a table, when it came from lookups alone.
    var rowGradient: RowGradient? { leaf?.gradient == nil ? leaf?.rowGradient : nil }

    /// Sets the gradient directly; for optimizers' tests and for gradients that come from elsewhere.
    public func setGradient(_ gradient: Tensor?) {
        leaf?.rowGradient = nil
        leaf?.gradient = gradient
    }

    /// Forgets the gradient; the next backward pass starts from zero.
    public func clearGradient() {
        leaf?.gradient = nil
        leaf?.rowGradient = nil
    }

    /// Replaces the values; those of a packed parameter are packed in the format it has.
    public func setValues(_ values: [Float]) {
        require(values.count == count, "\(name): \(values.count) values for \(count) elements")
        if let packed {
            self.values = .packed(PackedMatrix(Tensor(values, shape: shape), format: packed.format))
            (rest, sketch) = (nil, nil)
            return
        }
        master.withFloats { target in _ = target.update(from: values) }
        shadow = nil
        prepared = [:]
    }

    /// Hands master and bf16 shadow, if one exists, to the optimizer, which changes both alike.
    func update(_ body: (_ master: Tensor, _ shadow: Tensor?) -> Void) {
        prepared = [:]
        body(master, shadow)
    }

    /// The weight in bf16 and in the order that products read, copied when it is first asked for after a change.
    func bfloat16Prepared(for direction: PreparedMatrix.Direction) -> PreparedMatrix {
        if let known = prepared[direction] { return known }
        let fresh = PreparedMatrix(master, as: .bfloat16, for: direction)
        prepared[direction] = fresh
        return fresh
    }

    private func bfloat16Shadow() -> Tensor {
        if let shadow { return shadow }
        let fresh = master.converted(to: .bfloat16)
        shadow = fresh
        return fresh
    }
}

/// The gradient of a table that was read row by row: only the rows read are held.
struct RowGradient {
    /// For each row of the table its place in `values`, or −1.
    var place: [Int32]
    /// The rows that are held, in the order of `values`.
    var rows: [Int32]
    /// fp32, one line per held row.
    var values: Tensor

    /// Sums gradient rows by table row; negative indices are skipped.
    init(gradient: Tensor, indices: [Int32], tableRows: Int) {
        place = Array(repeating: -1, count: tableRows)
        rows = []
        var target = [Int32](repeating: -1, count: indices.count)
        for (position, index) in indices.enumerated() where index >= 0 {
            if place[Int(index)] < 0 {
                place[Int(index)] = Int32(rows.count)
                rows.append(index)
            }
            target[position] = place[Int(index)]
        }
        values = Tensor.zeros([rows.count, gradient.columns])
        backend.scatterAddRows(values, gradient, target)
    }

    /// Adds another batch's rows.
    mutating func add(_ other: RowGradient) {
        var target = [Int32](repeating: -1, count: other.rows.count)
        for (position, row) in other.rows.enumerated() {
            if place[Int(row)] < 0 {
                place[Int(row)] = Int32(rows.count)
                rows.append(row)
            }
            target[position] = place[Int(row)]
        }
        let sum = Tensor.zeros([rows.count, values.columns])
        backend.scatterAddRows(sum, values, Array(0..<Int32(values.rows)))
        backend.scatterAddRows(sum, other.values, target)
        values = sum
    }

    /// The whole table's gradient.
    func dense(shape: [Int]) -> Tensor {
        let table = Tensor.zeros(shape)
        backend.scatterAddRows(table, values, rows)
        return table
    }
}
