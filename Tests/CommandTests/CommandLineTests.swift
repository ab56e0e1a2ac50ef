import Foundation
import LinnetFormats
import TestSupport
import Testing

/// Help, usage errors, exit statuses and streams of the built binary.
@Suite struct CommandLineTests {
    @Test(arguments: [["help"], ["--help"], ["-h"]])
    func helpGoesToStandardOutput(words: [String]) throws {
        let outcome = try BuiltCommand.run(words)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("finetune classify"))
        #expect(outcome.messages.isEmpty)
    }

    @Test func bothWaysToAskForAVerbsHelpGiveTheSamePage() throws {
        let page = try BuiltCommand.run("help", "finetune", "classify")
        #expect(page.status == 0)
        #expect(page.output.contains("--learning-rate X"))
        #expect(page.output == (try BuiltCommand.run("finetune", "classify", "--help")).output)
    }

    @Test(arguments: [["version"], ["--version"]])
    func theVersionIsOneLine(words: [String]) throws {
        let outcome = try BuiltCommand.run(words)
        #expect(outcome.status == 0)
        #expect(outcome.output.wholeMatch(of: /linnet \d+\.\d+\.\d+\n/) != nil)
    }

    @Test(arguments: [
        ([], "a verb is missing"),
        (["clasify"], "there is no verb 'clasify'; did you mean 'classify'?"),
        (["finetune"], "finetune is followed by classify"),
        (["help", "nonsense"], "there is no verb 'nonsense'"),
        (["classify"], "classify needs --model"),
        (["classify", "--modle", "x"], "did you mean --model?"),
        (["embed", "--model", "x", "--output", "v.txt"], "--output expects a file named *.npy, found 'v.txt'"),
        (["classify", "--model", "x", "--precision", "fp64"], "--precision expects one of fp32, bf16, found 'fp64'"),
        (["inspect"], "inspect needs DIR"),
        (["inspect", "a", "b"], "inspect takes one DIR, found also 'b'"),
        (
            ["finetune", "classify", "--model", "m", "--train", "t", "--output", "o", "--lora-rank", "4"],
            "--lora-rank has no effect without --lora"
        ),
        (
            ["finetune", "classify", "--model", "m", "--train", "t", "--output", "o", "--load-best-model-at-end"],
            "--load-best-model-at-end needs --eval"
        ),
        (
            ["finetune", "classify", "--model", "m", "--train", "t", "--output", "o", "--resume", "--overwrite"],
            "--resume and --overwrite contradict each other"
        ),
    ])
    func badUsageIsOneLineAndStatusTwo(words: [String], message: String) throws {
        let outcome = try BuiltCommand.run(words)
        #expect(outcome.status == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.messageLines.count == 1)
        #expect(outcome.messages.hasPrefix("linnet: "))
        #expect(outcome.messages.contains(message), "\(outcome.messages)")
    }

    @Test(arguments: [
        ["classify", "--model", "/nowhere/model"], ["embed", "--model", "/nowhere/model"],
        ["inspect", "/nowhere/model"], ["merge", "/nowhere/model", "--output", "/nowhere/merged"],
        ["quantize", "/nowhere/model", "--output", "/nowhere/quantized"],
        ["finetune", "classify", "--model", "/nowhere/model", "--train", "/nowhere/t.tsv", "--output", "/tmp/x"],
    ])
    func aMissingFileIsOneLineAndStatusOne(words: [String]) throws {
        let outcome = try BuiltCommand.run(words)
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.messageLines.count == 1, "\(outcome.messages)")
        #expect(outcome.messages.hasPrefix("linnet: ") && outcome.messages.contains("/nowhere/"))
    }

    @Test func aDirectoryThatIsNoModelIsNamed() throws {
        let folder = try TemporaryDirectory()
        let outcome = try BuiltCommand.run("inspect", folder.path)
        #expect(outcome.status == 1)
        #expect(outcome.messageLines.count == 1)
        #expect(outcome.messages.contains("config.json"))
    }

    @Test func aReaderThatGoesAwayEndsTheCommandQuietly() throws {
        let outcome = try BuiltCommand.shell("for i in 1 2 3; do $LINNET help --markdown | true; done")
        #expect(outcome.status == 0)
        #expect(outcome.messages.isEmpty)
    }

    @Test func aFullDiskIsAnError() throws {
        let outcome = try BuiltCommand.shell("$LINNET help > /dev/full")
        #expect(outcome.status == 1)
        #expect(outcome.messages.contains("standard output: cannot write: No space left on device"))
    }

    @Test func pullingOfflineSaysWhyNothingCame() throws {
        let outcome = try BuiltCommand.shell("HF_HUB_OFFLINE=1 HF_HOME=/nowhere $LINNET pull a/b")
        #expect(outcome.status == 1)
        #expect(outcome.messageLines.count == 1)
        #expect(outcome.messages.contains("a/b") && outcome.messages.contains("HF_HUB_OFFLINE"))
    }

    @Test func theCommandReferenceIsFresh() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appendingPathComponent("Documentation/Commands.md"), encoding: .utf8)
        #expect(try BuiltCommand.run("help", "--markdown").output == page, "run `make docs`")
    }
}
