/// A matrix in a `.npy` file, mapped: little-endian single precision in C order, format versions 1.0 and 2.0.
///
/// Everything else is refused: other types, other orders, other numbers of dimensions, a file that is longer or shorter
/// than its header says.
/// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
public final class NumpyMatrix: Sendable {
    /// Number of rows.
    public let rows: Int
    /// Numbers of a row.
    public let columns: Int
    private let file: MappedFile
    private let start: Int

    /// Opens a file.
    /// - Throws: `FormatError`: a file that cannot be read, is malformed or holds something else.
    public init(path: String) throws {
        file = try MappedFile(path: path)
        let header = try NumpyHeader(file.bytes, path: path)
        guard header.shape.count == 2 else {
            throw FormatError(
                .unsupported, path: path, "expected a matrix, found an array of shape \(header.shape)")
        }
        (rows, columns) = (header.shape[0], header.shape[1])
        start = header.byteCount
        let (numbers, overflow) = rows.multipliedReportingOverflow(by: columns)
        let (size, sizeOverflow) = numbers.multipliedReportingOverflow(by: 4)
        guard !overflow, !sizeOverflow, file.bytes.count - start == size else {
            throw FormatError(
                .malformed, path: path,
                "shape \(header.shape) does not fit the \(file.bytes.count - start) bytes behind the header")
        }
        guard start.isMultiple(of: 4) else {
            throw FormatError(
                .unsupported, path: path, "the numbers begin at byte \(start), which is no multiple of 4")
        }
    }

    /// Calls `body` with the numbers, row by row; they are valid until it returns.
    public func withFloats<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
        let numbers = UnsafeRawBufferPointer(rebasing: file.bytes[start...])
        return try withExtendedLifetime(file) { try body(numbers.bindMemory(to: Float.self)) }
    }
}

/// What stands before the numbers of a `.npy` file.
struct NumpyHeader {
    let shape: [Int]
    /// Bytes before the numbers.
    let byteCount: Int

    init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
        func malformed(_ message: String) -> FormatError { FormatError(.malformed, path: path, message) }
        guard bytes.count >= 12, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
            throw malformed("expected a NumPy array, which begins with \\x93NUMPY")
        }
        guard (bytes[6] == 1 || bytes[6] == 2), bytes[7] == 0 else {
            throw FormatError(
                .unsupported, path: path, "expected version 1.0 or 2.0 of the format, found \(bytes[6]).\(bytes[7])")
        }
        let isLong = bytes[6] == 2
        let length = (0..<(isLong ? 4 : 2)).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
        let first = isLong ? 12 : 10
        guard length <= bytes.count - first else {
            throw malformed("a header of \(length) bytes in a file of \(bytes.count)")
        }
        byteCount = first + length
        let text = String(decoding: bytes[first..<first + length], as: UTF8.self)
        var dictionary = NumpyDictionary(text)
        guard let entries = dictionary.parse() else {
            throw malformed("the header is no dictionary of descr, fortran_order and shape")
        }
        guard entries.type == "<f4" else {
            throw FormatError(
                .unsupported, path: path,
                "expected little-endian single precision ('<f4'), found \(FormatError.quoted(entries.type))")
        }
        guard !entries.isColumnMajor else {
            throw FormatError(.unsupported, path: path, "expected C order, found Fortran order")
        }
        shape = entries.shape
    }
}

/// The dictionary of the header, as NumPy writes it: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
private struct NumpyDictionary {
    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    mutating func parse() -> (type: String, isColumnMajor: Bool, shape: [Int])? {
        var type: String?
        var order: Bool?
        var shape: [Int]?
        guard take("{") else { return nil }
        while !take("}") {
            guard let key = quoted(), take(":") else { return nil }
            switch key {
            case "descr" where type == nil: type = quoted()
            case "fortran_order" where order == nil: order = take("False") ? false : take("True") ? true : nil
            case "shape" where shape == nil: shape = tuple()
            default: return nil
            }
            guard take(",") || rest.first == "}" else { return nil }
        }
        guard let type, let order, let shape, rest.allSatisfy(\.isWhitespace) else { return nil }
        return (type, order, shape)
    }

    /// Takes a word if it comes next, and the blanks around it.
    private mutating func take(_ word: String) -> Bool {
        rest = rest.drop { $0 == " " }
        guard rest.hasPrefix(word) else { return false }
        rest = rest.dropFirst(word.count).drop { $0 == " " }
        return true
    }

    private mutating func quoted() -> String? {
        guard take("'"), let end = rest.firstIndex(of: "'") else { return nil }
        let text = String(rest[..<end])
        rest = rest[end...]
        return take("'") ? text : nil
    }

    private mutating func tuple() -> [Int]? {
        guard take("(") else { return nil }
        var sizes: [Int] = []
        while !take(")") {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard let size = Int(digits), size >= 0, sizes.count < 32 else { return nil }
            rest = rest[digits.endIndex...]
            sizes.append(size)
            guard take(",") || rest.first == ")" else { return nil }
        }
        return sizes
    }
}
