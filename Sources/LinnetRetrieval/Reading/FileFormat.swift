import Foundation

/// How a file is read.
public enum FileFormat: String, Sendable, CaseIterable {
    /// Text without structure.
    case text
    /// Markdown: sections by heading.
    case markdown
    /// HTML: text without markup, sections by heading.
    case html
    /// PDF: text by page.
    case pdf
    /// Source code: sections by block.
    case code
    /// Comma-separated values: a document per row.
    case csv
    /// Tab-separated values: a document per row.
    case tsv
    /// A JSON object per line, or one array of objects: a document per object.
    case json

    /// Bytes that are looked at to tell the format of a file from its content.
    static let sniffedBytes = 8_192

    /// The format that a name's ending stands for, in any case; nil for endings that say nothing.
    public static func named(_ path: String) -> FileFormat? {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return nil }
        return byEnding[name[name.index(after: dot)...].lowercased()]
    }

    /// The format of a file by its first bytes; nil for a binary file.
    ///
    /// `%PDF-` within the first KiB is PDF; `<!doctype html` or `<html` after space is HTML; anything else is text as
    /// long as it holds no zero byte (but for UTF-16 with its mark), at most a hundredth of other control characters
    /// and at most a tenth of bytes that are no UTF-8.
    public static func sniffed(_ beginning: [UInt8]) -> FileFormat? {
        if contains(Array("%PDF-".utf8), in: beginning.prefix(1_024)) { return .pdf }
        if beginning.starts(with: [0xFF, 0xFE]) || beginning.starts(with: [0xFE, 0xFF]) { return .text }
        guard !isBinary(beginning) else { return nil }
        let words = beginning.drop { $0 <= 0x20 || $0 >= 0x80 }.prefix(16)
        let opening = String(decoding: words, as: UTF8.self).lowercased()
        return opening.hasPrefix("<!doctype html") || opening.hasPrefix("<html") ? .html : .text
    }

    private static func isBinary(_ bytes: [UInt8]) -> Bool {
        let controls = bytes.count { $0 < 0x20 && !(0x07...0x0D).contains($0) && $0 != 0x1B }
        if bytes.contains(0) || controls * 100 > bytes.count { return true }
        return bytes.withUnsafeBufferPointer { buffer in
            var (place, bad) = (0, 0)
            while place < buffer.count {
                let scalar = UTF8Scalar(buffer, at: place)
                place += scalar.length
                // A scalar that the end of the window cuts is no fault of the file.
                if scalar.value == nil, place < buffer.count || buffer.count < sniffedBytes { bad += scalar.length }
            }
            return bad > max(16, buffer.count / 10)
        }
    }

    /// Whether `word` stands in `bytes`.
    private static func contains(_ word: [UInt8], in bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count >= word.count else { return false }
        return (bytes.startIndex...(bytes.endIndex - word.count)).contains { bytes[$0...].starts(with: word) }
    }

    private static let byEnding: [String: FileFormat] = {
        let endings: [(FileFormat, String)] = [
            (.text, "txt text log rst org adoc asciidoc tex srt vtt eml"),
            (.markdown, "md markdown mdown mkd mdx"),
            (.html, "html htm xhtml"),
            (.pdf, "pdf"),
            (.csv, "csv"),
            (.tsv, "tsv tab"),
            (.json, "jsonl ndjson json"),
            (
                .code,
                """
                swift c h cc cpp cxx hpp hh m mm rs go py pyi java kt kts scala js mjs cjs jsx ts tsx rb php pl pm \
                lua r jl hs ml mli ex exs erl clj cljs lisp el scm cs fs vb dart zig nim v sv vhd vhdl asm s cu cuh \
                metal glsl hlsl sh bash zsh fish ps1 bat sql graphql proto thrift cmake make mk gradle groovy tf \
                yaml yml toml ini cfg conf properties xml xsd css scss less vue svelte jinja j2
                """
            ),
        ]
        var table: [String: FileFormat] = [:]
        for (format, names) in endings {
            for name in names.split(separator: " ") { table[String(name)] = format }
        }
        return table
    }()
}
