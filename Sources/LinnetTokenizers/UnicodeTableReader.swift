/// Reads the hexadecimal tables of `UnicodeCategoryTables` and `UnicodeDecompositionTables`.
struct UnicodeTableReader {
    /// One word of a table: `first-last:value.value`, where `-last` and `:values` may be absent.
    struct Word {
        var first: UInt32
        var last: UInt32
        var values: [UInt32]
    }

    /// Calls `body` for every word of `table`, in order.
    static func forEachWord(of table: StaticString, _ body: (Word) -> Void) {
        table.withUTF8Buffer { bytes in
            var word = Word(first: 0, last: 0, values: [])
            var number: UInt32 = 0
            var part = UInt8(ascii: " ")
            func close() {
                switch part {
                case UInt8(ascii: " "): word = Word(first: number, last: number, values: [])
                case UInt8(ascii: "-"): word.last = number
                default: word.values.append(number)
                }
                number = 0
            }
            for byte in bytes {
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"):
                    number = number << 4 | UInt32(byte & 15)
                case UInt8(ascii: "A")...UInt8(ascii: "F"):
                    number = number << 4 | UInt32(byte &- UInt8(ascii: "A") &+ 10)
                case UInt8(ascii: " "):
                    close()
                    body(word)
                    part = byte
                default:
                    close()
                    part = byte
                }
            }
            close()
            body(word)
        }
    }
}
