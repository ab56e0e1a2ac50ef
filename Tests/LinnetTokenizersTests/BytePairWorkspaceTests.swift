import Testing

@testable import LinnetTokenizers

@Suite struct BytePairWorkspaceTests {
    /// The definition: merge the leftmost pair of lowest rank until none is left.
    func merged(_ symbols: [Int32], _ ranks: [[Int32]: (rank: Int, id: Int32)]) -> [Int32] {
        var symbols = symbols
        while true {
            var best: (place: Int, rank: Int, id: Int32)?
            for place in symbols.indices.dropLast() {
                guard let merge = ranks[[symbols[place], symbols[place + 1]]] else { continue }
                if best == nil || merge.rank < best?.rank ?? 0 { best = (place, merge.rank, merge.id) }
            }
            guard let best else { return symbols }
            symbols.replaceSubrange(best.place...best.place + 1, with: [best.id])
        }
    }

    @Test func wordsOfEveryLengthMergeByTheDefinition() {
        var generator = SystemRandomNumberGenerator()
        for round in 0..<60 {
            // Ids stand for distinct strings over four letters, as in a real vocabulary.
            var texts: [String] = ["a", "b", "c", "d"]
            var pairs: [(first: Int32, second: Int32, id: Int32)] = []
            var ranks: [[Int32]: (rank: Int, id: Int32)] = [:]
            for _ in 0..<40 {
                let first = Int32.random(in: 0..<Int32(texts.count), using: &generator)
                let second = Int32.random(in: 0..<Int32(texts.count), using: &generator)
                guard ranks[[first, second]] == nil else { continue }
                let text = texts[Int(first)] + texts[Int(second)]
                let id = texts.firstIndex(of: text) ?? texts.count
                if id == texts.count { texts.append(text) }
                ranks[[first, second]] = (pairs.count, Int32(id))
                pairs.append((first, second, Int32(id)))
            }
            pairs.shuffle()
            for (rank, pair) in pairs.enumerated() { ranks[[pair.first, pair.second]] = (rank, pair.id) }
            let table = MergeTable(pairs)
            let workspace = BytePairWorkspace()
            for count in [0, 1, 2, 3, 10, 47, 48, 49, 50, 100 + round] {
                let symbols = (0..<count).map { _ in Int32.random(in: 0..<4, using: &generator) }
                workspace.start(limit: 200)
                for symbol in symbols { workspace.append(symbol) }
                var output: [Int32] = []
                workspace.merge(by: table) { output.append($0) }
                #expect(output == merged(symbols, ranks))
            }
        }
    }

    @Test func neighbouringUnknownSymbolsFuseOnlyWhenAsked() {
        let table = MergeTable([])
        for (fusing, expected) in [(true, [9, 1, 9]), (false, [9, 9, 1, 9])] as [(Bool, [Int32])] {
            let workspace = BytePairWorkspace()
            workspace.start(limit: 200)
            workspace.append(unknown: 9, fusing: fusing)
            workspace.append(unknown: 9, fusing: fusing)
            workspace.append(1)
            workspace.append(unknown: 9, fusing: fusing)
            var output: [Int32] = []
            workspace.merge(by: table) { output.append($0) }
            #expect(output == expected)
        }
    }
}
