/// NumPy's `.npy` files, version 1.0: little-endian single precision in C order.
///
/// Layout: `\x93NUMPY`, version, the length of the header, the header (a Python dictionary with type, order and shape,
/// padded so that the numbers begin at a multiple of 64), the numbers.
/// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
public enum NumpyArray {
    /// Writes one array; complete under its name or not at all.
    /// - Throws: `FormatError`: a shape that does not fit the numbers, or `writeFailed`.
    public static func write(floats: [Float], shape: [Int], to path: String) throws {
        var count: Int? = 1
        for size in shape {
            let product = count?.multipliedReportingOverflow(by: size)
            count = size < 0 || product?.overflow != false ? nil : product?.partialValue
        }
        guard count == floats.count else {
            throw FormatError(.malformed, path: path, "shape \(shape) does not hold \(floats.count) numbers")
        }
        try ReplacementFile.write(to: path) { file in
            try header(shape: shape, path: path).withUnsafeBytes { try file.write($0) }
            try floats.withUnsafeBytes { try file.write($0) }
        }
    }

    /// The bytes before the numbers.
    fileprivate static func header(shape: [Int], path: String, length: Int? = nil) throws -> [UInt8] {
        let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var text = Array("{'descr': '<f4', 'fortran_order': False, 'shape': (\(sizes)), }".utf8)
        let total = length ?? (10 + text.count + 1 + 63) / 64 * 64
        guard 10 + text.count + 1 <= total, let size = UInt16(exactly: total - 10) else {
            throw FormatError(.tooLarge, path: path, "a shape of \(shape.count) dimensions does not fit the header")
        }
        text.append(contentsOf: repeatElement(0x20, count: total - 10 - text.count - 1))
        text.append(UInt8(ascii: "\n"))
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(size & 0xFF), UInt8(size >> 8)] + text
    }
}

/// Writes the rows of a matrix to a `.npy` file one after the other, in memory that does not grow with them.
///
/// The number of rows is put into the header at the end; the file takes its name in `finish`.
public final class NumpyWriter {
    /// Room for the header of a matrix of any size.
    private static let headerLength = 128

    /// Numbers per row.
    public let columns: Int
    /// How many rows have been written.
    public private(set) var rowCount = 0
    private let file: ReplacementFile
    private var pending: [Float] = []

    /// Creates the file.
    /// - Throws: `FormatError`.
    public init(path: String, columns: Int) throws {
        guard columns >= 0 else {
            throw FormatError(.malformed, path: path, "expected a number of columns, found \(columns)")
        }
        self.columns = columns
        file = try ReplacementFile(path: path)
        try writeHeader()
    }

    /// Appends one row.
    /// - Throws: `FormatError`: a row of another width, or `writeFailed`.
    public func append(_ row: [Float]) throws {
        guard row.count == columns else {
            throw FormatError(
                .malformed, path: file.path, "row \(rowCount + 1): expected \(columns) numbers, found \(row.count)")
        }
        pending += row
        rowCount += 1
        if pending.count >= 65_536 { try flush() }
    }

    /// Completes the header and gives the file its name.
    /// - Throws: `FormatError.writeFailed`; what had the name before is then untouched.
    public func finish() throws {
        try flush()
        let header = try NumpyArray.header(
            shape: [rowCount, columns], path: file.path, length: NumpyWriter.headerLength)
        try header.withUnsafeBytes { try file.overwrite($0, at: 0) }
        try file.commit()
    }

    private func writeHeader() throws {
        let header = try NumpyArray.header(shape: [0, columns], path: file.path, length: NumpyWriter.headerLength)
        try header.withUnsafeBytes { try file.write($0) }
    }

    private func flush() throws {
        try pending.withUnsafeBytes { try file.write($0) }
        pending.removeAll(keepingCapacity: true)
    }
}
