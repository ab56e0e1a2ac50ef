/// How well a text may be cut at a place; the larger, the better.
enum TextBoundary: Int, Comparable, Sendable {
    /// Between two characters of one word.
    case character
    /// Between two words.
    case word
    /// Between two sentences, or lines of a list or of code.
    case sentence
    /// After an empty line.
    case paragraph
    /// At the begin of a section.
    case section

    static func < (left: TextBoundary, right: TextBoundary) -> Bool { left.rawValue < right.rawValue }
}
