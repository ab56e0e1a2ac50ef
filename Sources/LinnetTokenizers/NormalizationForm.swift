/// The four Unicode normal forms (Unicode Standard Annex 15) on arrays of scalars.
enum NormalizationForm: String, Sendable {
    case nfc = "NFC"
    case nfd = "NFD"
    case nfkc = "NFKC"
    case nfkd = "NFKD"

    /// The tables that composition and compatibility forms need besides `UnicodeProperties`.
    private static let compatible = ScalarMap(UnicodeDecompositionTables.compatible)
    private static let compositions = makeCompositions()

    /// `text` in this form. Time grows as n log n at worst (in one run of combining marks).
    func normalize(_ text: [UInt32]) -> [UInt32] {
        var decomposed: [UInt32] = []
        decomposed.reserveCapacity(text.count + text.count / 4)
        let isCompatible = self == .nfkc || self == .nfkd
        for scalar in text { Self.decompose(scalar, compatible: isCompatible, into: &decomposed) }
        Self.reorder(&decomposed)
        return self == .nfc || self == .nfkc ? Self.compose(decomposed) : decomposed
    }

    /// Appends the full decomposition of one scalar.
    static func decompose(_ scalar: UInt32, compatible isCompatible: Bool, into output: inout [UInt32]) {
        if scalar < 0xA0 {
            output.append(scalar)
        } else if Hangul.syllables.contains(scalar) {
            Hangul.decompose(scalar, into: &output)
        } else if isCompatible, let image = compatible.image(of: scalar) {
            output.append(contentsOf: image)
        } else if UnicodeProperties.shared.classes(of: scalar).contains(.decomposable),
            let image = UnicodeProperties.shared.canonical.image(of: scalar)
        {
            output.append(contentsOf: image)
        } else {
            output.append(scalar)
        }
    }

    /// Sorts every run of combining marks by combining class, keeping the order of equals.
    private static func reorder(_ text: inout [UInt32]) {
        let properties = UnicodeProperties.shared
        var index = 0
        var keys: [UInt64] = []
        while index < text.count {
            guard text[index] >= 0x300, properties.classes(of: text[index]).contains(.combining) else {
                index += 1
                continue
            }
            let start = index
            keys.removeAll(keepingCapacity: true)
            while index < text.count, text[index] >= 0x300,
                properties.classes(of: text[index]).contains(.combining)
            {
                // Class, then place, then scalar: a plain sort of these keys is a stable sort by class.
                let combiningClass = UInt64(properties.combiningClass(of: text[index]))
                keys.append(combiningClass << 56 | UInt64(index - start) << 21 | UInt64(text[index]))
                index += 1
            }
            guard keys.count > 1 else { continue }
            keys.sort()
            for (offset, key) in keys.enumerated() { text[start + offset] = UInt32(key & 0x1FFFFF) }
        }
    }

    /// Canonical composition of text that is decomposed and ordered.
    private static func compose(_ text: [UInt32]) -> [UInt32] {
        let properties = UnicodeProperties.shared
        var output: [UInt32] = []
        output.reserveCapacity(text.count)
        var starter: Int?  // place of the last starter in `output`
        var lastClass: UInt8 = 0  // class of the last scalar after it
        for scalar in text {
            let combiningClass = properties.combiningClass(of: scalar)
            if let place = starter {
                let isAdjacent = place == output.count - 1
                if isAdjacent || lastClass < combiningClass, let whole = composite(output[place], scalar) {
                    output[place] = whole
                    continue
                }
            }
            if combiningClass == 0 { starter = output.count }
            lastClass = combiningClass
            output.append(scalar)
        }
        return output
    }

    private static func composite(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if second < 0x300 { return nil }
        return Hangul.compose(first, second) ?? compositions[UInt64(first) << 32 | UInt64(second)]
    }

    /// Pairs to primary composites. The last scalar of a full decomposition is the second of the pair; the first
    /// is the composition of what stands before it, which has a smaller decomposition.
    private static func makeCompositions() -> [UInt64: UInt32] {
        var excluded: Set<UInt32> = []
        UnicodeTableReader.forEachWord(of: UnicodeDecompositionTables.compositionExclusions) { word in
            for code in word.first...max(word.first, word.last) { excluded.insert(code) }
        }
        let canonical = UnicodeProperties.shared.canonical
        var byDecomposition: [[UInt32]: UInt32] = [:]
        for code in canonical.scalars where !excluded.contains(code) {
            guard let image = canonical.image(of: code), image.count > 1 else { continue }
            byDecomposition[Array(image)] = code
        }
        var pairs: [UInt64: UInt32] = [:]
        for (image, code) in byDecomposition {
            guard let last = image.last else { continue }
            let prefix = Array(image.dropLast())
            let first = prefix.count == 1 ? prefix.first : byDecomposition[prefix]
            guard let first else { continue }
            pairs[UInt64(first) << 32 | UInt64(last)] = code
        }
        return pairs
    }
}
