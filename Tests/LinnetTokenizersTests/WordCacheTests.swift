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
        let cache = WordCache(bits: 4)
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
        let cache = WordCache(bits: 2)
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
}
