/// Finds added tokens in text: at each place the longest, from left to right.
struct AddedTokenScanner: Sendable {
    /// A stretch of the text.
    enum Part: Equatable {
        case token(Int32)
        case text(Range<Int>)
    }

    private struct Match {
        var token: AddedToken
        var id: Int32
    }

    /// A trie: the edges from a node, and the match that ends there.
    private var edges: [UInt64: Int] = [:]
    private var matches: [Match?] = [nil]
    private var firstBytes = [Bool](repeating: false, count: 256)

    /// - Parameter tokens: what to look for, with the bytes by which it is known in the text.
    init?(_ tokens: [(pattern: [UInt8], token: AddedToken, id: Int32)]) {
        for (pattern, token, id) in tokens {
            guard let first = pattern.first else { continue }
            firstBytes[Int(first)] = true
            var node = 0
            for byte in pattern {
                let key = Self.edge(node, byte)
                if let next = edges[key] {
                    node = next
                } else {
                    edges[key] = matches.count
                    node = matches.count
                    matches.append(nil)
                }
            }
            if matches[node] == nil { matches[node] = Match(token: token, id: id) }
        }
        if matches.count == 1 { return nil }
    }

    private static func edge(_ node: Int, _ byte: UInt8) -> UInt64 {
        UInt64(truncatingIfNeeded: node) << 8 | UInt64(byte)
    }

    /// Hands out the parts of `text` in order; ranges are never empty.
    func forEachPart(of text: UnsafeBufferPointer<UInt8>, _ body: (Part) -> Void) {
        guard let base = text.baseAddress else { return }
        var done = 0  // everything before has been handed out
        var index = 0
        firstBytes.withUnsafeBufferPointer { firstBytes in
            while index < text.count {
                guard firstBytes[Int(base[index])], let (match, end) = longestMatch(text, at: index) else {
                    index += 1
                    continue
                }
                let start = index
                index = end
                if match.token.isSingleWord, touchesWord(base, count: text.count, start, end) { continue }
                let range = extended(base, from: done, count: text.count, start..<end, match.token)
                let from = match.token.stripsLeft ? max(range.lowerBound, done) : start
                if done < from { body(.text(done..<from)) }
                body(.token(match.id))
                done = range.upperBound
            }
        }
        if done < text.count { body(.text(done..<text.count)) }
    }

    private func longestMatch(_ text: UnsafeBufferPointer<UInt8>, at start: Int) -> (match: Match, end: Int)? {
        var node = 0
        var found: (match: Match, end: Int)?
        var index = start
        while index < text.count, let next = edges[Self.edge(node, text[index])] {
            node = next
            index += 1
            if let match = matches[node] { found = (match, index) }
        }
        return found
    }

    private func touchesWord(_ base: UnsafePointer<UInt8>, count: Int, _ start: Int, _ end: Int) -> Bool {
        let properties = UnicodeProperties.shared
        if start > 0 {
            let before = UTF8Text.decodeLast(base, start: 0, end: start).scalar
            if properties.classes(of: before).contains(.word) { return true }
        }
        if end < count {
            let after = UTF8Text.decode(base + end, remaining: count - end).scalar
            if properties.classes(of: after).contains(.word) { return true }
        }
        return false
    }

    /// The match with the white space that it takes with it.
    private func extended(
        _ base: UnsafePointer<UInt8>, from done: Int, count: Int, _ range: Range<Int>, _ token: AddedToken
    ) -> Range<Int> {
        let properties = UnicodeProperties.shared
        var start = range.lowerBound
        var end = range.upperBound
        while token.stripsLeft, start > done {
            let (scalar, place) = UTF8Text.decodeLast(base, start: done, end: start)
            guard properties.classes(of: scalar).contains(.whitespace) else { break }
            start = place
        }
        while token.stripsRight, end < count {
            let (scalar, length) = UTF8Text.decode(base + end, remaining: count - end)
            guard properties.classes(of: scalar).contains(.whitespace) else { break }
            end += length
        }
        return start..<end
    }
}
