/// What becomes of the matches of a pattern that cuts text into words.
enum SplitBehavior: String, Sendable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"
}

/// A stretch of text that is a match of a pattern or stands between two. A match may be empty.
struct TextSegment {
    var range: Range<Int>
    var isMatch: Bool
}

/// Hands out a text as segments, without a gap.
protocol SegmentScanner {
    mutating func next() -> TextSegment?
}

/// Words from the segments of a pattern, put together as a behaviour says.
struct SplitWords<Segments: SegmentScanner>: WordScanner {
    private var segments: Segments
    private let behavior: SplitBehavior
    private let inverts: Bool
    /// The segment that has been looked at and belongs to no word yet.
    private var held: TextSegment?

    /// - Parameter inverts: what stands between the matches counts as match and the other way round.
    init(_ segments: Segments, _ behavior: SplitBehavior, inverts: Bool = false) {
        self.segments = segments
        self.behavior = behavior
        self.inverts = inverts
    }

    mutating func next() -> Range<Int>? {
        while let word = nextWord() {
            if !word.isEmpty { return word }
        }
        return nil
    }

    private mutating func take() -> TextSegment? {
        if let segment = held {
            held = nil
            return segment
        }
        guard var segment = segments.next() else { return nil }
        if inverts { segment.isMatch.toggle() }
        return segment
    }

    private mutating func nextWord() -> Range<Int>? {
        guard let first = take() else { return nil }
        switch behavior {
        case .isolated:
            return first.range
        case .removed:
            return first.isMatch ? first.range.lowerBound..<first.range.lowerBound : first.range
        case .mergedWithPrevious:
            guard !first.isMatch, let second = take() else { return first.range }
            if second.isMatch { return first.range.lowerBound..<second.range.upperBound }
            held = second
            return first.range
        case .mergedWithNext:
            guard first.isMatch, let second = take() else { return first.range }
            if !second.isMatch { return first.range.lowerBound..<second.range.upperBound }
            held = second
            return first.range
        case .contiguous:
            var word = first.range
            while let following = take() {
                guard following.isMatch == first.isMatch else {
                    held = following
                    break
                }
                word = word.lowerBound..<following.range.upperBound
            }
            return word
        }
    }
}

/// The segments around every occurrence of some bytes.
struct LiteralSegments: SegmentScanner {
    private let text: TextSpan
    private let pattern: [UInt8]
    private var place: Int
    private var pending: Range<Int>?

    /// - Parameter pattern: not empty.
    init(_ text: TextSpan, _ pattern: [UInt8]) {
        self.text = text
        self.pattern = pattern
        place = text.start
    }

    mutating func next() -> TextSegment? {
        if let match = pending {
            pending = nil
            return TextSegment(range: match, isMatch: true)
        }
        guard place < text.end else { return nil }
        let start = place
        while place < text.end {
            if isMatch(at: place) {
                let match = place..<place + pattern.count
                place = match.upperBound
                guard start < match.lowerBound else { return TextSegment(range: match, isMatch: true) }
                pending = match
                return TextSegment(range: start..<match.lowerBound, isMatch: false)
            }
            place += 1
        }
        return TextSegment(range: start..<place, isMatch: false)
    }

    @inline(__always)
    private func isMatch(at place: Int) -> Bool {
        guard text.base[place] == pattern[0], place + pattern.count <= text.end else { return false }
        for offset in 1..<max(1, pattern.count) where text.base[place + offset] != pattern[offset] { return false }
        return true
    }
}

/// The segments around every scalar of a class.
struct ClassSegments: SegmentScanner {
    private let text: TextSpan
    private let members: ScalarClass
    private var place: Int

    init(_ text: TextSpan, _ members: ScalarClass) {
        self.text = text
        self.members = members
        place = text.start
    }

    mutating func next() -> TextSegment? {
        guard place < text.end else { return nil }
        let start = place
        while place < text.end {
            let (classes, length) = text.scalar(at: place)
            guard classes.isDisjoint(with: members) else {
                if place == start {
                    place += length
                    return TextSegment(range: start..<place, isMatch: true)
                }
                break
            }
            place += length
        }
        return TextSegment(range: start..<place, isMatch: false)
    }
}

/// The segments around every match of a regular expression.
struct ExpressionSegments: SegmentScanner {
    private let text: TextSpan
    private let matcher: ExpressionMatcher
    /// Where the search goes on; beyond the end when it is over.
    private var place = 0
    /// Everything before has been handed out.
    private var done = 0
    private var lastMatchEnd: Int?
    private var pending: Range<Int>?
    private let count: Int

    init(_ text: TextSpan, _ matcher: ExpressionMatcher) {
        self.text = text
        self.matcher = matcher
        count = text.end - text.start
        matcher.start(count: count)
    }

    private func segment(_ range: Range<Int>, isMatch: Bool) -> TextSegment {
        TextSegment(range: text.start + range.lowerBound..<text.start + range.upperBound, isMatch: isMatch)
    }

    mutating func next() -> TextSegment? {
        if let match = pending {
            pending = nil
            return segment(match, isMatch: true)
        }
        if let match = nextMatch() {
            let before = done..<match.lowerBound
            done = match.upperBound
            guard !before.isEmpty else { return segment(match, isMatch: true) }
            pending = match
            return segment(before, isMatch: false)
        }
        guard done < count else { return nil }
        defer { done = count }
        return segment(done..<count, isMatch: false)
    }

    /// An empty match right behind the match before it does not count.
    private mutating func nextMatch() -> Range<Int>? {
        let subject = text.base + text.start
        while place <= count {
            guard let match = matcher.next(in: subject, count: count, from: place) else {
                place = count + 1
                return nil
            }
            guard match.isEmpty, match.lowerBound == lastMatchEnd else {
                place = match.upperBound
                lastMatchEnd = place
                return match
            }
            place += place < count ? UTF8Text.decode(subject + place, remaining: count - place).length : 1
        }
        return nil
    }
}
