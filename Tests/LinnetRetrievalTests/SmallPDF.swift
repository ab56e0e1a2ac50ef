/// PDF files made by hand, sound and hostile.
enum SmallPDF {
    /// A file of these objects with a right table of places; the first is the catalogue.
    static func file(_ objects: [[UInt8]], trailer: String = "") -> [UInt8] {
        var bytes = Array("%PDF-1.5\n".utf8)
        var places: [Int] = []
        for (index, object) in objects.enumerated() {
            places.append(bytes.count)
            bytes += Array("\(index + 1) 0 obj\n".utf8) + object + Array("\nendobj\n".utf8)
        }
        let table = bytes.count
        bytes += Array("xref\n0 \(objects.count + 1)\n0000000000 65535 f \n".utf8)
        for place in places {
            let digits = String(place)
            bytes += Array((String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n").utf8)
        }
        let size = "<< /Size \(objects.count + 1) /Root 1 0 R \(trailer) >>"
        return bytes + Array("trailer \(size)\nstartxref\n\(table)\n%%EOF\n".utf8)
    }

    /// A stream object.
    static func stream(_ bytes: [UInt8], _ entries: String = "", length: String? = nil) -> [UInt8] {
        Array("<< /Length \(length ?? String(bytes.count)) \(entries) >>\nstream\n".utf8) + bytes
            + Array("\nendstream".utf8)
    }

    /// A sound file with a page for each text.
    static func pages(_ texts: [String]) -> [UInt8] {
        document(texts.map { stream(Array("BT /F1 12 Tf 72 700 Td (\($0)) Tj ET".utf8)) })
    }

    /// A sound file with a page for each stream of content.
    static func document(_ contents: [[UInt8]]) -> [UInt8] {
        let kids = contents.indices.map { "\(3 + 2 * $0) 0 R" }.joined(separator: " ")
        var objects = [
            Array("<< /Type /Catalog /Pages 2 0 R >>".utf8),
            Array("<< /Type /Pages /Kids [\(kids)] /Count \(contents.count) >>".utf8),
        ]
        for (index, content) in contents.enumerated() {
            let font = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
            let page = "/Parent 2 0 R /MediaBox [0 0 612 792] /Contents \(4 + 2 * index) 0 R /Resources \(font)"
            objects += [Array("<< /Type /Page \(page) >>".utf8), content]
        }
        return file(objects)
    }

    /// Files that loop, lie about lengths, nest, or grow, by name.
    static var hostile: [(name: String, bytes: [UInt8])] {
        func text(_ text: String) -> [UInt8] { Array(text.utf8) }
        let catalogue = text("<< /Type /Catalog /Pages 2 0 R /Outlines 5 0 R >>")
        let page = text("<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>")
        let oneKid = text("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
        func one(_ content: [UInt8], _ rest: [[UInt8]] = [], trailer: String = "") -> [UInt8] {
            file([catalogue, oneKid, page, content] + rest, trailer: trailer)
        }
        let show = text("BT /F1 12 Tf (text) Tj ET")
        var list: [(String, [UInt8])] = [
            ("previous-loop", one(stream(show), trailer: "/Prev 9")),
            ("previous-self", text("%PDF-1.5\nxref\n0 0\ntrailer << /Root 1 0 R /Prev 9 >>\nstartxref\n9\n%%EOF")),
            ("no-table", text("%PDF-1.5\nstartxref\n0\n%%EOF")),
            ("page-cycle", file([catalogue, text("<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>")])),
            ("outline-cycle", one(stream(show), [text("<< /First 5 0 R /Next 5 0 R /Last 5 0 R /Count 9 >>")])),
            ("content-of-itself", one(text("[4 0 R 4 0 R]"))),
            ("object-stream-of-itself", one(stream(text("4 0 << >>"), "/Type /ObjStm /N 1 /First 4 /Extends 4 0 R"))),
            ("huge-size", one(stream(show), trailer: "/Size 2147483647")),
            (
                "encrypted",
                one(stream(show), trailer: "/Encrypt << /Filter /Standard /V 4 /R 4 /P 0 >> /ID [<00> <00>]")
            ),
            ("many-filters", one(stream(show, "/Filter [\(String(repeating: "/FlateDecode ", count: 50))]"))),
            (
                "run-lengths",
                one(stream([UInt8](repeating: 0x81, count: 100_000), "/Filter [/RunLengthDecode /RunLengthDecode]"))
            ),
            ("columns", one(stream(show, "/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 2147483647 >>"))),
            ("deep-array", one(stream(show), [text(String(repeating: "[", count: 1_000_000))])),
            ("deep-dictionary", one(stream(show), [text(String(repeating: "<</A", count: 300_000))])),
            ("long-name", one(stream(show), [text("/" + String(repeating: "a", count: 1_000_000))])),
            (
                "many-pages",
                file([
                    catalogue,
                    text("<< /Type /Pages /Kids [\(String(repeating: "3 0 R ", count: 100_000))] /Count 100000 >>"),
                    page, stream(show),
                ])
            ),
            ("image-without-end", one(stream(text("BI /W 9 /H 9 /BPC 8 /CS /G ID ")))),
            ("two-files", pages(["first"]) + pages(["second"])),
            ("with-html", text("<html><body>x</body></html>\n") + pages(["polyglot"])),
            ("only-mark", text("%PDF-")), ("nothing", []),
            ("zeros", text("%PDF-1.7\n") + [UInt8](repeating: 0, count: 100_000)),
            ("comments", text("%PDF-1.7\n") + text(String(repeating: "%\n", count: 200_000))),
        ]
        for length in ["-1", "9223372036854775807", "99999999999999999999", "4 0 R", "0"] {
            list.append(("length \(length)", one(stream(show, length: length))))
        }
        return list.map { (name: $0.0, bytes: $0.1) }
    }

    /// A page whose content of `size` zeros is packed into a thousandth of it, without a compressor: deflate blocks of
    /// fixed codes in which almost everything is a copy of 258 zeros at distance 1.
    static func flateBomb(size: Int) -> [UInt8] {
        var bits: [UInt8] = []
        var pending: UInt32 = 0
        var count: UInt32 = 0
        func put(_ value: UInt32, _ width: UInt32) {
            pending |= value << count
            count += width
            while count >= 8 {
                bits.append(UInt8(pending & 0xFF))
                pending >>= 8
                count -= 8
            }
        }
        put(1, 1)
        put(1, 2)
        put(0x0C, 8)  // A literal zero: the code 00110000, its first bit first.
        for _ in 0..<(size / 258) {
            put(0xA3, 8)  // Length 258: the code 11000101, its first bit first.
            put(0, 5)  // Distance 1.
        }
        put(0, 7)
        put(0, 8)
        return document([stream([0x78, 0x9C] + bits, "/Filter /FlateDecode")])
    }
}
