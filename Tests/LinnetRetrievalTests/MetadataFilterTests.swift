import Foundation
import LinnetRetrieval
import Testing

@Suite struct MetadataFilterTests {
    private func store() throws -> SQLiteStore {
        let store = try StoreSamples.store()
        try store.apply(
            StoreSamples.change(
                StoreSamples.document(
                    "a", ["x"], source: "docs/a.md", metadata: ["year": 2019, "kind": "Wiki", "draft": true], seed: 1,
                    headings: ["Install", "Linux"]),
                StoreSamples.document(
                    "b", ["x"], source: "docs/b.pdf", metadata: ["year": 2021, "kind": "wiki", "draft": false], seed: 2,
                    page: 3),
                StoreSamples.document(
                    "c", ["x"], source: "c.txt", metadata: ["year": "2021", "source": "wiki", "my \"key\"": 1], seed: 3),
                StoreSamples.document("d", ["x"], metadata: ["kind": "é%_", "draft": 1], seed: 4)))
        return store
    }

    @Test(arguments: [
        ("year = 2021", "b"), ("year != 2021", "ac"), ("year >= 2019", "ab"), ("year < 2021", "a"), ("year > 2021", ""),
        ("year <= 2021", "ab"), ("year = '2021'", "c"), ("not year = 2021", "acd"), ("year <> 2021", "ac"),
        ("year == 2021.0", "b"), ("year = 2.021e3", "b"), ("draft = true", "a"), ("draft != true", "bd"),
        ("draft = 1", "d"), ("kind = \"wiki\"", "b"), ("kind like 'WIKI'", "ab"), ("kind like \"w_k%\"", "ab"),
        ("kind not like 'w%'", "cd"), ("kind like 'é%'", "d"), ("missing = 1", ""), ("not missing = 1", "abcd"),
        ("missing != 1", ""), ("source = \"wiki\"", "c"), ("source = 'docs/a.md'", "a"), ("source like 'docs/%'", "ab"),
        ("source = 'c.txt'", ""), ("source != 'docs/a.md'", "bc"), ("id = 'd'", "d"), ("id in ('a', 'd', 'z')", "ad"),
        ("id not in ('a', 'd')", "bc"), ("year in (2019, 2021, '2021')", "abc"), ("page = 3", "b"), ("page >= 1", "b"),
        ("page != 4", "b"), ("heading = 'Linux'", "a"), ("heading like 'inst%'", "a"), ("heading != 'Linux'", ""),
        ("heading != 'Windows'", "a"), ("\"my \"\"key\"\"\" = 1", "c"), ("'year' = 2021", "b"),
        ("year = 2019 or year = 2021 and draft = true", "a"), ("(year = 2019 or year = 2021) and draft = false", "b"),
        ("not (draft = true or draft = false)", "cd"), ("NOT NOT draft = TRUE", "a"), ("Year = 2021", ""),
        ("year > -5.5e-3", "ab"), ("kind = 'x'' or 1=1 --'", ""), ("kind > 'a'", "bd"), ("page = 'x' or id = 'a'", "a"),
        ("id = 7", ""), ("source = true", ""),
    ])
    func aFilterSelects(filter: String, expected: String) throws {
        let store = try store()
        let parsed = try MetadataFilter(parsing: filter)
        let dense = try store.nearest(to: [StoreSamples.vector(9)], count: 10, where: parsed)[0].map(\.id)
        let words = try store.matching(["x"], count: 10, where: parsed)[0].map(\.id)
        #expect(try store.chunks(dense).map(\.documentID).sorted().joined() == expected)
        #expect(Set(words) == Set(dense))
    }

    @Test(arguments: [
        ("", 1, "the key to compare, found the end"), ("year", 5, "expected =, !="), ("year =", 7, "found the end"),
        ("year = wiki", 8, "put texts in quotes"), ("year = 2020 2021", 13, "and, or, or the end"),
        ("(year = 1", 10, "')'"), ("year = 1)", 9, "found ')'"), ("year = 'a", 8, "no closing '"),
        ("= 1", 1, "the key"),
        ("year & 1", 6, "means nothing"), ("year like 3", 11, "a pattern in quotes"), ("year in 3", 9, "'('"),
        ("year in ()", 10, "a text in quotes"), ("year in (1", 11, "',' or ')'"), ("year not = 1", 10, "in or like"),
        ("draft < true", 7, "no order"), ("year = 12x", 8, "is no number"), ("year = 1e999", 8, "is no number"),
        ("year = 0x10", 8, "is no number"), ("and = 1", 1, "the key"), ("year = --1", 8, "is no number"),
        ("a = 1 and", 10, "the key"), ("🙂 = 1", 1, "means nothing"), ("year = 'ü' x", 12, "and, or"),
    ])
    func anErrorNamesThePlace(filter: String, position: Int, words: String) {
        let error = #expect(throws: RetrievalError.self) { try MetadataFilter(parsing: filter) }
        #expect(error?.kind == .invalid)
        #expect(error?.description.hasPrefix("filter, character \(position): ") == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func deepAndLongFiltersEndInAnswersOrErrors() throws {
        let store = try store()
        let ids = (0..<1_500).map { "'\($0)'" }.joined(separator: ", ")
        let long = try MetadataFilter(parsing: "kind in (\(ids)) or kind = 'wiki'")
        #expect(try store.matching(["x"], count: 10, where: long)[0].count == 1)
        let tooLong = try MetadataFilter(parsing: "a in (\(ids)) or a in (\(ids))")
        #expect(throws: RetrievalError.self) { try store.matching(["x"], count: 10, where: tooLong) }
        let deep = String(repeating: "(", count: 5_000) + "a = 1" + String(repeating: ")", count: 5_000)
        #expect(throws: RetrievalError.self) { try MetadataFilter(parsing: deep) }
        #expect(throws: RetrievalError.self) { try MetadataFilter(parsing: String(repeating: "not ", count: 5_000)) }
        #expect(throws: RetrievalError.self) { try MetadataFilter(parsing: String(repeating: "a", count: 70_000)) }
        var nested = MetadataFilter.compare(key: "a", .equal, 1)
        for _ in 0..<1_000 { nested = .not(nested) }
        #expect(throws: RetrievalError.self) { try store.matching(["x"], count: 10, where: nested) }
        for filter in [
            MetadataFilter.compare(key: "a", .like, 1), .compare(key: "a", .less, true),
            .compare(key: "a", .equal, .number(.nan)),
            .compare(key: "a", .like, .text(String(repeating: "%a", count: 10_000))),
        ] {
            let error = #expect(throws: RetrievalError.self) {
                try store.nearest(to: [StoreSamples.vector(1)], count: 1, where: filter)
            }
            #expect(error?.kind == .invalid)
        }
    }
}
