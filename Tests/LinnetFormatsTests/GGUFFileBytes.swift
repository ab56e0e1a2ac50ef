@testable import LinnetFormats

/// A GGUF file put together part by part, so that a test can get any of them wrong.
struct GGUFFileBytes {
    var magic = Array("GGUF".utf8)
    var version: UInt32 = 3
    var tensorCount: UInt64?
    var pairCount: UInt64?
    var pairs: [[UInt8]] = []
    var tensors: [[UInt8]] = []
    var alignment = 32
    var data: [UInt8] = []

    /// The whole file.
    var bytes: [UInt8] {
        var output = GGUFBytes()
        output.append(magic)
        output.append(version)
        output.append(tensorCount ?? UInt64(tensors.count))
        output.append(pairCount ?? UInt64(pairs.count))
        for part in pairs + tensors { output.append(part) }
        if !data.isEmpty || !tensors.isEmpty {
            let rest = output.bytes.count % alignment
            output.append([UInt8](repeating: 0, count: rest == 0 ? 0 : alignment - rest))
        }
        output.append(data)
        return output.bytes
    }

    /// A pair of metadata.
    static func pair(_ key: String, _ value: GGUFValue) -> [UInt8] {
        var output = GGUFBytes()
        output.append(key)
        output.append(value.type.rawValue)
        output.append(value)
        return output.bytes
    }

    /// A pair whose value is these bytes.
    static func pair(_ key: String, type: UInt32, _ value: [UInt8]) -> [UInt8] {
        var output = GGUFBytes()
        output.append(key)
        output.append(type)
        output.append(value)
        return output.bytes
    }

    /// An entry of the list of tensors; `shape` is innermost first, as in the file.
    static func tensor(
        _ name: String, shape: [UInt64] = [8], dimensions: UInt32? = nil, type: UInt32 = 0, offset: UInt64 = 0
    ) -> [UInt8] {
        var output = GGUFBytes()
        output.append(name)
        output.append(dimensions ?? UInt32(shape.count))
        for size in shape { output.append(size) }
        output.append(type)
        output.append(offset)
        return output.bytes
    }

    /// The bytes of a number.
    static func number(_ value: some FixedWidthInteger) -> [UInt8] {
        var output = GGUFBytes()
        output.append(value)
        return output.bytes
    }

    /// A file with these tensors and this many bytes of data.
    static func file(_ tensors: [UInt8]..., pairs: [[UInt8]] = [], data: Int = 32) -> GGUFFileBytes {
        GGUFFileBytes(pairs: pairs, tensors: tensors, data: [UInt8](repeating: 0, count: data))
    }

    /// A file with this metadata only.
    static func metadata(_ pairs: [UInt8]...) -> GGUFFileBytes { GGUFFileBytes(pairs: pairs) }
}
