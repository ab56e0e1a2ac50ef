/// The order in which a run sees its examples: a pure function of seed and epoch.
///
/// Nothing has to be stored to resume but the epoch and the number of batches already seen. Four orders are offered: a
/// random permutation; Hugging Face's length grouping, which batches examples of similar length together; batches in
/// which nothing occurs twice; and drawing with replacement from more examples than an epoch shows.
public struct DataOrder: Sendable {
    /// How many examples an epoch shows.
    public let count: Int
    /// How many examples form a batch; the last batch of an epoch may be smaller.
    public let batchSize: Int
    /// The seed of the permutations.
    public let seed: UInt64
    private let kind: Kind

    private enum Kind {
        case permutation
        /// With the length of each example.
        case grouped([Int])
        /// With the keys of each example.
        case distinct([[Int]])
        /// From so many examples.
        case drawn(from: Int)
    }

    /// An order over `count` examples.
    ///
    /// - Parameters:
    ///   - count: how many examples there are.
    ///   - batchSize: how many examples form a batch; values below 1 count as 1.
    ///   - seed: the seed of the permutations.
    public init(count: Int, batchSize: Int, seed: UInt64) {
        self.count = count
        self.batchSize = max(1, batchSize)
        self.seed = seed
        kind = .permutation
    }

    /// An order in which every example is drawn at random from all of them, whatever was drawn before.
    ///
    /// - Parameters:
    ///   - count: how many examples an epoch shows.
    ///   - population: how many there are to draw from.
    ///   - batchSize: how many examples form a batch; values below 1 count as 1.
    ///   - seed: the seed of the draws.
    public init(drawing count: Int, from population: Int, batchSize: Int, seed: UInt64) {
        self.count = population > 0 ? count : 0
        self.batchSize = max(1, batchSize)
        self.seed = seed
        kind = .drawn(from: population)
    }

    /// An order that groups examples of similar length.
    ///
    /// As transformers' `get_length_grouped_indices`: a random permutation is cut into megabatches of 50 batches (fewer
    /// for small data, so that there are at least four), each is sorted by length, longest first, and the longest
    /// example of all comes first, so that a run that is too large fails at once.
    ///
    /// - Parameters:
    ///   - lengths: the length of each example in tokens.
    ///   - batchSize: how many examples form a batch; values below 1 count as 1.
    ///   - seed: the seed of the permutations.
    public init(groupingByLength lengths: [Int], batchSize: Int, seed: UInt64) {
        count = lengths.count
        self.batchSize = max(1, batchSize)
        self.seed = seed
        kind = .grouped(lengths)
    }

    /// An order of batches in which no two examples have a key in common, as sentence-transformers'
    /// `BatchSamplers.NO_DUPLICATES` makes them.
    ///
    /// An example that collides with its batch waits for the next one. Once only colliding examples are left, batches
    /// become smaller than `batchSize`; those beyond ``batchCount`` are not shown in this epoch, as with
    /// sentence-transformers' trainer.
    ///
    /// - Parameters:
    ///   - keys: what each example holds, its texts for example.
    ///   - batchSize: how many examples form a batch; values below 1 count as 1.
    ///   - seed: the seed of the permutations.
    public init(separating keys: [[Int]], batchSize: Int, seed: UInt64) {
        count = keys.count
        self.batchSize = max(1, batchSize)
        self.seed = seed
        kind = .distinct(keys)
    }

    /// How many batches an epoch has.
    public var batchCount: Int { (count + batchSize - 1) / batchSize }

    /// The example indices in the order of an epoch.
    public func indices(epoch: Int) -> [Int] {
        switch kind {
        case .distinct: return batches(epoch: epoch).flatMap { $0 }
        case .permutation:
            return Self.permutation(count: count, seed: seed, epoch: epoch)
        case .grouped(let lengths):
            let permutation = Self.permutation(count: count, seed: seed, epoch: epoch)
            return Self.grouped(permutation, lengths: lengths, batchSize: batchSize)
        case .drawn(let population):
            var generator = CounterGenerator(seed: seed, stream: UInt64(bitPattern: Int64(epoch)))
            return (0..<count).map { _ in generator.next(below: population) }
        }
    }

    /// The example indices of each batch of an epoch, in order.
    public func batches(epoch: Int) -> [[Int]] {
        if case .distinct(let keys) = kind { return separated(keys, epoch: epoch) }
        let indices = indices(epoch: epoch)
        return stride(from: 0, to: count, by: batchSize).map { start in
            Array(indices[start..<min(start + batchSize, count)])
        }
    }

    /// Fisher and Yates' shuffle of `0 ..< count` with the numbers of (seed, epoch).
    private static func permutation(count: Int, seed: UInt64, epoch: Int) -> [Int] {
        var generator = CounterGenerator(seed: seed, stream: UInt64(bitPattern: Int64(epoch)))
        var indices = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) {
            indices.swapAt(last, generator.next(below: last + 1))
        }
        return indices
    }

    private func separated(_ keys: [[Int]], epoch: Int) -> [[Int]] {
        let waiting = Self.permutation(count: count, seed: seed, epoch: epoch)
        // The places of `waiting` that are still to be shown, as a list: a place and the one after it.
        var next = Array(1...max(1, count))
        var first = 0
        var batches: [[Int]] = []
        while first < count, batches.count < batchCount {
            var batch: [Int] = []
            var taken: Set<Int> = []
            var (place, before) = (first, -1)
            while place < count, batch.count < batchSize {
                let example = waiting[place]
                if keys[example].contains(where: taken.contains) {
                    before = place
                } else {
                    batch.append(example)
                    taken.formUnion(keys[example])
                    if before < 0 { first = next[place] } else { next[before] = next[place] }
                }
                place = next[place]
            }
            batches.append(batch)
        }
        return batches
    }

    static func grouped(_ permutation: [Int], lengths: [Int], batchSize: Int) -> [Int] {
        guard !permutation.isEmpty else { return [] }
        let batchesPerGroup = max(1, min(permutation.count / (batchSize * 4), 50))
        let groupSize = batchesPerGroup * batchSize
        var order: [Int] = []
        order.reserveCapacity(permutation.count)
        var longest = 0
        for start in stride(from: 0, to: permutation.count, by: groupSize) {
            let group = permutation[start..<min(start + groupSize, permutation.count)]
            // Ties keep the order of the permutation, as Python's stable sort does.
            let sorted = group.enumerated().sorted {
                (lengths[$0.element], $1.offset) > (lengths[$1.element], $0.offset)
            }
            order.append(contentsOf: sorted.map(\.element))
            if lengths[order[start]] > lengths[order[longest]] { longest = start }
        }
        order.swapAt(0, longest)
        return order
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014) as a counter-based generator: value n is a hash of key and n.
private struct CounterGenerator {
    private var state: UInt64

    init(seed: UInt64, stream: UInt64) {
        state = Self.mix(Self.mix(seed) &+ stream &* 0xD134_2543_DE82_EF95)
    }

    /// A number in `0 ..< bound`, by the high half of a full-width product.
    mutating func next(below bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Int(Self.mix(state).multipliedFullWidth(by: UInt64(bound)).high)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
