import LinnetFormats
import LinnetTensors

/// How fast vectors are searched on this machine, and how many of the nearest are found: what `linnet bench search` runs.
///
/// A query is a scan of int8 codes for `max(4 · topK, 64)` candidates, which are ranked again by their inner products in
/// single precision, as a store does it.
public struct SearchMeasurement: Sendable {
    /// What was measured.
    public struct Result: Sendable {
        /// Vectors that were searched.
        public let vectors: Int
        /// Elements of a vector.
        public let dimension: Int
        /// Queries asked.
        public let queries: Int
        /// Time from a query to its rows, one query at a time: the median.
        public let medianMilliseconds: Double
        /// The time that 95 % of the queries stay below.
        public let p95Milliseconds: Double
        /// Queries answered per second when all are asked at once: the median of three runs.
        public let queriesPerSecond: Double
        /// Share of the true `topK` rows, by inner products in single precision, that were found.
        public let recall: Double
        /// Time from vectors in memory to codes.
        public let buildSeconds: Double
        /// Memory of the codes, in units of 2^20 bytes.
        public let codesMebibytes: Double
        /// The most memory the process held until all queries were answered; vectors are part of it.
        public let peakMemoryMebibytes: Double
        /// The rows found for each query, best first.
        public let found: [[Int]]
    }

    /// Vectors to make up, of length 1.
    public var vectors = 1_000_000
    /// Elements of vectors that are made up.
    public var dimension = 384
    /// Queries to make up.
    public var queries = 1000
    /// Rows to find for each query.
    public var topK = 10
    /// Seed of what is made up.
    public var seed: UInt64 = 0
    /// A `.npy` file with the vectors instead.
    public var input: String?
    /// A `.npy` file with the queries instead.
    public var queryInput: String?

    /// A measurement with a million vectors.
    public init() {}

    /// Builds the codes, asks every query alone and all at once, and compares with an exact search.
    ///
    /// - Throws: `FormatError`: a file that cannot be used, or queries and vectors of different lengths.
    public func run() throws -> Result {
        let sample =
            try input.map(SampleVectors.init(path:))
            ?? SampleVectors(count: vectors, dimension: dimension, seed: seed)
        let asked =
            try queryInput.map(SampleVectors.init(path:))
            ?? SampleVectors(count: queries, dimension: sample.dimension, seed: seed &+ 1 << 32)
        guard asked.dimension == sample.dimension else {
            throw FormatError(
                .malformed, path: queryInput ?? input ?? "",
                "queries of \(asked.dimension) numbers do not fit vectors of \(sample.dimension)")
        }
        let codes = VectorCodes(dimension: sample.dimension)
        let build = Self.seconds { sample.withFloats { codes.append(contentsOf: $0) } }
        let search = RescoredSearch(codes: codes, vectors: sample, topK: topK)
        let words = (0..<asked.count).map { asked[$0] }
        _ = search.rows(nearestTo: Array(words.prefix(8)))
        let alone = words.map { query in Self.seconds { _ = search.rows(nearestTo: [query]) } }.sorted()
        var found: [[Int]] = []
        let together = (0..<3).map { _ in Self.seconds { found = search.rows(nearestTo: words) } }.sorted()
        let peak = PeakMemory.mebibytes
        let exact = ExactNeighbors.rows(of: sample, nearestTo: asked, count: topK)
        return Result(
            vectors: sample.count, dimension: sample.dimension, queries: asked.count,
            medianMilliseconds: alone[alone.count / 2] * 1e3,
            p95Milliseconds: alone[min(alone.count - 1, alone.count * 95 / 100)] * 1e3,
            queriesPerSecond: Double(asked.count) / together[1], recall: Self.recall(found, exact),
            buildSeconds: build, codesMebibytes: Double(codes.byteCount) / 1_048_576, peakMemoryMebibytes: peak,
            found: found)
    }

    private static func recall(_ found: [[Int]], _ exact: [[Int]]) -> Double {
        let hits = zip(found, exact).reduce(0) { $0 + Set($1.0).intersection($1.1).count }
        return Double(hits) / Double(max(1, exact.reduce(0) { $0 + $1.count }))
    }

    private static func seconds(_ body: () -> Void) -> Double {
        ContinuousClock().measure(body).seconds
    }
}

/// A scan of codes for candidates, and their ranking by the vectors themselves.
struct RescoredSearch {
    let codes: VectorCodes
    let vectors: SampleVectors
    let topK: Int

    /// For each query the best rows, best first, ties by smaller row.
    func rows(nearestTo queries: [[Float]]) -> [[Int]] {
        let candidates = codes.nearest(to: queries, count: max(4 * topK, 64))
        return zip(queries, candidates).map { query, hits in
            Array(vectors.ranked(hits.map(\.row), for: query).prefix(topK))
        }
    }
}
