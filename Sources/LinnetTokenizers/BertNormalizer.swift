/// BERT's text cleaning, in this order: remove control characters and make every white space a space; put spaces around
/// CJK ideographs; decompose (NFD) and remove nonspacing marks; lower-case each scalar by itself.
struct BertNormalizer: Sendable {
    let cleansText: Bool
    let separatesIdeographs: Bool
    let stripsAccents: Bool
    let lowercases: Bool

    /// What becomes of scalars below 0x800: up to three bytes of UTF-8, their number in the top byte.
    private let shortForms: [UInt32]
    private static let isLong: UInt32 = 0xFF00_0000

    init(cleansText: Bool, separatesIdeographs: Bool, stripsAccents: Bool, lowercases: Bool) {
        let plain = BertNormalizer(
            flags: (cleansText, separatesIdeographs, stripsAccents, lowercases), shortForms: [])
        self = BertNormalizer(
            flags: (cleansText, separatesIdeographs, stripsAccents, lowercases),
            shortForms: (UInt32(0)..<0x800).map(plain.shortForm))
    }

    private init(flags: (Bool, Bool, Bool, Bool), shortForms: [UInt32]) {
        (cleansText, separatesIdeographs, stripsAccents, lowercases) = flags
        self.shortForms = shortForms
    }

    private func shortForm(of scalar: UInt32) -> UInt32 {
        let output = ByteBuffer()
        guard append(scalar, to: output), output.count <= 3 else { return Self.isLong }
        var form = UInt32(truncatingIfNeeded: output.count) << 24
        for index in 0..<output.count { form |= UInt32(output.base[index]) << (8 * UInt32(index)) }
        return form
    }

    /// Appends the normal form of `input` to `output`.
    ///
    /// - Parameter input: UTF-8; need not be readable past its end.
    func normalize(_ input: UnsafeBufferPointer<UInt8>, into output: ByteBuffer) {
        guard let base = input.baseAddress else { return }
        let start = output.count
        let count = input.count
        var index = 0
        output.reserve(start + count + ByteBuffer.slack)
        while index < count {
            while count - index >= 8 {
                let word = ByteWord.load(base + index)
                guard ByteWord.isPrintable(word) else { break }
                ByteWord.store(lowercases ? ByteWord.lowercased(word) : word, to: output.base + output.count)
                output.count += 8
                index += 8
            }
            guard index < count else { break }
            let (scalar, length) = UTF8Text.decode(base + index, remaining: count - index)
            guard appendShortForm(scalar, to: output) || append(scalar, to: output) else {
                // A mark that stays and that the normal form may move: take the slow way for all of it.
                output.count = start
                normalizeByScalars(input, into: output)
                return
            }
            index += length
            output.reserve(output.count + (count - index) + ByteBuffer.slack)
        }
    }

    @inline(__always)
    private func appendShortForm(_ scalar: UInt32, to output: ByteBuffer) -> Bool {
        guard Int(scalar) < shortForms.count else { return false }
        let form = shortForms[Int(scalar)]
        guard form < Self.isLong else { return false }
        UnsafeMutableRawPointer(output.base + output.count).storeBytes(of: form.littleEndian, as: UInt32.self)
        output.count += Int(form >> 24)
        return true
    }

    /// Appends what becomes of one scalar by itself; `false` when its neighbours matter.
    private func append(_ scalar: UInt32, to output: ByteBuffer) -> Bool {
        let properties = UnicodeProperties.shared
        var scalar = scalar
        var classes = properties.classes(of: scalar)
        if cleansText {
            if classes.contains(.control) { return true }
            if classes.contains(.whitespace) {
                scalar = 0x20
                classes = properties.classes(of: scalar)
            }
        }
        let isIdeograph = separatesIdeographs && classes.contains(.ideograph)
        if isIdeograph { output.append(0x20) }
        if stripsAccents {
            if classes.contains(.decomposable) {
                var parts: [UInt32] = []
                NormalizationForm.decompose(scalar, compatible: false, into: &parts)
                for part in parts {
                    let kept = properties.classes(of: part)
                    if kept.contains(.nonspacingMark) { continue }
                    if kept.contains(.combining) { return false }
                    appendCase(part, kept, to: output)
                }
            } else if !classes.contains(.nonspacingMark) {
                if classes.contains(.combining) { return false }
                appendCase(scalar, classes, to: output)
            }
        } else {
            appendCase(scalar, classes, to: output)
        }
        if isIdeograph { output.append(0x20) }
        return true
    }

    @inline(__always)
    private func appendCase(_ scalar: UInt32, _ classes: ScalarClass, to output: ByteBuffer) {
        if lowercases, classes.contains(.cased), let image = UnicodeProperties.shared.lowercase.image(of: scalar) {
            for part in image { output.append(scalar: part) }
        } else {
            output.append(scalar: scalar)
        }
    }

    /// The definition, step by step, on arrays of scalars.
    func normalizeByScalars(_ input: UnsafeBufferPointer<UInt8>, into output: ByteBuffer) {
        let properties = UnicodeProperties.shared
        var text = UTF8Text.scalars(input)
        if cleansText {
            text.removeAll { properties.classes(of: $0).contains(.control) }
            text = text.map { properties.classes(of: $0).contains(.whitespace) ? 0x20 : $0 }
        }
        if separatesIdeographs {
            text = text.flatMap { properties.classes(of: $0).contains(.ideograph) ? [0x20, $0, 0x20] : [$0] }
        }
        if stripsAccents {
            text = NormalizationForm.nfd.normalize(text)
            text.removeAll { properties.classes(of: $0).contains(.nonspacingMark) }
        }
        for scalar in text { appendCase(scalar, properties.classes(of: scalar), to: output) }
    }
}
