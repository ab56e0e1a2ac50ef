import Linnet

/// `linnet merge`: an adapter folded into its base model.
enum MergeVerb {
    private static let output = Flag<String>.requiredText(
        FlagName("output", letter: "o", aliases: ["output-dir"]), "DIR", help: "Where the full model goes.")

    static let verb = Verb(
        "merge", summary: "fold a LoRA adapter into its base model",
        discussion: ["Writes a full model directory that needs no adapter; whole, or not at all."],
        operands: Verb.Operands(
            placeholder: "DIR", count: 1...1, help: "An adapter directory, written by Linnet or PEFT."),
        groups: [Verb.Group("Output", [output.declaration])],
        examples: [Verb.Example("One directory to ship", "linnet merge runs/sst2-lora --output runs/sst2-merged")],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        try mergeAdapter(directory: given.operands.first ?? "", output: given[output])
        StandardOutput.message("merged: \(given[output])")
        return .success
    }
}
