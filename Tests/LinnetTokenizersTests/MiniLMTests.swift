import Foundation
import LinnetTokenizers
import Testing

/// Checks on the tokenizer of sentence-transformers/all-MiniLM-L6-v2, when LINNET_TEST_MINILM names its directory.
@Suite struct MiniLMTests {
    static let directory = ProcessInfo.processInfo.environment["LINNET_TEST_MINILM"]

    @Test(
        .enabled(
            if: directory != nil, "LINNET_TEST_MINILM does not name the directory of all-MiniLM-L6-v2"))
    func idsOfTheRealModelAreThoseOfHuggingFace() throws {
        let directory = try #require(Self.directory)
        let tokenizer = try Tokenizer(directory: directory)
        #expect(tokenizer.vocabularySize == 30522)
        #expect(tokenizer.paddingId == 0 && tokenizer.classifyId == 101 && tokenizer.separatorId == 102)
        #expect(tokenizer.modelMaxLength == 512)
        // Recorded with tokenizers 0.23.3.
        let goldens: [(text: String, ids: [Int32])] = [
            (
                "The linnet sings in the hedge; it doesn't mind the rain.",
                [
                    101, 1996, 11409, 7159, 10955, 1999, 1996, 17834, 1025, 2009, 2987, 1005, 1056, 2568, 1996, 4542,
                    1012, 102,
                ]
            ),
            (
                "unaffable antidisestablishmentarianism",
                [101, 14477, 20961, 3468, 3424, 10521, 4355, 7875, 13602, 3672, 12199, 2964, 102]
            ),
            ("Größe café İstanbul ΌΣΟΣ", [101, 24665, 2080, 17499, 7668, 9960, 1169, 29733, 29730, 29733, 102]),
            (
                "中文 日本語 한국어",
                [101, 1746, 1861, 1864, 1876, 1950, 1469, 30006, 30021, 29991, 30014, 30020, 29999, 30008, 102]
            ),
            ("a [MASK] b[SEP]", [101, 1037, 103, 1038, 102, 102]),
            ("😀 \u{1F468}\u{200D}\u{1F469}", [101, 100, 100, 102]),
            ("#42 @user $19.99 <b>", [101, 1001, 4413, 1030, 5310, 1002, 2539, 1012, 5585, 1026, 1038, 1028, 102]),
        ]
        for (text, ids) in goldens { #expect(tokenizer.encode(text).ids == ids, "\(text)") }
    }
}
