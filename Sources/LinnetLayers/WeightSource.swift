import LinnetFormats
import LinnetTensors

/// Where stored weights come from: a checkpoint on disk, or values in memory.
public protocol WeightSource {
    /// Names of all tensors.
    var names: [String] { get }
    /// Shape of a tensor; `nil` if there is none of that name.
    func shape(of name: String) -> [Int]?
    /// Values in row-major order as `float32`.
    func floats(_ name: String) throws -> [Float]
    /// A matrix in packed form, from the stored bytes where they allow it.
    ///
    /// - Parameters:
    ///   - outputs: Rows, as ``shape(of:)`` says.
    ///   - inputs: Columns, as ``shape(of:)`` says.
    func packed(_ name: String, outputs: Int, inputs: Int, _ format: WeightFormat) throws -> PackedMatrix
    /// What a matrix in 8 bits leaves of the stored numbers; `nil` where they have no more.
    func packedRest(_ name: String, outputs: Int, inputs: Int) throws -> PackedMatrix?
}

extension WeightSource {
    /// A matrix in packed form, from its values in `float32`.
    ///
    /// - Throws: ``ModelError`` if the number of values is not that of the shape, and what ``floats(_:)`` throws.
    public func packed(_ name: String, outputs: Int, inputs: Int, _ format: WeightFormat) throws -> PackedMatrix {
        try packedFloats(name, outputs: outputs, inputs: inputs, format)
    }

    /// What a matrix in 8 bits leaves of the values in `float32`.
    ///
    /// - Throws: What ``floats(_:)`` throws.
    public func packedRest(_ name: String, outputs: Int, inputs: Int) throws -> PackedMatrix? {
        try floats(name).withUnsafeBytes {
            PackedMatrix(restOfEightBits: $0, dtype: .float32, outputs: outputs, inputs: inputs)
        }
    }

    fileprivate func packedFloats(
        _ name: String, outputs: Int, inputs: Int, _ format: WeightFormat
    ) throws -> PackedMatrix {
        let values = try floats(name)
        guard values.count == outputs * inputs else {
            throw ModelError("\(name): expected \(outputs) × \(inputs) values, found \(values.count)")
        }
        return values.withUnsafeBufferPointer {
            PackedMatrix(floats: $0, outputs: outputs, inputs: inputs, format: format)
        }
    }
}

extension WeightFiles: WeightSource {
    /// Shape of a stored tensor; `nil` if there is none of that name.
    public func shape(of name: String) -> [Int]? { entry(name)?.shape }

    /// A matrix in packed form; `F32` and `BF16` are packed straight from the mapped file.
    public func packed(_ name: String, outputs: Int, inputs: Int, _ format: WeightFormat) throws -> PackedMatrix {
        let direct = try withBytes(of: name) { entry, bytes -> PackedMatrix? in
            let dtype: DType
            switch entry.dtype {
            case .float32: dtype = .float32
            case .bfloat16: dtype = .bfloat16
            default: return nil
            }
            guard entry.shape == [outputs, inputs] else { return nil }
            return PackedMatrix(bytes: bytes, dtype: dtype, outputs: outputs, inputs: inputs, format: format)
        }
        return try direct ?? packedFloats(name, outputs: outputs, inputs: inputs, format)
    }
}

/// How the stored matrices of a model are held in memory.
public enum WeightStorage: Sendable, Equatable {
    /// As fp32 masters, which training can change.
    case master
    /// Frozen and packed, two-dimensional tensors only; norms and biases stay fp32.
    case packed(WeightFormat)
}
