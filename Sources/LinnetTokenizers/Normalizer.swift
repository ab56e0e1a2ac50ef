/// What happens to text before it is cut into words.
indirect enum Normalizer: Sendable {
    case bert(BertNormalizer)
    /// Lower-cases each scalar by itself.
    case lowercase
    /// Removes every combining mark; decomposes nothing.
    case stripAccents
    case form(NormalizationForm)
    /// Replaces every occurrence, from left to right. The pattern is not empty.
    case replace(pattern: [UInt8], content: [UInt8])
    /// Replaces every match, from left to right.
    case replaceMatches(RegularExpression, content: [UInt8])
    /// SentencePiece's table of replacements.
    case precompiled(PrecompiledMap)
    /// Removes white space at the ends.
    case strip(left: Bool, right: Bool)
    /// Puts text in front of text that is not empty.
    case prepend([UInt8])

    /// Empties `output` and writes the normal form of `input` there.
    func normalize(_ input: UnsafeBufferPointer<UInt8>, into output: ByteBuffer) {
        output.count = 0
        guard let base = input.baseAddress, !input.isEmpty else { return }
        let properties = UnicodeProperties.shared
        switch self {
        case .bert(let normalizer):
            normalizer.normalize(input, into: output)
        case .lowercase:
            BertNormalizer.lowercasing.normalize(input, into: output)
        case .stripAccents:
            for scalar in UTF8Text.scalars(input) where !properties.classes(of: scalar).contains(.mark) {
                output.append(scalar: scalar)
            }
        case .form(let form):
            if input.allSatisfy({ $0 < 0x80 }) {
                output.append(base, count: input.count)
            } else {
                for scalar in form.normalize(UTF8Text.scalars(input)) { output.append(scalar: scalar) }
            }
        case .replace(let pattern, let content):
            Self.replace(pattern, by: content, in: input, into: output)
        case .replaceMatches(let expression, let content):
            Self.replace(expression, by: content, TextSpan(base: base, start: 0, end: input.count), into: output)
        case .precompiled(let map):
            map.normalize(input, into: output)
        case .strip(let left, let right):
            let kept = Self.stripped(base, count: input.count, left: left, right: right)
            output.append(base + kept.lowerBound, count: kept.count)
        case .prepend(let prefix):
            output.append(prefix)
            output.append(base, count: input.count)
        }
    }

    private static func replace(
        _ pattern: [UInt8], by content: [UInt8], in input: UnsafeBufferPointer<UInt8>, into output: ByteBuffer
    ) {
        var index = 0
        while index < input.count {
            if input[index] == pattern.first, index + pattern.count <= input.count,
                input[index..<index + pattern.count].elementsEqual(pattern)
            {
                output.append(replacement: content, for: pattern)
                index += pattern.count
            } else {
                output.append(input[index])
                index += 1
            }
        }
    }

    private static func replace(
        _ expression: RegularExpression, by content: [UInt8], _ text: TextSpan, into output: ByteBuffer
    ) {
        expression.withMatcher { matcher in
            var segments = ExpressionSegments(text, matcher)
            while let segment = segments.next() {
                let piece = UnsafeBufferPointer(start: text.base + segment.range.lowerBound, count: segment.range.count)
                if segment.isMatch {
                    output.append(replacement: content, for: piece)
                } else {
                    output.append(text.base + segment.range.lowerBound, count: segment.range.count)
                }
            }
        }
    }

    private static func stripped(
        _ base: UnsafePointer<UInt8>, count: Int, left: Bool, right: Bool
    ) -> Range<Int> {
        let properties = UnicodeProperties.shared
        var start = 0
        var end = count
        while left, start < end {
            let (scalar, length) = UTF8Text.decode(base + start, remaining: end - start)
            guard properties.classes(of: scalar).contains(.whitespace) else { break }
            start += length
        }
        while right, start < end {
            let (scalar, place) = UTF8Text.decodeLast(base, start: start, end: end)
            guard properties.classes(of: scalar).contains(.whitespace) else { break }
            end = place
        }
        return start..<end
    }
}

extension BertNormalizer {
    /// Nothing but lower-casing.
    fileprivate static let lowercasing = BertNormalizer(
        cleansText: false, separatesIdeographs: false, stripsAccents: false, lowercases: true)
}
