import LinnetTraining
import Testing

@Suite struct TokenWindowsTests {
    private let corpus = (0..<23).map(Int32.init)

    private func arguments(batchSize: Int = 4, seed: UInt64 = 42) -> TrainingArguments {
        var arguments = TrainingArguments(output: "x")
        arguments.batchSize = batchSize
        arguments.seed = seed
        return arguments
    }

    @Test func aWindowPredictsTheTokenAfterEach() throws {
        let window = try TokenWindows(corpus, context: 5, .drawn, name: "corpus")[3]
        #expect(Array(window.inputs) == [3, 4, 5, 6, 7])
        #expect(Array(window.targets) == [4, 5, 6, 7, 8])
        #expect(window.tokenCount == 5)
    }

    @Test(arguments: [(23, 5), (21, 5), (22, 5), (26, 5), (6, 5), (2, 1), (9, 1)])
    func consecutiveWindowsPredictEveryTokenOnce(length: Int, context: Int) throws {
        let tokens = (0..<Int32(length)).map { $0 }
        let windows = try TokenWindows(tokens, context: context, .consecutive, name: "corpus")
        let shown = (0..<windows.count).map { windows[$0] }
        #expect(shown.flatMap(\.targets) == Array(tokens.dropFirst()))
        #expect(shown.flatMap(\.inputs) == Array(tokens.dropLast()))
        #expect(shown.allSatisfy { (1...context).contains($0.tokenCount) })
        #expect(Array(windows.order(arguments()).indices(epoch: 1).sorted()) == Array(0..<windows.count))
    }

    @Test func everyPlaceOfAWholeWindowIsDrawn() throws {
        let windows = try TokenWindows(corpus, context: 5, .drawn, name: "corpus")
        #expect(windows.count == 4)
        let order = windows.order(arguments())
        var places = [Int](repeating: 0, count: 23)
        for epoch in 0..<2000 {
            let drawn = order.indices(epoch: epoch)
            #expect(drawn.count == 4)
            for place in drawn { places[place] += 1 }
        }
        #expect(places[18...].allSatisfy { $0 == 0 }, "a window of 5 and the token after it begins at 17 at the latest")
        #expect(places[..<18].allSatisfy { (330...560).contains($0) }, "\(places)")  // 444 ± 5 standard deviations
        for place in 0..<18 { #expect(windows[place].tokenCount == 5) }
    }

    @Test func theDrawIsAFunctionOfSeedAndEpoch() throws {
        let windows = try TokenWindows(corpus, context: 2, .drawn, name: "corpus")
        let order = windows.order(arguments())
        #expect(order.batches(epoch: 2) == windows.order(arguments()).batches(epoch: 2))
        #expect(order.batches(epoch: 2) != order.batches(epoch: 3))
        #expect(order.batches(epoch: 2) != windows.order(arguments(seed: 43)).batches(epoch: 2))
        #expect(order.batches(epoch: 0).map(\.count) == [4, 4, 3])
    }

    @Test func whatIsLearnedDecidesTheFingerprint() throws {
        func fingerprint(_ tokens: [Int32], _ context: Int, _ choice: TokenWindows.Choice = .drawn) throws -> UInt32 {
            var sum = CyclicChecksum()
            try TokenWindows(tokens, context: context, choice, name: "corpus").add(to: &sum)
            return sum.value
        }
        let original = try fingerprint(corpus, 5)
        #expect(try fingerprint(corpus, 5) == original)
        #expect(try fingerprint(corpus, 4) != original)
        #expect(try fingerprint(corpus, 5, .consecutive) != original)
        #expect(try fingerprint(corpus.reversed(), 5) != original)
    }

    @Test(arguments: [0, 1, 5])
    func aCorpusWithoutAWholeWindowIsRefused(length: Int) {
        #expect(throws: TrainingError.corpusTooShort(name: "c.txt", tokens: length, context: 5)) {
            try TokenWindows((0..<Int32(length)).map { $0 }, context: 5, .drawn, name: "c.txt")
        }
    }

    @Test func aContextOfNothingIsRefused() {
        #expect(throws: TrainingError.self) { try TokenWindows(corpus, context: 0, .drawn, name: "c.txt") }
    }
}
