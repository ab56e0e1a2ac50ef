import Testing

@testable import LinnetTokenizers

@Suite struct AddedTokenScannerTests {
    func parts(
        of text: String, _ tokens: [(String, Int32)], _ change: (inout AddedToken) -> Void = { _ in }
    ) -> [String] {
        let scanner = AddedTokenScanner(
            tokens.map { content, id in
                var token = AddedToken(content)
                change(&token)
                return (token.content, token, id)
            })
        var parts: [String] = []
        Array(text.utf8).withUnsafeBufferPointer { bytes in
            scanner?.forEachPart(of: bytes) { part in
                switch part {
                case .token(let id): parts.append("#\(id)")
                case .text(let range): parts.append(String(decoding: bytes[range], as: UTF8.self))
                }
            }
        }
        return parts
    }

    @Test func theLongestTokenAtEachPlaceIsFound() {
        let tokens: [(String, Int32)] = [("ab", 1), ("abc", 2), ("bcd", 3), ("é", 4)]
        #expect(parts(of: "xabcdab", tokens) == ["x", "#2", "d", "#1"])
        #expect(parts(of: "aabé", tokens) == ["a", "#1", "#4"])
        #expect(parts(of: "nothing", tokens) == ["nothing"])
        #expect(parts(of: "", tokens).isEmpty)
    }

    @Test func strippingTakesWhiteSpaceOfAllKindsAlong() {
        let tokens: [(String, Int32)] = [("<m>", 1)]
        #expect(parts(of: "a \u{3000}<m>\t b", tokens) { $0.stripsLeft = true } == ["a", "#1", "\t b"])
        #expect(parts(of: "a \u{3000}<m>\t b", tokens) { $0.stripsRight = true } == ["a \u{3000}", "#1", "b"])
        let both = parts(of: " <m>  <m> ", tokens) {
            $0.stripsLeft = true
            $0.stripsRight = true
        }
        #expect(both == ["#1", "#1"])
    }

    @Test func aSingleWordTouchesNoWordCharacter() {
        let tokens: [(String, Int32)] = [("dog", 1)]
        let single: (inout AddedToken) -> Void = { $0.isSingleWord = true }
        #expect(parts(of: "dog, dogs hotdog (dog)", tokens, single) == ["#1", ", dogs hotdog (", "#1", ")"])
        #expect(parts(of: "dog\u{301} édog", tokens, single) == ["dog\u{301} édog"])
    }

    @Test func noTokensMeansNoScanner() {
        #expect(AddedTokenScanner([]) == nil)
    }
}
