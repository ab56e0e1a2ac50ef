import Testing

@testable import LinnetTensors

@Suite struct RandomStreamTests {
    /// Known answers of Philox 4×32-10 from the Random123 distribution (kat_vectors).
    @Test func philoxGivesThePublishedWords() {
        let zeros = RandomNumbers.philox(counter: 0, stream: 0, key: (0, 0))
        #expect([zeros.0, zeros.1, zeros.2, zeros.3] == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
        let ones = RandomNumbers.philox(
            counter: .max, stream: .max, key: (0xffff_ffff, 0xffff_ffff))
        #expect([ones.0, ones.1, ones.2, ones.3] == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    }

    @Test func dropoutDropsWhatThePhiloxWordsSay() {
        let count = 1003
        let stream = RandomStream(seed: 0x1234_5678_9abc_def0, step: 7)
        let ones = Tensor(Array(repeating: 1, count: count), shape: [count])
        let dropped = withDropout(from: stream) { ones.dropout(0.25).floats() }
        for place in 0..<count {
            let words = RandomNumbers.philox(
                counter: UInt64(place / 4), stream: 7 << 24, key: (0x9abc_def0, 0x1234_5678))
            let word = [words.0, words.1, words.2, words.3][place % 4]
            #expect(dropped[place] == (word >= 1 << 30 ? 1 / 0.75 : 0), "element \(place)")
        }
    }

    @Test func dropoutIsTheIdentityOutsideOfTraining() {
        let x = Tensor([1, 2, 3], shape: [3])
        #expect(x.dropout(0.9).floats() == [1, 2, 3])
    }

    @Test func backwardRecomputesTheMask() {
        let x = Tensor(Array(repeating: 1, count: 100), shape: [100], requiresGradient: true)
        let y = withDropout(from: RandomStream(seed: 1, step: 0)) { x.dropout(0.5) }
        y.sum().backward()
        #expect(x.gradient?.floats() == y.floats())
    }
}
