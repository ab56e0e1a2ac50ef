import LinnetFormats

/// A word, text, number or mark of a filter, with the place where it begins (in characters, from 1).
struct FilterToken {
    enum Kind: Equatable {
        /// A name without quotes: a key, `and`, `or`, `not`, `in`, `like`, `true`, `false`.
        case word(String)
        /// What stood in quotes.
        case quoted(String)
        case number(Double)
        /// A comparison, a parenthesis or a comma.
        case mark(String)
        case end
    }

    let kind: Kind
    let position: Int

    /// The keyword that the word is, in lower case.
    var keyword: String? {
        guard case .word(let word) = kind else { return nil }
        let keyword = word.lowercased()
        return ["and", "or", "not", "in", "like", "true", "false"].contains(keyword) ? keyword : nil
    }

    /// What an error says was found.
    var shown: String {
        switch kind {
        case .word(let text): FormatError.quoted(text)
        case .quoted(let text): "the text \(FormatError.quoted(text))"
        case .number(let number): "the number \(number)"
        case .mark(let mark): "'\(mark)'"
        case .end: "the end"
        }
    }
}

/// Cuts a filter into tokens.
struct FilterTokens {
    private let characters: [Character]
    private var place = 0

    /// All tokens of a filter; the last one is the end.
    static func all(of text: String) throws -> [FilterToken] {
        var tokens = FilterTokens(characters: Array(text))
        var result: [FilterToken] = []
        repeat { result.append(try tokens.next()) } while result.last?.kind != .end
        return result
    }

    private init(characters: [Character]) { self.characters = characters }

    private var current: Character? { place < characters.count ? characters[place] : nil }

    private mutating func next() throws -> FilterToken {
        while let character = current, character.isWhitespace { place += 1 }
        let start = place
        guard let character = current else { return FilterToken(kind: .end, position: start + 1) }
        let kind: FilterToken.Kind
        if character == "\"" || character == "'" {
            kind = .quoted(try quoted(character))
        } else if FilterTokens.isDigit(character) || character == "-" || character == "+" || character == "." {
            kind = .number(try number())
        } else if character.isLetter || character == "_" {
            kind = .word(run { $0.isLetter || $0.isNumber || "_-.".contains($0) })
        } else {
            kind = .mark(try mark())
        }
        return FilterToken(kind: kind, position: start + 1)
    }

    private mutating func run(while isPart: (Character) -> Bool) -> String {
        let start = place
        while let character = current, isPart(character) { place += 1 }
        return String(characters[start..<place])
    }

    /// A text in quotes; the quote itself is written twice inside.
    private mutating func quoted(_ quote: Character) throws -> String {
        let start = place
        var text = ""
        place += 1
        while let character = current {
            place += 1
            guard character == quote else {
                text.append(character)
                continue
            }
            guard current == quote else { return text }
            text.append(quote)
            place += 1
        }
        throw FilterTokens.error(start + 1, "the text that begins here has no closing \(quote)")
    }

    private mutating func number() throws -> Double {
        let start = place
        let text = run { FilterTokens.isDigit($0) || "+-.".contains($0) || $0.isLetter }
        guard let value = Double(text), value.isFinite,
            text.allSatisfy({ FilterTokens.isDigit($0) || "+-.eE".contains($0) })
        else {
            throw FilterTokens.error(start + 1, "\(FormatError.quoted(text)) is no number; put texts in quotes")
        }
        return value
    }

    private mutating func mark() throws -> String {
        let start = place
        let two = String(characters[place..<min(place + 2, characters.count)])
        for mark in ["<=", ">=", "!=", "<>", "=="] where two == mark {
            place += 2
            return mark
        }
        place += 1
        let one = String(characters[start])
        guard ["=", "<", ">", "(", ")", ","].contains(one) else {
            throw FilterTokens.error(start + 1, "\(FormatError.quoted(one)) means nothing here")
        }
        return one
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) && character.isASCII }

    /// An error of a filter.
    static func error(_ position: Int, _ what: String) -> RetrievalError {
        RetrievalError(.invalid, "filter, character \(position): \(what)")
    }
}
