import Testing

@testable import LinnetTokenizers

@Suite struct WordCacheTests {
    /// The key of a word, which must not depend on what stands behind it.
    func key(_ word: [UInt8], followedBy byte: UInt8) -> WordCache.Key {
        (word + [UInt8](repeating: byte, count: 16)).withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { WordCache.Key($0, count: word.count) } ?? WordCache.Key([0], count: 1)
        }
    }

    @Test func keysDependOnTheWordAlone() {
        for count in 1...WordCache.longestWord {
            let word = (0..<count).map { UInt8(200 + $0) }
            let first = key(word, followedBy: 0x41)
            let second = key(word, followedBy: 0xFF)
            #expect(first.low == second.low && first.high == second.high)
            // A zero byte at the end is part of the word.
            let shorter = key(Array(word.dropLast()) + [0], followedBy: 0)
            #expect(first.low != shorter.low || first.high != shorter.high)
        }
        let zero = key([0], followedBy: 0)
        let zeros = key([0, 0], followedBy: 0)
        #expect(zero.high != zeros.high)
    }

    @Test func wordsAreFoundAgainWithTheirIds() {
        var cache = WordCache(bits: 4)
        defer { cache.deallocate() }
        var ids = [Int32](repeating: 7, count: 8)
        for count in 1...WordCache.mostIds {
            let word = key([UInt8(count)], followedBy: 3)
            #expect(cache.find(word, into: &ids) == 0)
            cache.insert(word, ids: (0..<Int32(count)).map { $0 + 100 }, count: count)
            #expect(cache.find(word, into: &ids) == count)
            #expect(Array(ids.prefix(count)) == (0..<Int32(count)).map { $0 + 100 })
        }
        let unfit = key([99], followedBy: 3)
        cache.insert(unfit, ids: [1, 2, 3, 4, 5], count: 5)
        #expect(cache.find(unfit, into: &ids) == 0)
    }

    @Test func aFullCacheForgetsButNeverConfuses() {
        var cache = WordCache(bits: 2)
        defer { cache.deallocate() }
        var ids = [Int32](repeating: 0, count: 8)
        var found = 0
        for round in 0..<2000 {
            let number = Int32(round % 40)
            let word = key(Array("word\(number)".utf8), followedBy: UInt8(round % 256))
            if cache.find(word, into: &ids) > 0 {
                #expect(ids[0] == number)
                found += 1
            } else {
                cache.insert(word, ids: [number], count: 1)
            }
        }
        #expect(found < 2000)
    }

    @Test func longWordsAreFoundAgainWhateverStandsBehindThem() {
        let cache = LongWordCache(bits: 10)
        defer { cache.deallocate() }
        var ids = [Int32](repeating: 7, count: 40)
        for count in LongWordCache.lengths {
            let word = (0..<count).map { UInt8(100 + $0) }
            for (place, slack) in [UInt8(0), 1, 255].enumerated() {
                let bytes = word + [UInt8](repeating: slack, count: 16)
                let idCount = count % LongWordCache.mostIds + 1
                let known = (0..<Int32(idCount)).map { $0 + 50 }
                #expect(cache.find(bytes, count: count, into: &ids) == (place == 0 ? 0 : idCount))
                if place == 0 { cache.insert(bytes, count: count, ids: known, idCount: idCount) }
                #expect(cache.find(bytes, count: count, into: &ids) == idCount)
                #expect(Array(ids.prefix(idCount)) == known)
            }
            var other = word
            other[count - 1] = 0
            #expect(cache.find(other + [UInt8](repeating: 0, count: 16), count: count, into: &ids) == 0)
        }
    }
}
