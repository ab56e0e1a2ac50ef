/// Unigram: of all ways to cut a word into pieces the one whose scores have the largest sum, found by Viterbi's algorithm.
///
/// A character that no piece covers by itself costs the smallest score of the vocabulary less 10; neighbouring unknown
/// characters become one. Source: Kudo 2018, arXiv:1804.10959.
final class UnigramModel: WordModel {
    let vocabulary: Vocabulary
    private let scores: [Double]
    private let trie: PieceTrie
    private let unknownId: Int32?
    private let unknownScore: Double
    /// Spell unknown characters in bytes.
    private let byteTokens: ByteTokens?

    /// Longer pieces are refused: the search takes time in proportion.
    static let longestPiece = 4096
    private static let unknownPenalty = 10.0

    /// - Parameter pieces: the token of each id with its score, the logarithm of a probability.
    init(pieces: [(bytes: [UInt8], score: Double)], unknownId: Int32?, spellsBytes: Bool) throws {
        vocabulary = try Vocabulary(pieces.enumerated().map { ($1.bytes, $0) })
        var entries: [(bytes: [UInt8], id: Int32)] = []
        entries.reserveCapacity(pieces.count)
        for (id, piece) in pieces.enumerated() where !piece.bytes.isEmpty {
            entries.append((piece.bytes, Int32(truncatingIfNeeded: id)))
        }
        trie = PieceTrie(entries)
        scores = pieces.map(\.score)
        unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
        self.unknownId = unknownId
        byteTokens = spellsBytes ? ByteTokens(vocabulary) : nil
    }

    func encode(_ word: UnsafePointer<UInt8>, count: Int, into session: EncodingSession) {
        session.lattice.start(count: count)
        findBestPath(word, count: count, in: &session.lattice)
        let pieces = session.lattice.path(joining: unknownId ?? -1)
        for piece in pieces.reversed() {
            append(word + piece.lowerBound, count: piece.count, to: session)
        }
    }

    private func findBestPath(_ word: UnsafePointer<UInt8>, count: Int, in lattice: inout UnigramLattice) {
        var place = 0
        while place < count {
            let length = min(UTF8Text.decode(word + place, remaining: count - place).length, count - place)
            let score = lattice.score(at: place)
            var isCovered = false
            trie.forEachPrefix(of: word + place, count: count - place) { id, size in
                lattice.offer(place..<place + size, id: id, score: scores[Int(id)] + score)
                if size == length { isCovered = true }
            }
            if !isCovered { lattice.offer(place..<place + length, id: unknownId ?? -1, score: unknownScore + score) }
            place += length
        }
    }

    /// Appends the id of a piece: a token, or what stands for one that there is not.
    private func append(_ piece: UnsafePointer<UInt8>, count: Int, to session: EncodingSession) {
        let id = vocabulary.id(piece, count: count)
        if id >= 0 {
            session.append(id)
            return
        }
        if let byteTokens, byteTokens.spell(piece, count: count, { session.append($0) }) { return }
        if let unknownId { session.append(unknownId) }
    }
}

/// The best way to each place of a word.
struct UnigramLattice {
    private struct Node {
        var score = 0.0
        /// Where the last piece begins; -1 for a place that no way leads to.
        var start: Int32 = -1
        var id: Int32 = -1
    }

    private var nodes: [Node] = []

    /// Begins a word of `count` bytes.
    mutating func start(count: Int) {
        nodes.removeAll(keepingCapacity: true)
        nodes.append(contentsOf: repeatElement(Node(), count: count + 1))
    }

    func score(at place: Int) -> Double { nodes[place].score }

    /// Takes a piece if no better way leads to its end; the first of equals stays.
    @inline(__always)
    mutating func offer(_ piece: Range<Int>, id: Int32, score: Double) {
        guard nodes[piece.upperBound].start < 0 || score > nodes[piece.upperBound].score else { return }
        nodes[piece.upperBound] = Node(score: score, start: Int32(truncatingIfNeeded: piece.lowerBound), id: id)
    }

    /// The pieces of the best way from the last to the first; neighbours with the id `joined` are one.
    func path(joining joined: Int32) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var end = nodes.count - 1
        var endsJoined = false
        while end > 0 {
            let node = nodes[end]
            let start = Int(node.start)
            guard start >= 0, start < end else { return pieces }
            if node.id == joined, endsJoined, let last = pieces.popLast() {
                pieces.append(start..<last.upperBound)
            } else {
                pieces.append(start..<end)
            }
            endsJoined = node.id == joined
            end = start
        }
        return pieces
    }

    /// Gives back storage for more than `limit` bytes of text.
    mutating func reset(keeping limit: Int) {
        if nodes.capacity > limit { nodes = [] }
    }
}
