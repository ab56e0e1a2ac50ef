/// The units that chunks are packed from: sentences, or pieces of sentences that are too long for one chunk, each with
/// what it costs.
///
/// A unit costs its tokens, but at least one per ``bytesPerToken`` bytes up to the next unit, so that a word of a
/// million letters, which some tokenizers make one unknown token of, and a million spaces do not end up in one chunk.
struct TextUnits {
    /// A unit of a text.
    struct Unit {
        /// The bytes without the white space behind them.
        var range: Range<Int>
        /// What it takes of a chunk's budget; at least 1, at most the budget.
        var cost: Int
        /// The kind of cut before it.
        var boundary: TextBoundary
    }

    /// The most bytes that a token stands for.
    static let bytesPerToken = 16
    /// Sentences whose tokens are counted at once.
    private static let piecesAtOnce = 512

    private let bytes: UnsafeBufferPointer<UInt8>
    private let budget: Int
    private let countTokens: ([String]) -> [Int]
    private var sentences: SentenceScanner

    /// The units of a part of a text.
    init(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, sectionStarts: ArraySlice<Int>, budget: Int,
        countTokens: @escaping ([String]) -> [Int]
    ) {
        self.bytes = bytes
        self.budget = budget
        self.countTokens = countTokens
        sentences = SentenceScanner(
            bytes, range, sectionStarts: sectionStarts, longest: budget * Self.bytesPerToken)
    }

    /// The next units, some hundreds; empty at the end.
    mutating func next() -> [Unit] {
        var pieces: [SentenceScanner.Piece] = []
        while pieces.count < Self.piecesAtOnce, let piece = sentences.next() {
            if !piece.range.isEmpty { pieces.append(piece) }
        }
        return units(pieces)
    }

    /// Counts tokens of all pieces; halves those that are too long until none is.
    private func units(_ pieces: [SentenceScanner.Piece]) -> [Unit] {
        guard !pieces.isEmpty else { return [] }
        let tokens = countTokens(pieces.map { text($0.range) })
        var units: [Unit] = []
        units.reserveCapacity(pieces.count)
        for (index, piece) in pieces.enumerated() {
            let own = max(
                index < tokens.count ? tokens[index] : piece.range.count, Self.cost(ofBytes: piece.range.count))
            if own > budget, let halves = halves(of: piece) {
                units.append(contentsOf: self.units(halves))
            } else {
                let cost = max(own, Self.cost(ofBytes: piece.next - piece.range.lowerBound))
                units.append(Unit(range: piece.range, cost: min(max(cost, 1), budget), boundary: piece.boundary))
            }
        }
        return units
    }

    private static func cost(ofBytes count: Int) -> Int { (count + bytesPerToken - 1) / bytesPerToken }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }

    /// A piece in two, at the white space nearest to its middle, otherwise between two characters.
    private func halves(of piece: SentenceScanner.Piece) -> [SentenceScanner.Piece]? {
        let range = piece.range
        let middle = range.lowerBound + range.count / 2
        for distance in 0..<(range.count / 2) {
            for place in [middle - distance, middle + distance] where isInnerSpace(place, range) {
                var first = place
                while first > range.lowerBound, isSpace(first - 1) { first -= 1 }
                var second = place
                while second < range.upperBound, isSpace(second) { second += 1 }
                guard first > range.lowerBound, second < range.upperBound else { continue }
                return [
                    SentenceScanner.Piece(range: range.lowerBound..<first, next: second, boundary: piece.boundary),
                    SentenceScanner.Piece(range: second..<range.upperBound, next: piece.next, boundary: .word),
                ]
            }
        }
        var cut = UTF8Scalar.start(bytes, atOrBefore: middle)
        if cut <= range.lowerBound { cut = range.lowerBound + UTF8Scalar(bytes, at: range.lowerBound).length }
        guard cut < range.upperBound else { return nil }
        return [
            SentenceScanner.Piece(range: range.lowerBound..<cut, next: cut, boundary: piece.boundary),
            SentenceScanner.Piece(range: cut..<range.upperBound, next: piece.next, boundary: .character),
        ]
    }

    private func isInnerSpace(_ place: Int, _ range: Range<Int>) -> Bool { range.contains(place) && isSpace(place) }

    private func isSpace(_ place: Int) -> Bool { bytes[place] == 0x20 || (0x09...0x0D).contains(bytes[place]) }
}
