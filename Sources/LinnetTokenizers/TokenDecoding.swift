/// A decoder at work: takes tokens one by one and gives out what no later token can change.
///
/// What is given out in all is the same however it is asked for, so that streamed text is the decoded text.
struct TokenDecoding {
    /// What a step remembers.
    private struct State {
        /// How many tokens it has seen.
        var count = 0
        /// What it holds back: bytes of an unfinished character, or a token that the end may change.
        var held: [UInt8] = []
        /// How often the character to be removed may still be removed.
        var strippable = 0
        /// Its input are pieces of one token.
        var isFused = false
    }

    private let steps: [DecoderStep]
    private var states: [State]
    private var output: [UInt8] = []

    init(_ decoder: TokenDecoder) {
        steps = decoder.steps
        var isFused = false
        states = decoder.steps.map { step in
            var state = State()
            state.isFused = isFused
            if case .strip(_, let start, _) = step { state.strippable = start }
            isFused = isFused || step.isFusing
            return state
        }
    }

    /// Takes the next token.
    mutating func append(_ token: [UInt8]) { push(token, into: 0) }

    /// Ends the text: everything held back comes out.
    mutating func finish() {
        for step in steps.indices { finish(step) }
    }

    /// What has come out since the last call. Always whole characters.
    mutating func take() -> String {
        defer { output.removeAll(keepingCapacity: true) }
        return String(decoding: output, as: UTF8.self)
    }

    private mutating func push(_ token: [UInt8], into step: Int) {
        guard step < steps.count else {
            output += token
            return
        }
        switch steps[step] {
        case .fuse:
            push(token, into: step + 1)
        case .strip(let character, _, let stop) where states[step].isFused:
            strip(token, of: character, stop: stop, step)
        case .spaced, .wordPiece, .metaspace, .replace, .strip, .byteLevel, .byteFallback, .suffix:
            if states[step].isFused {
                states[step].held += token
            } else {
                change(token, step)
                states[step].count += 1
            }
        }
    }

    /// A step that looks at whole tokens takes one.
    private mutating func change(_ token: [UInt8], _ step: Int) {
        switch steps[step] {
        case .byteLevel:
            states[step].held += steps[step].changed(token, at: states[step].count)
            let complete = UTF8Text.completePrefix(of: states[step].held)
            handOver(complete, of: step)
        case .byteFallback:
            if let byte = ByteTokens.byte(of: token) {
                states[step].held.append(byte)
            } else {
                spell(step)
                push(token, into: step + 1)
            }
        case .suffix(let suffix):
            if states[step].count > 0 {
                push(DecoderStep.replaced(.literal(suffix), by: [0x20], in: states[step].held), into: step + 1)
            }
            states[step].held = token
        default:
            push(steps[step].changed(token, at: states[step].count), into: step + 1)
        }
    }

    /// Hands on the first bytes that a step holds, as valid UTF-8.
    private mutating func handOver(_ count: Int, of step: Int) {
        guard count > 0 else { return }
        let text = String(decoding: states[step].held.prefix(count), as: UTF8.self)
        states[step].held.removeFirst(count)
        push(Array(text.utf8), into: step + 1)
    }

    /// Hands on the bytes of a run of byte tokens.
    private mutating func spell(_ step: Int) {
        let bytes = states[step].held
        guard !bytes.isEmpty else { return }
        states[step].held = []
        if String(validating: bytes, as: UTF8.self) != nil {
            push(bytes, into: step + 1)
        } else {
            for _ in bytes { push(Array("\u{FFFD}".utf8), into: step + 1) }
        }
    }

    /// Strips a token that comes in pieces: at its start at once, at its end what may be the end is held back.
    private mutating func strip(_ piece: [UInt8], of character: [UInt8], stop: Int, _ step: Int) {
        var rest = states[step].held + piece
        while states[step].strippable > 0, rest.starts(with: character) {
            rest.removeFirst(character.count)
            states[step].strippable -= 1
        }
        if !rest.isEmpty { states[step].strippable = 0 }
        let kept = DecoderStep.stripped(rest, of: character, start: 0, stop: stop)
        states[step].held = Array(rest[kept.count...])
        if !kept.isEmpty { push(kept, into: step + 1) }
    }

    private mutating func finish(_ step: Int) {
        switch steps[step] {
        case .fuse:
            return
        case .strip where states[step].isFused:
            states[step].held = []
        case .suffix(let suffix) where !states[step].isFused:
            guard states[step].count > 0 else { return }
            push(DecoderStep.replaced(.literal(suffix), by: [], in: states[step].held), into: step + 1)
        case .byteFallback where !states[step].isFused:
            spell(step)
        case .byteLevel where !states[step].isFused:
            handOver(states[step].held.count, of: step)
        default:
            guard states[step].isFused else { return }
            finishWhole(step)
        }
    }

    /// A step behind one that fuses has collected the only token there is.
    private mutating func finishWhole(_ step: Int) {
        let token = states[step].held
        states[step].held = []
        switch steps[step] {
        case .byteFallback:
            states[step].held = ByteTokens.byte(of: token).map { [$0] } ?? []
            if states[step].held.isEmpty { push(token, into: step + 1) } else { spell(step) }
        case .suffix(let suffix):
            push(DecoderStep.replaced(.literal(suffix), by: [], in: token), into: step + 1)
        case .byteLevel:
            states[step].held = steps[step].changed(token, at: 0)
            handOver(states[step].held.count, of: step)
        default:
            push(steps[step].changed(token, at: 0), into: step + 1)
        }
    }
}
