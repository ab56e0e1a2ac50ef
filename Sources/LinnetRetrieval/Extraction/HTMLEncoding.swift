import Foundation

/// The characters of an HTML page, whatever it says about their encoding.
///
/// A byte order mark decides; otherwise bytes that are valid UTF-8 are UTF-8, whatever the page says; otherwise the
/// encoding that the page names in its first KiB, if it is one that pages of the web are written in; otherwise
/// windows-1252. What cannot be decoded becomes U+FFFD, a zero byte a space.
enum HTMLEncoding {
    /// UTF-8 of the page.
    /// - Throws: `RetrievalError.unreadable` for a binary file.
    static func text(of file: [UInt8], path: String) throws -> [UInt8] {
        if file.starts(with: [0xFF, 0xFE]) || file.starts(with: [0xFE, 0xFF]) {
            return try SourceText(file: file, path: path).bytes
        }
        let zeros = file.count { $0 == 0 }
        guard zeros <= file.count / 8 else {
            throw RetrievalError.unreadable(path, "a binary file, or UTF-16 without a byte order mark")
        }
        var bytes = file.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(file.dropFirst(3)) : file
        if zeros > 0 {
            for place in bytes.indices where bytes[place] == 0 { bytes[place] = 0x20 }
        }
        if String(validating: bytes, as: UTF8.self) != nil { return bytes }
        return decoded(bytes, from: declared(bytes.prefix(1_024)) ?? "WINDOWS-1252")
            ?? Array(String(decoding: bytes, as: UTF8.self).utf8)
    }

    /// The encoding that follows `charset=`.
    private static func declared(_ beginning: ArraySlice<UInt8>) -> String? {
        let text = String(decoding: beginning, as: UTF8.self).lowercased()
        guard let mark = text.range(of: "charset=") else { return nil }
        let rest = text[mark.upperBound...].drop { $0 == "\"" || $0 == "'" || $0 == " " }
        let name = String(rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
        return known[name]
    }

    /// Names in pages, and what the C library calls them. UTF-7 and UTF-16 are not among them: a page whose beginning
    /// could be read as ASCII is written in neither.
    private static let known: [String: String] = {
        var table: [String: String] = [
            "shift_jis": "CP932", "shift-jis": "CP932", "sjis": "CP932", "euc-jp": "EUC-JP",
            "iso-2022-jp": "ISO-2022-JP", "gb2312": "GB18030", "gbk": "GB18030", "gb18030": "GB18030",
            "big5": "BIG5-HKSCS", "euc-kr": "CP949", "ks_c_5601-1987": "CP949", "koi8-r": "KOI8-R", "koi8-u": "KOI8-U",
            "macintosh": "MACINTOSH", "tis-620": "TIS-620",
        ]
        for number in 1_250...1_258 {
            table["windows-\(number)"] = "WINDOWS-\(number)"
            table["cp\(number)"] = "WINDOWS-\(number)"
        }
        for number in 2...16 where number != 12 { table["iso-8859-\(number)"] = "ISO-8859-\(number)" }
        return table
    }()

    private static func decoded(_ bytes: [UInt8], from encoding: String) -> [UInt8]? {
        guard let converter = iconv_open("UTF-8", encoding), converter != UnsafeMutableRawPointer(bitPattern: -1) else {
            return nil
        }
        defer { iconv_close(converter) }
        var input = bytes.map { CChar(bitPattern: $0) }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count * 2)
        var block = [CChar](repeating: 0, count: 65_536)
        input.withUnsafeMutableBufferPointer { input in
            var source = input.baseAddress
            var left = input.count
            while left > 0 {
                let (status, written) = block.withUnsafeMutableBufferPointer { output in
                    var target = output.baseAddress
                    var room = output.count
                    let status = iconv(converter, &source, &left, &target, &room)
                    return (status == -1 ? errno : 0, output.count - room)
                }
                result.append(contentsOf: block[..<written].lazy.map { UInt8(bitPattern: $0) })
                if status == EILSEQ || status == EINVAL {
                    result.append(contentsOf: [0xEF, 0xBF, 0xBD])
                    source = source.map { $0 + 1 }
                    left -= 1
                } else if status != 0, status != E2BIG {
                    break
                }
            }
        }
        return result
    }
}
