import Linnet

/// `linnet inspect`: what a model directory holds.
enum InspectVerb {
    private static let json = Flag<Bool>.toggle("json", help: "Print one JSON object.")

    static let verb = Verb(
        "inspect", summary: "show the kind, labels, tensors and health of a model directory",
        operands: Verb.Operands(
            placeholder: "DIR", count: 1...1, help: "A model or adapter directory, or a pulled model's name."),
        groups: [Verb.Group("Output", [json.declaration])],
        examples: [
            Verb.Example("What did that run write?", "linnet inspect runs/sst2"),
            Verb.Example("For a program", "linnet inspect runs/sst2 --json"),
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        let inspection = try ModelInspection(directory: given.operands.first ?? "")
        try StandardOutput().write(text: given[json] ? object(inspection).text() + "\n" : text(inspection))
        return .success
    }

    private static func text(_ inspection: ModelInspection) -> String {
        var lines = ["path        \(inspection.path)", "kind        \(inspection.kind)"]
        if let base = inspection.baseModel { lines.append("base model  \(base)") }
        if !inspection.labels.isEmpty { lines.append("labels      \(inspection.labels.joined(separator: ", "))") }
        lines.append("parameters  \(inspection.parameterCount)")
        lines.append("bytes       \(inspection.byteCount)")
        lines.append("not finite  \(inspection.nonFiniteValues)")
        lines.append("tensors     \(inspection.tensors.count)")
        lines += inspection.tensors.map { "  \($0.type)  \($0.name)  \($0.shape)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func object(_ inspection: ModelInspection) -> JSON {
        let tensors = inspection.tensors.map { tensor in
            JSON.object([
                "name": .string(tensor.name), "dtype": .string(tensor.type),
                "shape": .array(tensor.shape.map { .integer(Int64($0)) }),
            ])
        }
        return .object([
            "path": .string(inspection.path), "kind": .string(inspection.kind),
            "base_model": inspection.baseModel.map { .string($0) } ?? .null,
            "labels": .array(inspection.labels.map { .string($0) }),
            "parameters": .integer(Int64(inspection.parameterCount)), "bytes": .integer(Int64(inspection.byteCount)),
            "non_finite": .integer(Int64(inspection.nonFiniteValues)), "tensors": .array(tensors),
        ])
    }
}
