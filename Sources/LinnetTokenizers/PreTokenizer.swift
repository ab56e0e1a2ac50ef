/// One step of cutting text into words. A tokenizer has a list of them; each cuts what the step before it left.
enum PreTokenizer: Sendable, Equatable {
    case bert
    /// Words in bytes: GPT-2's pattern, or the text as a whole. Only ever the last step.
    case byteLevel(addsPrefixSpace: Bool, splits: Bool)
    /// `\w+|[^\w\s]+`
    case whitespace
    case whitespaceSplit
    case punctuation(SplitBehavior)
    case digits(individually: Bool)
    /// The words of a pattern that is scanned by hand.
    case known(KnownPattern)
    case split(SplitPattern, SplitBehavior, inverts: Bool)
    case metaspace(Metaspace)
    /// Changes no ids, see `MarkedWords`.
    case marked([UInt8])
}

/// What a `split` looks for.
enum SplitPattern: Sendable, Equatable {
    /// Not empty.
    case literal([UInt8])
    case expression(RegularExpression)
}

/// Runs the steps over a stretch of text and hands the words to a model.
struct WordFeeder<Model: WordModel> {
    let steps: [PreTokenizer]
    let model: Model
    let session: EncodingSession
    /// Where in the stretch the whole text begins, if it does.
    let beginning: Int?

    /// Appends the ids of all words in `text`.
    func feed(_ text: TextSpan, step: Int = 0) {
        guard text.start < text.end else { return }
        guard step < steps.count else {
            model.append(text.base + text.start, count: text.end - text.start, to: session)
            return
        }
        switch steps[step] {
        case .bert:
            feed(BertWords(text), of: text, step: step)
        case .whitespace:
            feed(CharacterRunWords(text), of: text, step: step)
        case .whitespaceSplit:
            feed(SpaceSeparatedWords(text), of: text, step: step)
        case .punctuation(let behavior):
            feed(SplitWords(ClassSegments(text, .punctuation), behavior), of: text, step: step)
        case .digits(let individually):
            let behavior = individually ? SplitBehavior.isolated : .contiguous
            feed(SplitWords(ClassSegments(text, .numeric), behavior), of: text, step: step)
        case .known(let pattern):
            feed(pattern, text, step: step)
        case .split(.literal(let bytes), let behavior, let inverts):
            feed(SplitWords(LiteralSegments(text, bytes), behavior, inverts: inverts), of: text, step: step)
        case .split(.expression(let expression), let behavior, let inverts):
            expression.withMatcher { matcher in
                feed(
                    SplitWords(ExpressionSegments(text, matcher), behavior, inverts: inverts), of: text, step: step)
            }
        case .metaspace(let metaspace):
            feed(metaspace, text, step: step)
        case .marked(let mark):
            feed(MarkedWords(text, mark), of: text, step: step)
        case .byteLevel(let addsPrefixSpace, let splits):
            guard addsPrefixSpace, text.base[text.start] != 0x20 else {
                feedBytes(text, splits: splits)
                return
            }
            let spaced = session.buffer(step)
            spaced.count = 0
            spaced.append(0x20)
            spaced.append(text.base + text.start, count: text.end - text.start)
            feedBytes(TextSpan(base: spaced.base, start: 0, end: spaced.count), splits: splits)
        }
    }

    private func feedBytes(_ text: TextSpan, splits: Bool) {
        if splits {
            feed(ByteLevelWords(text), of: text, step: steps.count)
        } else {
            model.append(text.base + text.start, count: text.end - text.start, to: session)
        }
    }

    private func feed(_ pattern: KnownPattern, _ text: TextSpan, step: Int) {
        // Behind the pattern usually stands a ByteLevel that neither splits nor adds anything.
        let isLast = step + 2 == steps.count && steps[step + 1] == .byteLevel(addsPrefixSpace: false, splits: false)
        let step = isLast ? steps.count : step
        switch pattern {
        case .gpt2: feed(ByteLevelWords(text), of: text, step: step)
        case .llama3: feed(LetterRunWords(text, mostDigits: 3), of: text, step: step)
        case .qwen2: feed(LetterRunWords(text, mostDigits: 1), of: text, step: step)
        }
    }

    private func feed(_ metaspace: Metaspace, _ text: TextSpan, step: Int) {
        let buffer = session.buffer(step)
        metaspace.write(text, isBeginning: text.start == beginning, into: buffer)
        let marked = TextSpan(base: buffer.base, start: 0, end: buffer.count)
        if metaspace.splits {
            feed(SplitWords(LiteralSegments(marked, metaspace.mark), .mergedWithNext), of: marked, step: step)
        } else {
            feed(marked, step: step + 1)
        }
    }

    @inline(__always)
    private func feed<Scanner: WordScanner>(_ scanner: Scanner, of text: TextSpan, step: Int) {
        var scanner = scanner
        if step + 1 >= steps.count {
            while let word = scanner.next() {
                model.append(text.base + word.lowerBound, count: word.count, to: session)
            }
        } else {
            while let word = scanner.next() {
                feed(TextSpan(base: text.base, start: word.lowerBound, end: word.upperBound), step: step + 1)
            }
        }
    }
}
