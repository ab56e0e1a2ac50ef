/// Vectors as int8 codes, searched exactly: every row is compared with every query.
///
/// A vector v is held as scale · code with scale = max|v| / 127 and code = v / scale, rounded to the nearest integer, ties
/// to even: a quarter of the memory of single precision, and the time of a search is the time it takes to read it. The
/// score of a row is (Σ code · code) · scale · scale of the query, the sum exact; it is off the inner product of the
/// vectors by at most half a step of either code per element. Who needs the exact order takes more rows than wanted and
/// ranks them by ``innerProduct(_:_:)``.
///
/// Used from one thread at a time.
public final class VectorCodes {
    /// The most elements a vector can have: sums of products fit 32 bits.
    public static let mostDimensions = 65_536

    /// Elements of a vector.
    public let dimension: Int
    /// Number of rows.
    public private(set) var count = 0
    private var blocks: CodeBlocks

    /// No rows yet.
    ///
    /// - Parameter dimension: Elements of every vector, from 1 to ``mostDimensions``.
    public init(dimension: Int) {
        require((1...Self.mostDimensions).contains(dimension), "vectors of \(dimension) elements")
        self.dimension = dimension
        blocks = CodeBlocks(dimension: dimension)
    }

    /// Bytes of codes and scales.
    public var byteCount: Int { blocks.blockCount * blocks.blockByteCount + blocks.scales.count * 4 }

    /// The codes and the scale of a vector.
    ///
    /// - Returns: One code per element, from −127 to 127; the scale is 0 for a vector of zeros (or of nothing above 1e-36)
    ///   and NaN for one with an element that is not finite. Rows with such a scale are never found.
    public static func encode(_ vector: [Float]) -> (codes: [Int8], scale: Float) {
        guard !vector.isEmpty else { return ([], 0) }
        var encoded = vector.withUnsafeBufferPointer { EncodedVectors($0, dimension: vector.count) }
        encoded.codes.removeLast(encoded.codes.count - vector.count)
        return (encoded.codes, encoded.scales[0])
    }

    /// Adds a row.
    public func append(_ vector: [Float]) {
        vector.withUnsafeBufferPointer { append(contentsOf: $0) }
    }

    /// Adds rows, given one after the other.
    ///
    /// - Parameter vectors: A multiple of ``dimension`` numbers.
    public func append(contentsOf vectors: UnsafeBufferPointer<Float>) {
        require(vectors.count.isMultiple(of: dimension), "\(vectors.count) numbers as vectors of \(dimension)")
        let portion = max(1, (1 << 20) / dimension) * dimension
        for start in stride(from: 0, to: vectors.count, by: portion) {
            let part = UnsafeBufferPointer(rebasing: vectors[start..<min(start + portion, vectors.count)])
            let encoded = EncodedVectors(part, dimension: dimension)
            encoded.codes.withUnsafeBufferPointer { codes in
                for (row, scale) in encoded.scales.enumerated() {
                    let first = row * encoded.stride
                    append(codes: UnsafeBufferPointer(rebasing: codes[first..<first + dimension]), scale: scale)
                }
            }
        }
    }

    /// Adds a row that has been encoded before.
    ///
    /// - Parameters:
    ///   - codes: ``dimension`` codes.
    ///   - scale: What a code of 1 stands for.
    public func append(codes: UnsafeBufferPointer<Int8>, scale: Float) {
        require(codes.count == dimension, "\(codes.count) codes for vectors of \(dimension) elements")
        require(count < Int(Int32.max) - CodeBlocks.blockRows, "\(count) rows")
        blocks.resize(rows: count + 1)
        backend.writeCodes(blocks.place(ofRow: count), codes)
        blocks.scales[count] = scale
        count += 1
    }

    /// Removes a row; the last row moves into its place.
    public func removeRow(_ row: Int) {
        require((0..<count).contains(row), "row \(row) of \(count)")
        let last = count - 1
        if row != last {
            var codes = [Int8](repeating: 0, count: dimension)
            backend.readCodes(&codes, blocks.place(ofRow: last))
            codes.withUnsafeBufferPointer { backend.writeCodes(blocks.place(ofRow: row), $0) }
            blocks.scales[row] = blocks.scales[last]
        }
        blocks.scales[last] = .nan
        count = last
        blocks.resize(rows: last)
    }

    /// For each query the rows with the largest approximate inner products, best first, ties by smaller row.
    ///
    /// - Parameters:
    ///   - queries: Vectors of ``dimension`` elements; one that is not finite finds nothing.
    ///   - count: How many rows to find for each query; fewer are found where there are fewer.
    ///   - allowed: One flag per row; nil allows all. Stretches of memory without an allowed row are not read.
    public func nearest(
        to queries: [[Float]], count: Int, allowed: [Bool]? = nil
    ) -> [[(row: Int, score: Float)]] {
        var searched = blocks
        var most = self.count
        if let allowed {
            require(allowed.count == self.count, "\(allowed.count) flags for \(self.count) rows")
            most = 0
            for row in allowed.indices {
                if allowed[row] { most += 1 } else { searched.scales[row] = .nan }
            }
        }
        most = min(most, count)
        guard most > 0, !queries.isEmpty else { return queries.map { _ in [] } }
        var numbers: [Float] = []
        numbers.reserveCapacity(queries.count * dimension)
        for query in queries {
            require(query.count == dimension, "a query of \(query.count) elements for vectors of \(dimension)")
            numbers += query
        }
        let encoded = numbers.withUnsafeBufferPointer { EncodedVectors($0, dimension: dimension) }
        return backend.nearest(searched, to: encoded, count: most)
    }

    /// The inner product of two vectors in single precision, summed in sixteen parts: Σ a · b.
    ///
    /// - Precondition: Both have the same number of elements.
    public static func innerProduct(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Float {
        require(a.count == b.count, "an inner product of \(a.count) and \(b.count) elements")
        let (left, right) = (UnsafeRawBufferPointer(a), UnsafeRawBufferPointer(b))
        var sums = SIMD16<Float>.zero
        let whole = a.count / 16 * 16
        for first in stride(from: 0, to: whole, by: 16) {
            sums +=
                left.loadUnaligned(fromByteOffset: 4 * first, as: SIMD16<Float>.self)
                * right.loadUnaligned(fromByteOffset: 4 * first, as: SIMD16<Float>.self)
        }
        var sum = sums.sum()
        for place in whole..<a.count { sum += a[place] * b[place] }
        return sum
    }
}
