import Foundation
import LinnetFormats
import LinnetTokenizers
import Testing

@Suite struct TokenizerFilesTests {
    @Test(arguments: ["wordpiece", "vocabulary", "cased", "bytelevel", "pairfiles"])
    func savedFilesAreTheOriginalsByteForByte(name: String) throws {
        let original = TokenizerFixture.directory + "/" + name
        let tokenizer = try Tokenizer(directory: original)
        try TokenizerFixture.withDirectory { directory in
            try tokenizer.save(to: directory)
            let names = try FileManager.default.contentsOfDirectory(atPath: original)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).sorted() == names.sorted())
            for name in names {
                let saved = FileManager.default.contents(atPath: directory + "/" + name)
                #expect(saved == FileManager.default.contents(atPath: original + "/" + name))
            }
        }
    }

    @Test func aMissingConfigurationIsAdded() throws {
        let vocabulary = try String(
            contentsOfFile: TokenizerFixture.directory + "/vocabulary/vocab.txt", encoding: .utf8)
        try TokenizerFixture.withDirectory(["vocab.txt": vocabulary]) { source in
            let tokenizer = try Tokenizer(directory: source)
            try TokenizerFixture.withDirectory { target in
                try tokenizer.save(to: target)
                let configuration = try JSON.read(path: target + "/tokenizer_config.json")
                #expect(configuration["tokenizer_class"]?.stringValue == "BertTokenizer")
                #expect(configuration["cls_token"]?.stringValue == "[CLS]")
                #expect(configuration["do_lower_case"]?.boolValue == true)
                let again = try Tokenizer(directory: target)
                #expect(again.encode("Café 中", pair: "b") == tokenizer.encode("Café 中", pair: "b"))
            }
        }
    }

    @Test func savingWhereNothingCanBeWrittenIsAnError() throws {
        let tokenizer = try TokenizerFixture.tokenizer("wordpiece")
        let error = #expect(throws: TokenizerError.self) { try tokenizer.save(to: "/nonexistent/directory") }
        #expect(error?.kind == .inputOutput)
    }

    @Test func linesOfAVocabularyMayEndInAnyWay() throws {
        let lines = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##b", "a"]
        for ending in ["\n", "\r\n", "\r"] {
            for tail in ["", ending] {
                try TokenizerFixture.withDirectory(["vocab.txt": lines.joined(separator: ending) + tail]) { directory in
                    let tokenizer = try Tokenizer(directory: directory)
                    // Of equal lines the last one counts, as in a Python dictionary.
                    #expect(tokenizer.encode("ab").ids == [2, 7, 6, 3])
                    #expect(tokenizer.token(5) == nil)
                    #expect(tokenizer.vocabularySize == 8)
                }
            }
        }
    }

    @Test func tokensThatTheVocabularyLacksAreAddedBehindIt() throws {
        let files = [
            "vocab.txt": "[UNK]\na\n",
            "tokenizer_config.json": #"""
            {"added_tokens_decoder":{"2":{"content":"<x>","special":false,"normalized":false}},
             "additional_special_tokens":["<y>"]}
            """#,
        ]
        try TokenizerFixture.withDirectory(files) { directory in
            let tokenizer = try Tokenizer(directory: directory)
            #expect(tokenizer.id(of: "<x>") == 2)
            #expect(tokenizer.id(of: "<y>") == 3)
            #expect(tokenizer.separatorId == 4 && tokenizer.paddingId == 5 && tokenizer.classifyId == 6)
            #expect(tokenizer.encode("a<x>a<y>").ids == [6, 1, 2, 1, 3, 4])
            #expect(tokenizer.decode([6, 1, 2, 3, 4]) == "a <x>")
            #expect(tokenizer.vocabularySize == 8)
        }
    }
}
