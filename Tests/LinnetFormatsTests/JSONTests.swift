import Foundation
import TestSupport
import Testing

@testable import LinnetFormats

@Suite("JSON")
struct JSONTests {
    private func parse(_ text: String, maxDepth: Int = JSON.deepestNesting) throws -> JSON {
        try JSON.parse(text, path: "test.json", maxDepth: maxDepth)
    }

    @Test func aLongValueIsCutInErrors() {
        #expect(JSON.array([1, 2]).shortText == "[1,2]")
        let long = JSON.string(String(repeating: "é", count: 200)).shortText
        #expect(long == "\"" + String(repeating: "é", count: 99) + "…")
    }

    @Test func readsEveryKindOfValue() throws {
        let value = try parse(
            #" { "a" : [ 1 , -2.5, 1e3, true , false, null ], "b":{"c":"d"}, "": "", "é\u00e9\ud83d\ude00\n":0 } "#)
        #expect(value["a"] == [1, -2.5, .number(1000), true, false, nil])
        #expect(value["b"]?["c"]?.stringValue == "d")
        #expect(value.objectValue?.keys == ["a", "b", "", "éé😀\n"])
        #expect(value["missing"] == nil)
    }

    @Test func readsNumbersWithoutLosingIntegers() throws {
        #expect(try parse("9223372036854775807") == .integer(.max))
        #expect(try parse("-9223372036854775808") == .integer(.min))
        #expect(try parse("9223372036854775808") == .number(9223372036854775808))
        #expect(try parse("9223372036854775808").intValue == nil)
        #expect(try parse("1000000000000000019884624838656").doubleValue == 1e30)
        #expect(try parse("-0") == .integer(0))
        #expect(try parse("-0.0").doubleValue?.sign == .minus)
        #expect(try parse("1e-400") == .number(0))
        #expect(try parse("5.0").intValue == 5)
        #expect(try parse("5.5").intValue == nil)
        #expect(try parse("0.1e1") == .number(1))
    }

    @Test(arguments: [
        "", " ", "{", "}", "[", "]", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}",
        "{\"a\":1 \"b\":2}", "tru", "truex", "nul", "True", "NaN", "Infinity", "-Infinity", "-", "+1", ".5", "5.", "1e",
        "1e+",
        "01", "-01", "0x10", "1 2", "1,", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\t\"", "\"\n\"", "//",
        "[1]/**/",
        "1e400", "-1e999999999999999999999", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud800\\n\"",
        "\"\\ud800\\",
        "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "\u{FEFF}{}", "[1]\0", "\0",
    ])
    func refusesMalformedText(_ text: String) {
        expectFailure(.malformed, "test.json", label: text) { _ = try parse(text) }
    }

    @Test func refusesEveryTruncationOfAValidText() throws {
        let text = Array(#"{"k\u00e9y": [1.5e3, true, null, "s\ud83d\ude00"], "o": {"x": -12}}"#.utf8)
        for length in 0..<text.count {
            expectFailure(.malformed, label: "\(length) bytes") {
                _ = try JSON.parse(Array(text[..<length]), path: "cut")
            }
        }
    }

    @Test(
        arguments: [
            [0xFF], [0x80], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3],
            [0xF0, 0x9F, 0x98],
        ] as [[UInt8]])
    func refusesStringsThatAreNotUTF8(_ bytes: [UInt8]) {
        expectFailure(.malformed, "not valid UTF-8") { _ = try JSON.parse([0x22] + bytes + [0x22], path: "bad") }
        expectFailure(.malformed, "not valid UTF-8") {
            _ = try JSON.parse([0x22, 0x5C, 0x6E] + bytes + [0x22], path: "bad, after an escape")
        }
    }

    @Test func namesLineAndColumn() {
        expectFailure(.malformed, "line 3, column 8", "'x'") { _ = try parse("{\n  \"a\": 1,\n  \"b\": x\n}") }
        expectFailure(.malformed, "line 2, column 1", "'a'", "twice") { _ = try parse("{\"a\":1,\n\"a\":2}") }
    }

    @Test func refusesDeepNestingOnASmallStack() throws {
        let million = 1_000_000
        let texts = [
            String(repeating: "[", count: million), String(repeating: "{\"a\":", count: million),
            String(repeating: "[{\"a\":", count: million),
        ]
        for text in texts {
            expectFailure(.tooLarge, "deeper than 128") { _ = try parse(text) }
        }
        #expect(throws: Never.self) {
            try parse(String(repeating: "[", count: 128) + String(repeating: "]", count: 128))
        }
        expectFailure(.tooLarge) { _ = try parse("[[[]]]", maxDepth: 2) }

        let thread = SmallStackThread {
            let deepest = String(repeating: "[{\"a\":", count: 64) + "1" + String(repeating: "}]", count: 64)
            let value = try? JSON.parse(deepest, path: "deep")
            return value.map { $0 == $0 && !$0.text(pretty: true).isEmpty ? $0.text().utf8.count : 0 }
        }
        #expect(thread.result() == 64 * 8 + 1)
    }

    @Test func refusesEndlessNumbers() {
        expectFailure(.tooLarge, "1024") { _ = try parse(String(repeating: "9", count: 1_000_000)) }
        expectFailure(.malformed, "out of range") { _ = try parse(String(repeating: "9", count: 1_000)) }
    }

    @Test func keepsCanonicallyEquivalentKeysApart() throws {
        let value = try parse("{\"\u{E0}\": 1, \"a\u{300}\": 2}")
        #expect(value["\u{E0}"] == 1)
        #expect(value["a\u{300}"] == 2)
        #expect(JSON.string("\u{E0}") != JSON.string("a\u{300}"))
    }

    @Test func findsMembersOfLargeObjects() throws {
        var members: [(String, JSON)] = (0..<5_000).map { ("token\($0)", JSON($0)) }
        members.append(("\u{E0}", "composed"))
        members.append(("a\u{300}", "decomposed"))
        var object = try #require(parse(JSON.object(JSONObject(members)).text()).objectValue)
        #expect(object.count == 5_002)
        for index in 0..<5_000 { #expect(object["token\(index)"] == JSON(index)) }
        #expect(object["\u{E0}"] == "composed")
        #expect(object["a\u{300}"] == "decomposed")
        #expect(object["token5000"] == nil)
        object["token7"] = nil
        object["token8"] = "new"
        #expect(object["token7"] == nil)
        #expect(object["token8"] == "new")
        #expect(object["token4999"] == 4999)
        #expect(object.count == 5_001)
        #expect(object.keys.prefix(9).last == "token9")
        let twice = JSON.object(JSONObject(members)).text().dropLast() + ",\"token77\":0}"
        expectFailure(.malformed, "'token77' occurs twice") { _ = try parse(String(twice)) }
    }

    @Test func comparesObjectsInAnyOrder() throws {
        #expect(try parse("{\"a\":1,\"b\":[2]}") == parse("{\"b\":[2],\"a\":1}"))
        #expect(try parse("{\"a\":1}") != parse("{\"a\":1.5}"))
        #expect(try parse("{\"a\":1}") != parse("{\"b\":1}"))
    }

    @Test func writesCompactText() {
        let value: JSON = ["a": [1, 2.5, true, nil], "s": "\"\\\u{1}\n\r\té😀/", "e": [:], "l": []]
        #expect(value.text() == #"{"a":[1,2.5,true,null],"s":"\"\\\u0001\n\r\té😀/","e":{},"l":[]}"#)
        #expect(JSON.number(.nan).text() == "null")
        #expect(JSON.number(1e-5).text() == "1e-05")
    }

    @Test func writesPrettyTextAsHuggingFaceDoes() {
        let value: JSON = ["id2label": ["0": "neg"], "list": [1, "x"], "empty": [], "none": [:]]
        #expect(
            value.text(pretty: true) == """
                {
                  "id2label": {
                    "0": "neg"
                  },
                  "list": [
                    1,
                    "x"
                  ],
                  "empty": [],
                  "none": {}
                }
                """)
    }

    @Test func readsBackWhatItWrites() throws {
        let value: JSON = [
            "d": [0.1, -1e300, .number(.leastNonzeroMagnitude), 1.0, 123456789.125],
            "i": [0, -1, .integer(.min), .integer(.max)],
            "s": "\u{0}\u{1F}\u{7F}\u{2028}é\u{301}",
        ]
        #expect(try parse(value.text()) == value)
        #expect(try parse(value.text(pretty: true)) == value)
    }

    @Test func readsFilesAndNamesThemInErrors() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("config.json", "{\"hidden_size\": 384}")
        #expect(try JSON.read(path: path)["hidden_size"]?.intValue == 384)
        expectFailure(.notFound, "absent.json") { _ = try JSON.read(path: directory.file("absent.json")) }
        expectFailure(.unreadable, "directory") { _ = try JSON.read(path: directory.path) }
        let broken = try directory.write("broken.json", "{\"hidden_size\": }")
        expectFailure(.malformed, "broken.json: line 1, column 17") { _ = try JSON.read(path: broken) }
    }

    @Test func survivesRandomBytes() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("{}[]\",:\\u0123456789eE+-.truefalsn \u{E9}".utf8) + [0xFF, 0x00]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0..<40, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            if let value = try? JSON.parse(text, path: "random") {
                #expect((try? JSON.parse(value.text(), path: "again")) == value)
            }
        }
    }
}

/// Runs a closure on a thread with a stack of 512 KiB, as worker threads have on some systems.
private final class SmallStackThread: @unchecked Sendable {
    private let done = DispatchSemaphore(value: 0)
    private var value: Int?

    init(_ body: @escaping @Sendable () -> Int?) {
        let thread = Thread { [self] in
            value = body()
            done.signal()
        }
        thread.stackSize = 512 << 10
        thread.start()
    }

    func result() -> Int? {
        done.wait()
        return value
    }
}
