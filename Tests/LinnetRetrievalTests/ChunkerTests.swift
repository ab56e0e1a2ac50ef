import Foundation
import Testing

@testable import LinnetRetrieval

@Suite struct ChunkerTests {
    /// A token per word and per mark, as WordPiece has it for plain English.
    static func countTokens(_ texts: [String]) -> [Int] {
        texts.map { text in
            var count = 0
            var isInWord = false
            for byte in text.utf8 {
                let isWord =
                    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                    || (0x61...0x7A).contains(byte) || byte >= 0x80
                if isWord ? !isInWord : byte > 0x20 { count += 1 }
                isInWord = isWord
            }
            return count
        }
    }

    private func chunker(_ maximum: Int = 32, overlap: Int = 0) -> Chunker {
        Chunker(maximumTokens: maximum, overlapTokens: overlap, countTokens: Self.countTokens)
    }

    /// What has to hold of the chunks of every document.
    static func check(_ chunks: [Chunk], of document: Document, maximum: Int) {
        let bytes = Array(document.text.utf8)
        var position = 0
        for chunk in chunks {
            #expect(countTokens([chunk.searchableText])[0] <= maximum)
            #expect(chunk.text.utf8.count <= maximum * 16 * 2)
            #expect(!chunk.text.isEmpty)
            guard document.sections.isEmpty else { continue }
            let range = chunk.span.bytes
            #expect(range.upperBound <= bytes.count && Array(chunk.text.utf8) == Array(bytes[range]))
            if range.lowerBound > position {
                #expect(bytes[position..<range.lowerBound].allSatisfy { $0 <= 0x20 }, "text is left out")
            }
            position = max(position, range.upperBound)
        }
        if document.sections.isEmpty { #expect(bytes[position...].allSatisfy { $0 <= 0x20 }, "the end is left out") }
    }

    @Test func aShortTextIsOneChunk() {
        let chunks = chunker().chunks(of: Document(text: "\n\n One sentence. \n"))
        #expect(chunks == [Chunk(text: " One sentence.", span: SourceSpan(bytes: 2..<16))])
        #expect(chunker().chunks(of: Document(text: " \n\t ")).isEmpty)
        #expect(chunker().chunks(of: Document(text: "")).isEmpty)
    }

    @Test func chunksEndAtSentencesAndOverlapByWholeSentences() {
        let sentences = (1...40).map { "This is sentence number \($0) of the text." }
        let document = Document(text: sentences.joined(separator: " "))
        let plain = chunker().chunks(of: document)
        Self.check(plain, of: document, maximum: 32)
        #expect(plain.map(\.text).joined(separator: " ") == document.text)
        #expect(plain.first?.text == sentences[0...2].joined(separator: " "))
        let overlapping = chunker(overlap: 10).chunks(of: document)
        Self.check(overlapping, of: document, maximum: 32)
        #expect(overlapping[1].text == sentences[2...4].joined(separator: " "))
    }

    @Test func aParagraphIsABetterEndThanASentence() {
        let text = "A b c d e f g h. A b c d e f g h. A b c d e f g h.\n\nA b c. A b c d e f g h."
        let document = Document(text: text)
        let chunks = chunker().chunks(of: document)
        Self.check(chunks, of: document, maximum: 32)
        #expect(chunks.map(\.text) == text.components(separatedBy: "\n\n"))
    }

    @Test func headingsAreCountedAndNeverCrossed() {
        let text = "# A\n\n## B\none two\n## C\nthree"
        let sections = [
            Document.Section(bytes: 0..<5, headings: ["A"], origin: .offset(100)),
            Document.Section(bytes: 5..<18, headings: ["A", "B"], origin: .offset(105)),
            Document.Section(bytes: 18..<28, headings: ["A", "C"], origin: .offset(118)),
        ]
        let chunks = chunker().chunks(of: Document(id: "x", text: text, sections: sections))
        #expect(
            chunks == [
                Chunk(text: "# A\n\n## B\none two", headings: ["A", "B"], span: SourceSpan(bytes: 100..<117)),
                Chunk(text: "## C\nthree", headings: ["A", "C"], span: SourceSpan(bytes: 118..<128)),
            ])
        let long = Array(repeating: "w", count: 200).joined(separator: " ")
        let headed = Document(
            id: "x", text: long,
            sections: [Document.Section(bytes: 0..<399, headings: [long, "a b c", "d e"], origin: .offset(0))])
        let pieces = chunker().chunks(of: headed)
        Self.check(pieces, of: headed, maximum: 32)
        #expect(pieces.allSatisfy { $0.headings == ["a b c", "d e"] })
    }

    @Test func pagesAreNotCrossed() {
        let sections = [
            Document.Section(bytes: 0..<4, page: 1, origin: .offset(0)),
            Document.Section(bytes: 4..<8, page: 2, origin: .offset(0)),
        ]
        let chunks = chunker().chunks(of: Document(id: "x", text: "one\ntwo\n", sections: sections))
        #expect(chunks.map(\.span) == [SourceSpan(page: 1, bytes: 0..<3), SourceSpan(page: 2, bytes: 0..<3)])
    }

    @Test(arguments: [
        ["He paid 3.14 dollars.", "Then he left."], ["Dr. Smith met J. R. Jones, e.g. at noon.", "Good."],
        ["Is it?", "Yes!", "\u{201C}Really?\u{201D}", "No."], ["これは文です。", "もう一つ！", "終わり。"],
        ["यह वाक्य है।", "दूसरा।"], ["See Fig. 3 of it.", "(It is nice.)", "End."], ["Wait... what is it?", "Ok."],
        ["1. First item of it", "2. Second item of it"], ["- one", "- two"], ["let a = 1", "    let b = 2", "}"],
    ])
    func sentencesEndWhereTheyEnd(sentences: [String]) {
        let separator = sentences[0].hasSuffix(".") || sentences[0].hasSuffix("?") ? " " : "\n"
        let text = sentences.joined(separator: sentences[0].unicodeScalars.last?.value == 0x3002 ? "" : separator)
        Array(text.utf8).withUnsafeBufferPointer { bytes in
            var scanner = SentenceScanner(bytes, 0..<bytes.count, sectionStarts: [], longest: 4_096)
            var found: [String] = []
            while let piece = scanner.next() { found.append(String(decoding: bytes[piece.range], as: UTF8.self)) }
            #expect(found == sentences)
        }
    }

    @Test func wrappedLinesStayOneSentence() {
        let line = "a line of a paragraph that is wrapped at some seventy characters and"
        let text = "\(line)\n\(line)\n\(line) ends."
        Array(text.utf8).withUnsafeBufferPointer { bytes in
            var scanner = SentenceScanner(bytes, 0..<bytes.count, sectionStarts: [], longest: 4_096)
            #expect(scanner.next()?.range == 0..<bytes.count)
        }
    }

    @Test(arguments: [
        String(repeating: "x", count: 100_000), String(repeating: "word ", count: 20_000),
        String(repeating: " ", count: 50_000) + "end", "a" + String(repeating: "\n", count: 50_000) + "b",
        String(repeating: "語", count: 30_000), String(repeating: "👩‍👩‍👧‍👦", count: 2_000),
        String(repeating: ".", count: 50_000), String(repeating: "a. ", count: 20_000),
        String(repeating: "\r\n", count: 20_000) + "x", String(repeating: "e\u{301}", count: 20_000),
        String(repeating: "> ", count: 20_000) + "x", String(repeating: "\u{0C}", count: 1_000) + "x\r\ry",
        String(repeating: "Sentence one. ", count: 5_000),
    ])
    func monstrousTextsAreCutAndCovered(text: String) {
        for maximum in [8, 32, 254] {
            let document = Document(text: text)
            let chunks = chunker(maximum, overlap: 8).chunks(of: document)
            Self.check(chunks, of: document, maximum: maximum)
        }
    }

    @Test func aTokenizerThatCountsMoreForTheWholeIsObeyed() {
        let chunker = Chunker(maximumTokens: 20, overlapTokens: 4) { texts in
            texts.map { $0.utf8.count <= 30 ? 1 : $0.utf8.count }
        }
        let document = Document(text: (1...50).map { "Sentence \($0) here." }.joined(separator: " "))
        let chunks = chunker.chunks(of: document)
        #expect(chunks.allSatisfy { $0.text.utf8.count <= 30 })
        #expect(chunks.last?.span.bytes.upperBound == document.text.utf8.count)
    }

    @Test func sectionsThatMakeNoSenseDoNoHarm() {
        let ranges = [5..<3_000, (-4)..<2, 1..<1, 7..<9, 8..<20]
        let sections = ranges.map { Document.Section(bytes: $0, headings: ["h"], origin: .offset(Int.max - 3)) }
        let text = "日本語のテキスト。日本語。"
        let chunks = chunker().chunks(of: Document(id: "x", text: text, sections: sections))
        #expect(chunks.map(\.text).joined() == text)
        let wholes = [
            Document.Section(bytes: 0..<3, origin: .whole(5..<6)), Document.Section(bytes: 3..<6, origin: .utf16(0)),
        ]
        #expect(!chunker().chunks(of: Document(id: "x", text: text, sections: wholes)).isEmpty)
    }
}
