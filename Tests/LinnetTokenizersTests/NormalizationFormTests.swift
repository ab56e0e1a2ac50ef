import Testing

@testable import LinnetTokenizers

@Suite struct NormalizationFormTests {
    func scalars(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }

    @Test func formsOfKnownExamples() {
        // From Unicode Standard Annex 15, figures 3 to 6.
        let examples: [(source: String, nfd: String, nfc: String, nfkd: String, nfkc: String)] = [
            ("\u{212B}", "A\u{30A}", "\u{C5}", "A\u{30A}", "\u{C5}"),
            ("\u{1E69}", "s\u{323}\u{307}", "\u{1E69}", "s\u{323}\u{307}", "\u{1E69}"),
            ("\u{1E0B}\u{323}", "d\u{323}\u{307}", "\u{1E0D}\u{307}", "d\u{323}\u{307}", "\u{1E0D}\u{307}"),
            ("\u{FB01}", "\u{FB01}", "\u{FB01}", "fi", "fi"),
            ("2\u{2075}", "2\u{2075}", "2\u{2075}", "25", "25"),
            ("\u{1E9B}\u{323}", "\u{17F}\u{323}\u{307}", "\u{1E9B}\u{323}", "s\u{323}\u{307}", "\u{1E69}"),
            ("\u{D55C}", "\u{1112}\u{1161}\u{11AB}", "\u{D55C}", "\u{1112}\u{1161}\u{11AB}", "\u{D55C}"),
        ]
        for (source, nfd, nfc, nfkd, nfkc) in examples {
            #expect(NormalizationForm.nfd.normalize(scalars(source)) == scalars(nfd))
            #expect(NormalizationForm.nfc.normalize(scalars(source)) == scalars(nfc))
            #expect(NormalizationForm.nfkd.normalize(scalars(source)) == scalars(nfkd))
            #expect(NormalizationForm.nfkc.normalize(scalars(source)) == scalars(nfkc))
        }
    }

    @Test func composingADecompositionGivesTheComposite() {
        let properties = UnicodeProperties.shared
        var composites = 0
        for code in properties.canonical.scalars {
            let decomposed = NormalizationForm.nfd.normalize([code])
            let composed = NormalizationForm.nfc.normalize(decomposed)
            #expect(NormalizationForm.nfd.normalize(composed) == decomposed)
            if composed == [code] { composites += 1 }
        }
        #expect(composites > 900)
    }

    @Test func aLongRunOfMarksIsSortedInOrderOfClassAndPlace() {
        let run = (0..<50_000).flatMap { _ in scalars("\u{300}\u{316}\u{301}") }
        let sorted = NormalizationForm.nfd.normalize(scalars("a") + run)
        #expect(sorted.prefix(3) == [0x61, 0x316, 0x316])
        #expect(sorted[50_000...50_004] == [0x316, 0x300, 0x301, 0x300, 0x301])
    }
}
