import LinnetFormats
import LinnetTensors

/// One file of golden numbers, made by `Tests/Fixtures/make_goldens.py`.
public struct Golden {
    private let file: SafetensorsFile

    /// Opens a file of `Tests/Fixtures`.
    public init(_ relativePath: String) throws {
        file = try SafetensorsFile(path: Fixtures.path(relativePath))
    }

    /// Names of all tensors.
    public var names: [String] { file.entries.map(\.name) }

    /// Names that begin with `prefix`, without it.
    public func names(under prefix: String) -> [String] {
        names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    /// Extent of each dimension.
    public func shape(_ name: String) throws -> [Int] { try entry(name).shape }

    /// The elements of an fp32 tensor.
    public func floats(_ name: String) throws -> [Float] { try file.floats(name) }

    /// The elements of an int32 tensor.
    public func integers(_ name: String) throws -> [Int32] {
        let entry = try entry(name)
        guard entry.dtype == .int32 else { throw GoldenError.notIntegers(name) }
        return file.withBytes(of: entry) { bytes in
            (0..<entry.elementCount).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Int32.self) }
        }
    }

    /// An fp32 tensor.
    public func tensor(_ name: String, requiresGradient: Bool = false) throws -> Tensor {
        try Tensor(floats(name), shape: shape(name), requiresGradient: requiresGradient)
    }

    private func entry(_ name: String) throws -> TensorEntry {
        guard let entry = file.entry(name) else { throw GoldenError.missing(name) }
        return entry
    }
}

/// A golden that a test asks for and the generator does not make.
public enum GoldenError: Error, Equatable {
    /// There is no tensor of this name.
    case missing(String)
    /// The tensor of this name does not hold int32.
    case notIntegers(String)
}
