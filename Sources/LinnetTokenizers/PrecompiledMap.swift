import Foundation
import LinnetFormats

/// The table of replacements that a SentencePiece model carries (`precompiled_charsmap`): a double-array trie over the
/// bytes of the keys, and a block of replacements that end with a zero byte.
///
/// Used as Hugging Face's tokenizers does: a grapheme cluster of less than six bytes is looked up as a whole, otherwise
/// each scalar by itself, and the shortest key at its beginning decides. Source: Aoe 1989, in Yata's darts-clone format.
struct PrecompiledMap: Sendable {
    private let units: [UInt32]
    private let replacements: [UInt8]
    /// The range of the replacement of each ASCII character; `nil` for those that stay.
    private let ascii: [Range<Int>?]

    /// A cluster of this many bytes is taken apart.
    private static let longestCluster = 6

    private init(units: [UInt32], replacements: [UInt8]) {
        self.units = units
        self.replacements = replacements
        let plain = PrecompiledMap(units: units, replacements: replacements, ascii: [])
        ascii = (0..<128).map { byte in plain.replacement(of: CollectionOfOne(UInt8(truncatingIfNeeded: byte))) }
    }

    private init(units: [UInt32], replacements: [UInt8], ascii: [Range<Int>?]) {
        self.units = units
        self.replacements = replacements
        self.ascii = ascii
    }

    /// The table of a normalizer of a `tokenizer.json`, in base 64: the trie's size in bytes (32 bits, little-endian), the
    /// trie, the replacements.
    static func read(_ value: FileValue) throws -> PrecompiledMap {
        let text = try value.required("precompiled_charsmap")
        guard let bytes = Data(base64Encoded: try text.string()).map({ [UInt8]($0) }) else {
            throw TokenizerError.malformed(text.path, text.place, "expected base 64, found other text")
        }
        func word(_ place: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
        }
        let size = bytes.count >= 4 ? Int(word(0)) : 0
        guard size > 0, size % 4 == 0, size <= bytes.count - 4 else {
            throw TokenizerError.malformed(
                text.path, text.place, "expected a trie and its replacements, found \(bytes.count) bytes")
        }
        let replacements = Array(bytes[(4 + size)...])
        guard String(validating: replacements, as: UTF8.self) != nil else {
            throw TokenizerError.malformed(text.path, text.place, "expected replacements in UTF-8, found other bytes")
        }
        return PrecompiledMap(
            units: stride(from: 4, to: 4 + size, by: 4).map(word), replacements: replacements)
    }

    /// Appends the normal form of `input` to `output`.
    func normalize(_ input: UnsafeBufferPointer<UInt8>, into output: ByteBuffer) {
        guard let base = input.baseAddress else { return }
        if input.allSatisfy({ $0 < 0x80 && $0 != 0x0D }) {
            for byte in input { append(ascii[Int(byte)], else: CollectionOfOne(byte), to: output) }
            return
        }
        var place = 0
        for cluster in String(decoding: input, as: UTF8.self) {
            let count = cluster.utf8.count
            defer { place += count }
            guard place + count <= input.count else { return }
            let bytes = UnsafeBufferPointer(start: base + place, count: count)
            if count < Self.longestCluster, let found = replacement(of: bytes) {
                append(found, else: bytes, to: output)
                continue
            }
            var index = 0
            while index < count {
                let length = UTF8Text.decode(base + place + index, remaining: count - index).length
                let scalar = UnsafeBufferPointer(start: base + place + index, count: length)
                append(replacement(of: scalar), else: scalar, to: output)
                index += length
            }
        }
    }

    private func append(
        _ range: Range<Int>?, else bytes: some Collection<UInt8>, to output: ByteBuffer
    ) {
        if let range {
            output.append(replacement: replacements[range], for: bytes)
        } else {
            for byte in bytes { output.append(byte) }
        }
    }

    /// The place of the replacement for the shortest key that `key` begins with.
    private func replacement(of key: some Collection<UInt8>) -> Range<Int>? {
        guard let root = units.first else { return nil }
        var node = Self.offset(root)
        for byte in key {
            guard byte != 0 else { return nil }
            node ^= Int(byte)
            guard node < units.count else { return nil }
            let unit = units[node]
            guard unit & 0x8000_00FF == UInt32(byte) else { return nil }
            node ^= Self.offset(unit)
            guard unit >> 8 & 1 == 1 else { continue }
            guard node < units.count else { return nil }
            let start = Int(units[node] & 0x7FFF_FFFF)
            guard start < replacements.count, replacements[start] & 0xC0 != 0x80 else { return nil }
            return start..<(replacements[start...].firstIndex(of: 0) ?? replacements.count)
        }
        return nil
    }

    private static func offset(_ unit: UInt32) -> Int {
        Int(unit >> 10) << Int((unit & 0x200) >> 6)
    }
}
