import Foundation
import LinnetRetrieval
import Testing

@Suite struct StoreDamageTests {
    /// A closed store of 120 documents in a file.
    private func storeFile() throws -> String {
        let path = try StoreSamples.path()
        let store = try StoreSamples.store(path)
        for batch in 0..<4 {
            var change = StoreChange()
            change.documents = (0..<30).map { number in
                let id = batch * 30 + number
                return StoreSamples.document(
                    "d\(id)",
                    ["word\(id) shock wave \(String(repeating: "filler\(id) ", count: 60))", "boundary layer"],
                    source: "s\(id)", metadata: ["n": .number(Double(id))], seed: id)
            }
            change.completedSources = ["s\(batch)": "digest"]
            try store.apply(change)
        }
        return path
    }

    /// Everything a user asks a store for.
    private struct Answers: Equatable {
        var counts: [Int]
        var dense: [[ScoredChunk]]
        var words: [[ScoredChunk]]
        var chunks: [StoredChunk]
        var sources: [String: String]
        var fingerprints: [String]

        init(path: String) throws {
            let store = try SQLiteStore(path: path)
            let filter = try MetadataFilter(parsing: "n >= 60 or n < 5")
            counts = [try store.counts().documents, try store.counts().chunks]
            let queries = (0..<3).map { StoreSamples.vector(9_000 + $0) }
            dense =
                try store.nearest(to: queries, count: 50, where: nil)
                + store.nearest(to: queries, count: 50, where: filter)
            words = try store.matching(["word7", "shock wave", "boundary"], count: 300, where: nil)
            words += try store.matching(["filler66 word3"], count: 300, where: filter)
            chunks = try store.chunks(words[1].map(\.id))
            sources = try store.sources(under: "s")
            fingerprints = try (0..<120).compactMap { try store.fingerprint(ofDocument: "d\($0)") }
        }
    }

    @Test func aDamagedFileGivesTheRightAnswerOrAnError() throws {
        let path = try storeFile()
        let expected = try Answers(path: path)
        try SQLiteStore(path: path).check()
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let copy = try StoreSamples.path()
        var random = SystemRandomNumberGenerator()
        var refused = 0
        for round in 0..<200 {
            var bytes = whole
            switch round % 4 {
            case 0: bytes = bytes.prefix(Int.random(in: 0..<whole.count, using: &random))
            case 1:
                // A page that was lost, or written to another's place.
                let pages = whole.count / 16_384
                let from = Int.random(in: 0..<pages, using: &random) * 16_384
                let to = Int.random(in: 0..<pages, using: &random) * 16_384
                let page = round % 8 == 1 ? Data(count: 16_384) : whole[from..<(from + 16_384)]
                bytes.replaceSubrange(to..<(to + 16_384), with: page)
            default:
                for _ in 0..<(round % 3 + 1) {
                    bytes[Int.random(in: 0..<whole.count, using: &random)] ^=
                        1 << UInt8.random(in: 0..<8, using: &random)
                }
            }
            try bytes.write(to: URL(fileURLWithPath: copy))
            do {
                let answers = try Answers(path: copy)
                #expect(answers == expected, "round \(round): a wrong answer without an error")
            } catch let error as RetrievalError {
                refused += 1
                #expect(error.kind == .corrupt || error.kind == .unavailable, "round \(round): \(error)")
                #expect(error.description.contains(copy), "\(error)")
            }
            if bytes != whole, !bytes.isEmpty, let store = try? SQLiteStore(path: copy) {
                // What no question touched, the check finds (but for pages that hold nothing).
                _ = try? store.check()
            }
        }
        #expect(refused > 120)
    }

    @Test func aFlipInAPageInUseIsFoundByTheCheck() throws {
        let path = try storeFile()
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let copy = try StoreSamples.path()
        for page in 0..<(whole.count / 16_384) {
            var bytes = whole
            bytes[page * 16_384 + (page * 7_919) % 16_384] ^= 0x10
            try bytes.write(to: URL(fileURLWithPath: copy))
            #expect(throws: RetrievalError.self, "page \(page)") { try SQLiteStore(path: copy).check() }
        }
    }

    @Test func aFileThatIsNoStoreIsNamedForWhatItIs() throws {
        let path = try StoreSamples.path()
        func refusal(createIfMissing: Bool = false) -> RetrievalError? {
            #expect(throws: RetrievalError.self) { try SQLiteStore(path: path, createIfMissing: createIfMissing) }
        }
        #expect(refusal()?.kind == .unavailable)
        #expect(refusal()?.description.contains("there is no store") == true)
        try Data("# notes\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(refusal()?.description.contains("not a store of Linnet") == true)
        #expect(refusal(createIfMissing: true)?.kind == .corrupt)
        try Data("#".utf8).write(to: URL(fileURLWithPath: path))  // Which SQLite takes for an empty file.
        #expect(refusal(createIfMissing: true)?.kind == .corrupt)
        try Data(count: 50_000).write(to: URL(fileURLWithPath: path))
        #expect(refusal(createIfMissing: true)?.kind == .corrupt)
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(refusal()?.kind == .unavailable)
        let store = try StoreSamples.store(path)
        try store.apply(StoreSamples.change(StoreSamples.document("a", ["b"])))
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[63] = 9
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(refusal()?.description.contains("version 9") == true)
        bytes[71] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(refusal()?.description.contains("another program") == true)
        for name in ["", "a\u{0}b", "/", "/nonexistent-directory/store.db", "/dev/null/x"] {
            let error = #expect(throws: RetrievalError.self) { try SQLiteStore(path: name, createIfMissing: true) }
            #expect(error?.description.contains("\n") == false)
        }
    }
}
