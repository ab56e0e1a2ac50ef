import LinnetFormats

/// The random strings of `make_causal_goldens.py`: xorshift, atoms and any scalars.
struct RandomStrings {
    private var state: UInt64
    private let atoms: [String]

    init(_ goldens: JSON) {
        state = UInt64(goldens["seed"]?.intValue ?? 1)
        atoms = (goldens["atoms"]?.list ?? []).compactMap(\.stringValue)
    }

    private mutating func draw(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % bound
    }

    mutating func next() -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<draw(24) + 1 {
            let kind = draw(12)
            if kind < 2 {
                let code = draw(kind == 0 ? 0x110000 : 0x3000)
                text.append(Unicode.Scalar(UInt32(code)) ?? "x")
            } else {
                text.append(contentsOf: atoms[draw(atoms.count)].unicodeScalars)
            }
        }
        return String(text)
    }

    mutating func next(_ count: Int) -> [String] { (0..<count).map { _ in next() } }
}

/// FNV-1a with 64 bits, as the goldens have it.
struct Digest {
    private var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    mutating func add(ids: [Int32]) {
        for id in ids + [-1] { withUnsafeBytes(of: id.littleEndian) { add($0) } }
    }

    mutating func add(text: String) { add(Array(text.utf8) + [0xFF]) }

    var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    static func of(_ ids: [Int32]) -> String {
        var digest = Digest()
        digest.add(ids: ids)
        return digest.text
    }

    /// One digest for every `size` of the lists.
    static func blocks(_ lists: [[Int32]], of size: Int) -> [String] {
        stride(from: 0, to: lists.count, by: size).map { start in
            var digest = Digest()
            for ids in lists[start..<min(start + size, lists.count)] { digest.add(ids: ids) }
            return digest.text
        }
    }

    static func blocks(_ texts: [String], of size: Int) -> [String] {
        stride(from: 0, to: texts.count, by: size).map { start in
            var digest = Digest()
            for text in texts[start..<min(start + size, texts.count)] { digest.add(text: text) }
            return digest.text
        }
    }
}
