import Linnet

/// `linnet embed`: a vector for every line of text.
enum EmbedVerb {
    private static let name = "embed"

    private static let model = Flag<String>.requiredText(
        FlagName("model", letter: "m", aliases: ["model-name-or-path"]), "NAME",
        help: "An encoder: a model or sentence-transformers directory, or a pulled model's name.")
    private static let output = Flag<String?>.text(
        FlagName("output", letter: "o"), "FILE.npy",
        help: "Write a NumPy array of shape texts × dimension instead of JSON lines.")
    private static let precision = Flag<Precision>.choice(
        "precision", default: .bfloat16, help: "Numbers of activations and products; vectors are fp32.")
    private static let json = Flag<Bool>.toggle("json", help: "Print JSON lines; they are what is printed anyway.")

    static let verb = Verb(
        name, summary: "turn every line of text into a vector",
        discussion: [
            "Pools and normalises as the model's sentence-transformers files say. Prints a JSON object with embedding "
                + "per text, in order; works in a pipe with bounded memory."
        ],
        operands: TextInput.operands,
        groups: [
            Verb.Group("Model and data", [model.declaration, TextInput.flag.declaration, output.declaration]),
            Verb.Group("Run", [precision.declaration, json.declaration]),
        ],
        rewrites: [Verb.Rewrite(name: "bf16", flag: "precision", valueWhenTrue: "bf16", valueWhenFalse: "fp32")],
        examples: [
            Verb.Example(
                "Vectors of a file's lines as a NumPy array",
                "linnet embed --model sentence-transformers/all-MiniLM-L6-v2 --input texts.txt --output vectors.npy"),
            Verb.Example(
                "JSON lines in a pipe",
                "cat texts.txt | linnet embed --model sentence-transformers/all-MiniLM-L6-v2 > vectors.jsonl"),
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        if let path = given[output], !path.hasSuffix(".npy") {
            throw UsageError("--output expects a file named *.npy, found '\(path)'", verb: name)
        }
        let embedder = try TextEmbedder(directory: given[model], precision: given[precision])
        if let path = given[output] {
            let array = try NumpyWriter(path: path, columns: embedder.dimension)
            try TextInput.forEachBatch(of: given, verb: name) { texts in
                for vector in embedder.embed(texts) { try array.append(vector) }
            }
            try array.finish()
            StandardOutput.message("\(array.rowCount) vectors of \(embedder.dimension) numbers in \(path)")
        } else {
            let lines = StandardOutput()
            try TextInput.forEachBatch(of: given, verb: name) { texts in
                for vector in embedder.embed(texts) { try lines.write(line: line(vector)) }
                try lines.flush()
            }
        }
        return .success
    }

    /// `{"embedding":[…]}` with the shortest digits that read back as the same fp32 number.
    private static func line(_ vector: [Float]) -> String {
        let numbers = vector.map { $0.isFinite ? "\($0)" : "null" }.joined(separator: ",")
        return "{\"embedding\":[\(numbers)]}"
    }
}
