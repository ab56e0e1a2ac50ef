/// Cuts a template into pieces as Jinja does with `trim_blocks` and `lstrip_blocks`, which Hugging Face sets:
/// the first line end after a statement or comment is dropped, and so are blanks from the start of its line up to it;
/// `-` at either side of a tag strips all space there, `+` keeps it.
struct TemplateLexer {
    let source: [Unicode.Scalar]
    var position = 0
    private(set) var tokens: [TemplateToken] = []
    /// The closing brackets that are due inside a tag.
    private var brackets: [Unicode.Scalar] = []
    private var lineStarts: [Int] = [0]

    /// What stands at one side of a tag's delimiter.
    private enum Trim { case usual, strip, keep }

    /// Prepares `text`: every line end becomes LF and a last one is dropped, as Jinja does.
    init(_ text: String) {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(text.utf8.count)
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if scalar == "\r" {
                scalars.append("\n")
            } else if !(scalar == "\n" && previous == "\r") {
                scalars.append(scalar)
            }
            previous = scalar
        }
        if scalars.last == "\n" { scalars.removeLast() }
        source = scalars
        for (index, scalar) in scalars.enumerated() where scalar == "\n" { lineStarts.append(index + 1) }
    }

    /// All pieces of a template, the last one is `end`.
    static func tokens(of text: String) throws -> [TemplateToken] {
        var lexer = TemplateLexer(text)
        try lexer.run()
        return lexer.tokens
    }

    private mutating func run() throws {
        while position < source.count {
            let start = position
            guard let opening = nextOpening(from: position) else {
                append(text: start..<source.count)
                position = source.count
                break
            }
            position = opening
            let kind = source[opening + 1]
            if kind == "%", let contents = rawContents(at: opening) {
                append(text: start..<strippedEnd(start: start, end: opening, isOutput: false))
                try readRaw(from: contents)
                continue
            }
            append(text: start..<strippedEnd(start: start, end: opening, isOutput: kind == "{"))
            let place = place(opening)
            position = opening + 2
            if peek == "-" || peek == "+" { position += 1 }
            switch kind {
            case "#": try skipComment(openedAt: opening)
            case "{": try readTag(.outputStart, at: place)
            default: try readTag(.statementStart, at: place)
            }
        }
        tokens.append(TemplateToken(kind: .end, place: place(position)))
    }

    // MARK: Places

    /// Line and column of an offset.
    func place(_ offset: Int) -> TemplatePlace {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return TemplatePlace(line: low + 1, column: offset - lineStarts[low] + 1)
    }

    func failure(_ message: String, at offset: Int) -> TemplateError {
        TemplateError(.syntax, at: place(offset), message)
    }

    // MARK: Looking

    var peek: Unicode.Scalar? { scalar(position) }

    func scalar(_ offset: Int) -> Unicode.Scalar? { offset < source.count ? source[offset] : nil }

    func stands(_ text: String, at offset: Int) -> Bool {
        var offset = offset
        for expected in text.unicodeScalars {
            guard scalar(offset) == expected else { return false }
            offset += 1
        }
        return true
    }

    func skippingSpace(_ offset: Int) -> Int {
        var offset = offset
        while let next = scalar(offset), PythonText.isSpace(next) { offset += 1 }
        return offset
    }

    private func nextOpening(from offset: Int) -> Int? {
        var offset = offset
        while offset + 1 < source.count {
            if source[offset] == "{", ["{", "%", "#"].contains(source[offset + 1]) { return offset }
            offset += 1
        }
        return nil
    }

    // MARK: Text between tags

    private mutating func append(text range: Range<Int>) {
        guard !range.isEmpty else { return }
        tokens.append(TemplateToken(kind: .text(string(range)), place: place(range.lowerBound)))
    }

    func string(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: source[range])
        return String(view)
    }

    /// Where the text before a tag ends once the tag's side has had its effect.
    private func strippedEnd(start: Int, end: Int, isOutput: Bool) -> Int {
        var stripped = end
        switch scalar(end + 2) {
        case "-":
            while stripped > start, PythonText.isSpace(source[stripped - 1]) { stripped -= 1 }
        case "+": break
        default:
            guard !isOutput else { break }
            while stripped > start, source[stripped - 1] != "\n" {
                guard PythonText.isSpace(source[stripped - 1]) else { return end }
                stripped -= 1
            }
            // The tag does not begin its line.
            if stripped == start, start > 0, source[start - 1] != "\n" { return end }
        }
        return stripped
    }

    /// Moves past `%}`, `#}` or `}}` with its sign and the space it takes with it, when it stands here.
    private mutating func takeClosing(_ closing: String, trimsLine: Bool) -> Bool {
        if stands("-" + closing, at: position) {
            position = skippingSpace(position + 1 + closing.utf8.count)
        } else if trimsLine, stands("+" + closing, at: position) {
            position += 1 + closing.utf8.count
        } else if stands(closing, at: position) {
            position += closing.utf8.count
            if trimsLine, peek == "\n" { position += 1 }
        } else {
            return false
        }
        return true
    }

    private mutating func skipComment(openedAt opening: Int) throws {
        while position < source.count {
            if takeClosing("#}", trimsLine: true) { return }
            position += 1
        }
        throw failure("expected '#}' at the end of the comment, found the end of the template", at: opening)
    }

    // MARK: Raw text

    /// Where the contents begin when a `{% raw %}` stands at `opening`.
    private func rawContents(at opening: Int) -> Int? {
        var offset = opening + 2
        if scalar(offset) == "-" || scalar(offset) == "+" { offset += 1 }
        offset = skippingSpace(offset)
        guard stands("raw", at: offset) else { return nil }
        offset = skippingSpace(offset + 3)
        if stands("-%}", at: offset) { return skippingSpace(offset + 3) }
        return stands("%}", at: offset) ? offset + 2 : nil
    }

    private mutating func readRaw(from start: Int) throws {
        let opening = position
        position = start
        while position < source.count {
            guard stands("{%", at: position) else {
                position += 1
                continue
            }
            let end = position
            var offset = end + 2
            if scalar(offset) == "-" || scalar(offset) == "+" { offset += 1 }
            offset = skippingSpace(offset)
            if stands("endraw", at: offset) {
                position = skippingSpace(offset + 6)
                if takeClosing("%}", trimsLine: true) {
                    append(text: start..<strippedEnd(start: start, end: end, isOutput: false))
                    return
                }
            }
            position = end + 1
        }
        throw failure("expected '{% endraw %}', found the end of the template", at: opening)
    }

    // MARK: Tags

    private mutating func readTag(_ start: TemplateToken.Kind, at opening: TemplatePlace) throws {
        tokens.append(TemplateToken(kind: start, place: opening))
        brackets = []
        let isOutput = start == .outputStart
        while position < source.count {
            let offset = position
            if brackets.isEmpty, takeClosing(isOutput ? "}}" : "%}", trimsLine: !isOutput) {
                tokens.append(TemplateToken(kind: isOutput ? .outputEnd : .statementEnd, place: place(offset)))
                return
            }
            if PythonText.isSpace(source[position]) {
                position += 1
                continue
            }
            let kind = try readWord()
            try balance(kind, at: offset)
            tokens.append(TemplateToken(kind: kind, place: place(offset)))
        }
        throw TemplateError(
            .syntax, at: opening,
            "expected '\(isOutput ? "}}" : "%}")' at the end of the tag, found the end of the template")
    }

    private mutating func balance(_ kind: TemplateToken.Kind, at offset: Int) throws {
        guard case .sign(let sign) = kind else { return }
        switch sign {
        case "(": brackets.append(")")
        case "[": brackets.append("]")
        case "{": brackets.append("}")
        case ")", "]", "}":
            guard let expected = brackets.popLast() else { throw failure("unexpected '\(sign)'", at: offset) }
            guard String(expected) == sign else {
                throw failure("expected '\(expected)', found '\(sign)'", at: offset)
            }
        default: break
        }
    }
}
