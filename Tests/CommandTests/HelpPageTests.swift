import Testing

@testable import LinnetCommand

@Suite struct HelpPageTests {
    @Test func aPageShowsUsageFlagsDefaultsAndExamples() {
        let page = HelpPage.page(of: SampleVerb.verb())
        let expected = """
            sample run: try everything

            Usage: linnet sample run --model NAME [flags]

            A paragraph.

            Model
              -m, --model NAME          The model. Required.
              --epochs X                How often. Default: 3.
              --batch-size N            How many. Default: 16.

            Rest
              --max-steps N             When to stop.
              --text-column NAME        Where.
              --lora-targets A,B        Which.
              --parts A,B               Which parts.
              --colour deep-red|blue    What colour. Default: blue.
              --quiet                   Say less.
              --no-shuffle              Keep the order.

            Also accepted
              --red                     Same as --colour deep-red.

            Examples
              # Try
              linnet sample run --model tiny

            """
        #expect(page == expected)
    }

    @Test(arguments: VerbTable.linnet.verbs.map(\.name))
    func linesOfEveryPageFitTheScreen(name: String) throws {
        let verb = try VerbTable.linnet.verb(leading: name.split(separator: " ").map(String.init))
        for line in HelpPage.page(of: verb).split(separator: "\n") where !line.hasPrefix("  linnet") {
            #expect(line.count <= 100, "\(line)")
        }
    }
}
