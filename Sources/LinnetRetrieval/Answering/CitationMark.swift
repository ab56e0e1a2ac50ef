/// A citation in running text: `[1]`, `[1, 3]`, `[2-4]`, `【1】`.
struct CitationMark: Equatable {
    /// The numbers it names, in the order they stand there; a range is written out.
    var numbers: [Int]
    /// How many characters it takes, brackets included.
    var length: Int

    /// A mark longer than this is text: nothing a model writes as a citation is.
    static let longest = 48
    private static let largestNumber = 9999
    private static let longestRange = 32

    /// Brackets that open a citation, with the ones that close it.
    static let brackets: [Character: Character] = ["[": "]", "【": "】", "［": "］"]

    /// What stands at the beginning of a text.
    enum Reading: Equatable {
        /// A citation.
        case mark(CitationMark)
        /// No citation, whatever follows.
        case text
        /// Too short to tell.
        case incomplete
    }

    /// Reads a citation at the beginning of `text`.
    static func read(_ text: Substring) -> Reading {
        guard let first = text.first, let closing = brackets[first] else { return .text }
        var inside = ""
        for character in text.dropFirst() {
            if character == closing {
                guard let numbers = numbers(inside) else { return .text }
                return .mark(CitationMark(numbers: numbers, length: inside.count + 2))
            }
            guard isPartOfMark(character), inside.count < longest else { return .text }
            inside.append(character)
        }
        return .incomplete
    }

    private static func isPartOfMark(_ character: Character) -> Bool {
        character.isASCII && character.isNumber || character == " " || isSeparator(character) || isDash(character)
    }

    private static func isSeparator(_ character: Character) -> Bool { character == "," || character == ";" }

    private static func isDash(_ character: Character) -> Bool { character == "-" || character == "–" }

    private static func numbers(_ inside: String) -> [Int]? {
        var numbers: [Int] = []
        for part in inside.split(omittingEmptySubsequences: false, whereSeparator: isSeparator) {
            let ends = part.split(omittingEmptySubsequences: false, whereSeparator: isDash).map { end in
                Int(String(end.filter { $0 != " " })).flatMap { (0...largestNumber).contains($0) ? $0 : nil }
            }
            switch ends.count {
            case 1:
                guard let number = ends[0] else { return nil }
                numbers.append(number)
            case 2:
                guard let low = ends[0], let high = ends[1], low <= high, high - low < longestRange else { return nil }
                numbers += low...high
            default: return nil
            }
        }
        return numbers
    }
}
