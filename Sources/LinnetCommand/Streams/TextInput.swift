/// Where a verb that works text by text gets its texts: from the command line, a file, or standard input.
enum TextInput {
    static let flag = Flag<String?>.text(
        FlagName("input", letter: "i", aliases: ["input-file"]), "FILE", shown: "standard input",
        help: "A file with one text per line; - is standard input.")

    static let operands = Verb.Operands(
        placeholder: "TEXT", count: 0...4096, help: "Texts to work on instead of --input or standard input.")

    /// Texts handed to the model at once: enough to fill its batches, few enough to answer a slow writer soon.
    private static let linesAtOnce = 512

    /// Calls `body` with the texts in order, a bounded number at a time.
    static func forEachBatch(of arguments: Arguments, verb: String, _ body: ([String]) throws -> Void) throws {
        if arguments.operands.isEmpty || arguments.operands == ["-"] {
            let lines = try TextLines(path: arguments[flag])
            while case let batch = try lines.next(limit: linesAtOnce), !batch.isEmpty { try body(batch) }
        } else if arguments.isGiven(flag) {
            throw UsageError("texts come from the command line or from --input, not from both", verb: verb)
        } else {
            try body(arguments.operands)
        }
    }
}
