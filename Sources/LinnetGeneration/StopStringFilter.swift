/// Passes text on until it reaches a stop string, which may come in pieces.
///
/// Text is held back while it may be the beginning of a stop string. Compared as bytes: Swift's `String` equality would
/// find canonically equivalent spellings, and characters are composed across tokens.
struct StopStringFilter: Sendable {
    private let stopStrings: [[UInt8]]
    private var held: [UInt8] = []
    /// Whether a stop string has been reached; everything after it is dropped.
    private(set) var isStopped = false

    /// A filter for these stop strings; without any, all text passes at once.
    init(_ stopStrings: [String]) {
        self.stopStrings = stopStrings.map { Array($0.utf8) }.filter { !$0.isEmpty }
    }

    /// The text that is certain to belong to the answer now that `text` (whole characters) has come.
    mutating func append(_ text: String) -> String {
        guard !isStopped else { return "" }
        guard !stopStrings.isEmpty else { return text }
        held += text.utf8
        if let end = firstOccurrence() {
            isStopped = true
            return take(end)
        }
        return take(held.count - longestBeginning())
    }

    /// What was held back, now that no more text comes.
    mutating func finish() -> String { isStopped ? "" : take(held.count) }

    private mutating func take(_ count: Int) -> String {
        let text = String(decoding: held[..<count], as: UTF8.self)
        held.removeFirst(count)
        return text
    }

    /// Where the earliest stop string begins.
    private func firstOccurrence() -> Int? {
        held.indices.first { place in stopStrings.contains { held[place...].starts(with: $0) } }
    }

    /// Length of the longest end of the text that a stop string begins with.
    private func longestBeginning() -> Int {
        let longest = stopStrings.reduce(0) { max($0, $1.count - 1) }
        for length in stride(from: min(longest, held.count), to: 0, by: -1) {
            let end = held.suffix(length)
            if stopStrings.contains(where: { $0.count > length && $0.starts(with: end) }) { return length }
        }
        return 0
    }
}
