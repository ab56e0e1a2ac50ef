import Testing

@testable import LinnetTensors

/// Codes and their exact search, compared with plain loops over whole numbers.
@Suite struct VectorCodesTests {
    private struct Row {
        var codes: [Int8]
        var scale: Float
    }

    /// The scores as the documentation defines them, ranked by sorting.
    private static func expected(
        _ rows: [Row], _ query: [Float], count: Int, allowed: [Bool]? = nil
    ) -> [(row: Int, score: Float)] {
        let asked = VectorCodes.encode(query)
        let scored = rows.indices.filter { allowed?[$0] ?? true }.map { row in
            var sum = 0
            for (code, other) in zip(rows[row].codes, asked.codes) { sum += Int(code) * Int(other) }
            return (row: row, score: Float(Int32(sum)) * rows[row].scale * asked.scale)
        }
        let ranked = scored.filter { !$0.score.isNaN }.sorted {
            $0.score > $1.score || ($0.score == $1.score && $0.row < $1.row)
        }
        return Array(ranked.prefix(count))
    }

    private static func vectors(_ count: Int, _ dimension: Int, seed: UInt64) -> [[Float]] {
        var numbers = RandomNumbers(seed: seed)
        return (0..<count).map { _ in (0..<dimension).map { _ in Float(numbers.uniform() * 2 - 1) } }
    }

    private static func filled(_ vectors: [[Float]], dimension: Int) -> (VectorCodes, [Row]) {
        let codes = VectorCodes(dimension: dimension)
        for vector in vectors { codes.append(vector) }
        let rows = vectors.map { vector in
            let encoded = VectorCodes.encode(vector)
            return Row(codes: encoded.codes, scale: encoded.scale)
        }
        return (codes, rows)
    }

    private func expectSame(
        _ actual: [(row: Int, score: Float)], _ expected: [(row: Int, score: Float)], _ name: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let same = actual.count == expected.count && zip(actual, expected).allSatisfy { $0 == $1 }
        #expect(same, "\(name): \(actual.prefix(5))…, expected \(expected.prefix(5))…", sourceLocation: sourceLocation)
    }

    @Test func codesAreRoundedToNearestEven() {
        // scale = 254 / 127 = 2: the codes are half the numbers.
        let encoded = VectorCodes.encode([254, -254, 1, 3, 5, -1, -3, 2.9, 0])
        #expect(encoded.codes == [127, -127, 0, 2, 2, 0, -2, 1, 0])
        #expect(encoded.scale == 2)
    }

    @Test(arguments: [1, 3, 15, 16, 17, 64, 383, 384, 1024])
    func codesAreTheNearest(dimension: Int) {
        for vector in Self.vectors(20, dimension, seed: UInt64(dimension)) {
            let encoded = VectorCodes.encode(vector)
            #expect(encoded.codes.count == dimension)
            #expect(encoded.codes.map { abs(Int($0)) }.max() == 127)
            for (value, code) in zip(vector, encoded.codes) {
                #expect(abs(value - Float(code) * encoded.scale) <= encoded.scale * 0.50001)
            }
        }
    }

    @Test func vectorsWithoutALengthHaveNoCodes() {
        #expect(VectorCodes.encode([0, 0, -0.0]).codes == [0, 0, 0])
        #expect(VectorCodes.encode([0, 0, 0]).scale == 0)
        #expect(VectorCodes.encode([1e-37, 0]).codes == [0, 0])
        #expect(VectorCodes.encode([1e-37, 0]).scale == 0)
        #expect(VectorCodes.encode([]).codes == [])
        for wrong in [Float.nan, .infinity, -.infinity] {
            for place in [0, 5, 16, 20] {
                var vector = [Float](repeating: 1, count: 21)
                vector[place] = wrong
                let encoded = VectorCodes.encode(vector)
                #expect(encoded.scale.isNaN && encoded.codes.allSatisfy { $0 == 0 })
            }
        }
        #expect(VectorCodes.encode([.greatestFiniteMagnitude, -.greatestFiniteMagnitude]).codes == [127, -127])
    }

    @Test(arguments: [1, 3, 4, 63, 64, 65, 383, 384, 1024])
    func findsWhatALoopFinds(dimension: Int) {
        for count in [1, 2, 63, 64, 65, 150] {
            let (codes, rows) = Self.filled(Self.vectors(count, dimension, seed: 1), dimension: dimension)
            #expect(codes.count == count)
            // Every size of a tile, and several tiles.
            for asked in [1, 2, 3, 4, 5, 6, 7, 13] {
                let queries = Self.vectors(asked, dimension, seed: 2)
                for (query, found) in zip(queries, codes.nearest(to: queries, count: 10)) {
                    expectSame(found, Self.expected(rows, query, count: 10), "\(count) rows, \(asked) queries")
                }
            }
        }
    }

    @Test func severalThreadsFindWhatALoopFinds() {
        let (codes, rows) = Self.filled(Self.vectors(6_000, 96, seed: 3), dimension: 96)
        for asked in [1, 20] {
            let queries = Self.vectors(asked, 96, seed: 4)
            let found = codes.nearest(to: queries, count: 100)
            for query in queries.indices { expectSame(found[query], Self.expected(rows, queries[query], count: 100)) }
        }
    }

    @Test func manyQueriesTakeSeveralPasses() {
        let (codes, rows) = Self.filled(Self.vectors(70, 1024, seed: 5), dimension: 1024)
        let queries = Self.vectors(400, 1024, seed: 6)
        let found = codes.nearest(to: queries, count: 3)
        #expect(found.count == 400)
        for query in stride(from: 0, to: 400, by: 37) {
            expectSame(found[query], Self.expected(rows, queries[query], count: 3))
        }
    }

    @Test func rowsOfOneScoreComeInTheirOrder() {
        let codes = VectorCodes(dimension: 3)
        for row in 0..<500 { codes.append(row == 333 ? [2, 0, 0] : [1, 0, 0]) }
        let found = codes.nearest(to: [[1, 0, 0]], count: 100)[0]
        #expect(found.map(\.row) == [333] + Array(0..<99))
        let opposite = codes.nearest(to: [[-1, 0, 0], [0, 0, 0]], count: 500)
        #expect(opposite[0].map(\.row) == Array(0..<333) + Array(334..<500) + [333])
        #expect(opposite[1].map(\.row) == Array(0..<500))
    }

    @Test func everyRowIsFoundWhenMoreAreAskedFor() {
        let (codes, rows) = Self.filled(Self.vectors(130, 20, seed: 7), dimension: 20)
        let queries = Self.vectors(7, 20, seed: 8)
        for (query, found) in zip(queries, codes.nearest(to: queries, count: 1_000_000)) {
            expectSame(found, Self.expected(rows, query, count: 130))
        }
    }

    @Test func nothingIsFoundAmongNothing() {
        let codes = VectorCodes(dimension: 4)
        #expect(codes.count == 0 && codes.byteCount == 0)
        #expect(codes.nearest(to: [[1, 2, 3, 4], [0, 0, 0, 0]], count: 5).map(\.count) == [0, 0])
        codes.append([1, 2, 3, 4])
        #expect(codes.nearest(to: [], count: 5).isEmpty)
        #expect(codes.nearest(to: [[1, 2, 3, 4]], count: 0).map(\.count) == [0])
        #expect(codes.nearest(to: [[1, 2, 3, 4]], count: 5, allowed: [false]).map(\.count) == [0])
    }

    @Test func onlyAllowedRowsAreFound() {
        let (codes, rows) = Self.filled(Self.vectors(1_000, 33, seed: 9), dimension: 33)
        let queries = Self.vectors(8, 33, seed: 10)
        for portion in [1, 2, 7, 300, 999] {
            let allowed = rows.indices.map { $0 % portion == portion - 1 }
            for (query, found) in zip(queries, codes.nearest(to: queries, count: 12, allowed: allowed)) {
                expectSame(found, Self.expected(rows, query, count: 12, allowed: allowed))
            }
        }
        for (query, found) in zip(queries, codes.nearest(to: queries, count: 12)) {
            expectSame(found, Self.expected(rows, query, count: 12))
        }
    }

    @Test func whatIsNotFiniteIsNotFound() {
        let codes = VectorCodes(dimension: 2)
        codes.append([1, 1])
        codes.append([.nan, 1])
        codes.append([.infinity, 1])
        codes.append([1, 0])
        #expect(codes.nearest(to: [[1, 1]], count: 4)[0].map(\.row) == [0, 3])
        #expect(codes.nearest(to: [[.nan, 1], [1, 1]], count: 4).map(\.count) == [0, 2])
    }

    @Test func theLastRowTakesARemovedRowsPlace() {
        let dimension = 10
        var (codes, rows) = Self.filled(Self.vectors(200, dimension, seed: 11), dimension: dimension)
        var numbers = RandomNumbers(seed: 12)
        let queries = Self.vectors(2, dimension, seed: 13)
        while !rows.isEmpty {
            let row = Int.random(in: 0..<rows.count, using: &numbers)
            codes.removeRow(row)
            rows[row] = rows[rows.count - 1]
            rows.removeLast()
            if rows.count % 9 == 0 || rows.count < 3 {
                #expect(codes.count == rows.count)
                let found = codes.nearest(to: queries, count: 20)
                for query in queries.indices {
                    expectSame(found[query], Self.expected(rows, queries[query], count: 20))
                }
            }
        }
        #expect(codes.byteCount == 0)
        for vector in Self.vectors(70, dimension, seed: 14) { codes.append(vector) }
        (_, rows) = Self.filled(Self.vectors(70, dimension, seed: 14), dimension: dimension)
        expectSame(codes.nearest(to: queries, count: 70)[1], Self.expected(rows, queries[1], count: 70))
    }

    @Test func codesFromElsewhereMayBeAnything() {
        // -128 is no code of ours, and the longest vectors bring sums to the end of 32 bits.
        let dimension = VectorCodes.mostDimensions
        let codes = VectorCodes(dimension: dimension)
        var rows: [Row] = []
        for (code, scale) in [(-128, 1), (127, 1), (0, 2), (-127, 0.5)] as [(Int8, Float)] {
            rows.append(Row(codes: [Int8](repeating: code, count: dimension), scale: scale))
        }
        for row in rows { row.codes.withUnsafeBufferPointer { codes.append(codes: $0, scale: row.scale) } }
        for sign in [1, -1] as [Float] {
            let query = [Float](repeating: sign, count: dimension)
            expectSame(codes.nearest(to: [query], count: 4)[0], Self.expected(rows, query, count: 4))
            expectSame(codes.nearest(to: [query, query], count: 4)[1], Self.expected(rows, query, count: 4))
        }
    }

    @Test func memoryGrowsAndShrinksBySegments() {
        let dimension = VectorCodes.mostDimensions
        let codes = VectorCodes(dimension: dimension)
        var row = [Int8](repeating: 0, count: dimension)
        for number in 0..<300 {
            row[number] = 100
            row.withUnsafeBufferPointer { codes.append(codes: $0, scale: 1) }
            row[number] = 0
        }
        #expect(codes.byteCount == 5 * 64 * (dimension + 4))
        var query = [Float](repeating: 0, count: dimension)
        for number in [0, 63, 64, 255, 256, 299] {
            query[number] = 1
            #expect(codes.nearest(to: [query], count: 1)[0].map(\.row) == [number])
            query[number] = 0
        }
        for number in (1..<300).reversed() { codes.removeRow(number) }
        #expect(codes.byteCount == 64 * (dimension + 4))
        query[0] = 1
        #expect(codes.nearest(to: [query], count: 1)[0].map(\.row) == [0])
    }

    @Test(arguments: [5, 384])
    func manyRowsAreAddedAtOnce(dimension: Int) {
        let vectors = Self.vectors(100, dimension, seed: 15)
        let (alone, _) = Self.filled(vectors, dimension: dimension)
        let together = VectorCodes(dimension: dimension)
        vectors.flatMap { $0 }.withUnsafeBufferPointer { together.append(contentsOf: $0) }
        let queries = Self.vectors(3, dimension, seed: 16)
        for (one, other) in zip(alone.nearest(to: queries, count: 100), together.nearest(to: queries, count: 100)) {
            expectSame(one, other)
        }
    }

    /// What a store promises: candidates of the codes, ranked again by the vectors, are the true nearest.
    @Test(arguments: [(48, 0), (384, 0), (384, 2)] as [(Int, Float)])
    func rankedAgainTheCandidatesAreTheNearest(dimension: Int, shared: Float) {
        // With a shared direction the scores lie close together, as those of real texts do.
        var vectors = Self.vectors(2_000, dimension, seed: 17)
        var queries = Self.vectors(20, dimension, seed: 18)
        let direction = Self.vectors(1, dimension, seed: 19)[0]
        func placed(_ vector: [Float]) -> [Float] {
            let moved = zip(vector, direction).map { $0 + shared * $1 }
            let length = moved.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return moved.map { $0 / length }
        }
        vectors = vectors.map(placed)
        queries = queries.map(placed)
        let (codes, _) = Self.filled(vectors, dimension: dimension)
        func ranked(_ rows: [Int], _ query: [Float]) -> [Int] {
            let scored = rows.map { row in
                (
                    row,
                    query.withUnsafeBufferPointer { q in
                        vectors[row].withUnsafeBufferPointer { VectorCodes.innerProduct(q, $0) }
                    }
                )
            }
            return scored.sorted { $0.1 > $1.1 || ($0.1 == $1.1 && $0.0 < $1.0) }.prefix(10).map(\.0)
        }
        for (query, found) in zip(queries, codes.nearest(to: queries, count: 64)) {
            #expect(ranked(found.map(\.row), query) == ranked(Array(vectors.indices), query))
        }
    }

    @Test(arguments: [1, 15, 16, 17, 64, 100])
    func innerProductsAreSums(count: Int) {
        let pair = Self.vectors(2, count, seed: 20)
        let expected = zip(pair[0], pair[1]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        let actual = pair[0].withUnsafeBufferPointer { a in
            pair[1].withUnsafeBufferPointer { VectorCodes.innerProduct(a, $0) }
        }
        #expect(abs(Double(actual) - expected) < 1e-5)
    }
}
