/// One step of cutting text into words. A tokenizer has a list of them; each cuts what the step before it left.
enum PreTokenizer: Sendable, Equatable {
    case bert
    /// Words in bytes: GPT-2's pattern, or the text as a whole. Only ever the last step.
    case byteLevel(addsPrefixSpace: Bool, splits: Bool)
    /// `\w+|[^\w\s]+`
    case whitespace
    case whitespaceSplit
    /// Every punctuation mark is a word.
    case punctuation
    case digits(individually: Bool)
}

/// Runs the steps over a stretch of text and hands the words to a model.
struct WordFeeder<Model: WordModel> {
    let steps: [PreTokenizer]
    let model: Model
    let session: EncodingSession

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
        case .punctuation:
            feed(IsolatedWords(text, isolating: .punctuation, joiningRuns: false), of: text, step: step)
        case .digits(let individually):
            feed(IsolatedWords(text, isolating: .numeric, joiningRuns: !individually), of: text, step: step)
        case .byteLevel(let addsPrefixSpace, let splits):
            if addsPrefixSpace, text.base[text.start] != 0x20 {
                let spaced = session.other
                spaced.count = 0
                spaced.append(0x20)
                spaced.append(text.base + text.start, count: text.end - text.start)
                feedBytes(TextSpan(base: spaced.base, start: 0, end: spaced.count), splits: splits)
            } else {
                feedBytes(text, splits: splits)
            }
        }
    }

    private func feedBytes(_ text: TextSpan, splits: Bool) {
        if splits {
            feed(ByteLevelWords(text), of: text, step: steps.count)
        } else {
            model.append(text.base + text.start, count: text.end - text.start, to: session)
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
