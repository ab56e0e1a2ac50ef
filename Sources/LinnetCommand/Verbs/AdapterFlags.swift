import Linnet

/// The flags that become a `LoRA`, under PEFT's names.
enum AdapterFlags {
    static let lora = Flag<Bool>.toggle(
        FlagName("lora", aliases: ["use-lora", "use-peft"]),
        help: "Train a low-rank adapter (LoRA) and the new head instead of every weight.")
    static let rank = Flag<Int>.integer(
        FlagName("lora-rank", aliases: ["lora-r"]), default: 8, in: 1...1024, help: "Width of the bottleneck.")
    static let alpha = Flag<Double>.number(
        "lora-alpha", default: 32, in: 0.001...1e6, help: "The adapter is scaled by this over the rank.")
    static let dropout = Flag<Double>.number(
        "lora-dropout", default: 0.1, in: 0...0.99, help: "Dropout on the adapter's input.")
    static let targets = Flag<[String]>.list(
        FlagName("lora-targets", aliases: ["lora-target-modules", "target-modules"]), "A,B", shown: "query,value",
        help: "Layers that get an adapter: last parts of their names, or all-linear.")
    static let rankStabilized = Flag<Bool>.toggle(
        FlagName("rslora", aliases: ["use-rslora"]), help: "Scale by alpha over the root of the rank (rsLoRA).")
    static let modulesToSave = Flag<[String]>.list(
        FlagName("modules-to-save", aliases: ["lora-modules-to-save"]), "A,B", shown: "the classification head",
        help: "Modules trained and saved in full beside the adapter.")

    static let group = Verb.Group(
        "Adapter",
        [
            lora.declaration, rank.declaration, alpha.declaration, dropout.declaration, targets.declaration,
            rankStabilized.declaration, modulesToSave.declaration,
        ])

    /// The settings of the adapter, or nil without `--lora`.
    ///
    /// - Throws: `UsageError` for settings of an adapter that nobody asked for.
    static func adapter(_ given: Arguments, verb: String) throws -> LoRA? {
        guard given[lora] else {
            let stray = group.flags.first { $0.name != lora.declaration.name && given.isGiven(name: $0.name) }
            guard let stray else { return nil }
            throw UsageError("\(stray.spelling) has no effect without --lora; add --lora", verb: verb)
        }
        let targets = given[targets]
        return LoRA(
            rank: given[rank], alpha: Float(given[alpha]), dropout: Float(given[dropout]),
            targets: targets.isEmpty ? ["query", "value"] : targets, usesRankStabilization: given[rankStabilized],
            modulesToSave: given[modulesToSave])
    }
}
