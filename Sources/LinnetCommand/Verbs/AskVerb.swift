import Foundation
import Linnet

/// `linnet ask`: an answer from the documents of a store, with citations.
enum AskVerb {
    private static let name = "ask"

    private static let model = Flag<String?>.text(
        FlagName("model", letter: "m", aliases: ["generator"]), "NAME", shown: "none: sentences are quoted",
        help: "A causal language model that writes the answer: a directory, or a pulled model's name.")
    private static let embedder = Flag<String?>.text(
        "embedder", "DIR", shown: "the store's",
        help: "The store's sentence encoder, where it is no longer where it was.")
    private static let threshold = Flag<Double?>.optionalNumber(
        "threshold", in: 0...1, shown: "calibrated on the store",
        help: "Below this cosine similarity of the best hit the documents do not say; 0 answers always.")
    private static let sentences = Flag<Int>.integer(
        "sentences", default: 3, in: 1...20, help: "Without --model: the most sentences to quote.")
    private static let json = Flag<Bool>.toggle(
        "json", help: "Print one object: answer, citations, mode (generated or extractive), hits, in_documents.")

    static let verb = Verb(
        name, summary: "answer a question from the documents of a store",
        discussion: [
            "Prints the answer as it is written, then the sources that its numbers point to. The model sees the best "
                + "hits as numbered sources; citations of anything else are taken out; unless --temperature or --top-p "
                + "is given, every token is the most probable one. Without --model, or where the model writes nothing, "
                + "the answer consists of sentences of the documents, quoted as they stand.",
            "What the documents say is data: instructions in them are marked as quotations. An answer does nothing but "
                + "be shown.",
        ],
        operands: Verb.Operands(placeholder: "QUESTION", count: 1...1, help: "The question, in plain words."),
        groups: [
            Verb.Group(
                "Store and models",
                [
                    StoreFlags.store.declaration, model.declaration, GenerationFlags.weights.declaration,
                    embedder.declaration,
                ]),
            Verb.Group("Retrieval", StoreFlags.retrieval + [threshold.declaration]),
            Verb.Group(
                "Answer",
                [
                    sentences.declaration, GenerationFlags.maxNewTokens.declaration,
                    GenerationFlags.temperature.declaration, GenerationFlags.topP.declaration,
                    GenerationFlags.seed.declaration, GenerationFlags.repetitionPenalty.declaration,
                ]),
            Verb.Group("Run", [StoreFlags.precision.declaration, json.declaration]),
        ],
        rewrites: [Verb.Rewrite(name: "bf16", flag: "precision", valueWhenTrue: "bf16", valueWhenFalse: "fp32")],
        examples: [
            Verb.Example("Quote the documents", "linnet ask \"how do I resume training?\" --store knowledge.db"),
            Verb.Example(
                "Have a model write the answer",
                "linnet ask \"how do I resume training?\" --store knowledge.db "
                    + "--model HuggingFaceTB/SmolLM2-135M-Instruct"),
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        let question = try StoreFlags.words(given.operands.first ?? "", "question", verb: name)
        let rag = try rag(given)
        let interrupts = AnswerInterrupts()
        let output = StandardOutput()
        let isStreamed = !given[json] && rag.hasGenerator
        let answer = try interrupts.stopping { flag in
            try rag.generate(question, topK: given[StoreFlags.topK], cancellation: flag) { text in
                if isStreamed { try output.write(text: TerminalText.lines(text)) }
            }
        }
        let names = SourcePaths(store: given[StoreFlags.store])
        if given[json] {
            try output.write(text: JSON.object(names.object(answer)).text() + "\n")
        } else {
            if !isStreamed {
                if answer.isInDocuments { StandardOutput.message("quoted from the documents (no --model):") }
                try output.write(text: TerminalText.lines(answer.text))
            }
            try output.write(text: "\n" + sources(of: answer, names))
            if isStreamed, answer.mode == .extractive {
                StandardOutput.message("quoted from the documents: the model wrote nothing, or no source had room")
            }
        }
        return answer.isCancelled ? .interrupted : .success
    }

    private static func rag(_ given: Arguments) throws -> RAG {
        var options = RAG.Options()
        options.retrieval = try StoreFlags.options(given, verb: name)
        options.sentences = given[sentences]
        options.threshold = given[threshold].map { $0 > 0 ? .similarity($0) : .none } ?? .calibrated
        let store = try StoreFlags.open(given)
        let embedder = try StoreEmbedder.load(
            given[embedder], for: store, precision: given[StoreFlags.precision], flag: "--embedder")
        let generator = try given[model].map {
            try LanguageModel(directory: $0, weights: given[GenerationFlags.weights].format, sequences: 1)
        }
        options.generation = generator.map { generation(given, over: $0.generator.defaults) }
        let reranker = try given[StoreFlags.rerank].map {
            try Reranker(directory: $0, precision: given[StoreFlags.precision])
        }
        return try RAG(embedder, generator: generator, store: store, reranker: reranker, options: options)
    }

    /// Greedy, unless a temperature or a share of the probability asks for drawing.
    private static func generation(_ given: Arguments, over defaults: GenerationOptions) -> GenerationOptions {
        var options = defaults
        options.maxNewTokens = given[GenerationFlags.maxNewTokens] ?? RAG.Options().maxNewTokens
        options.doSample = (given[GenerationFlags.temperature] ?? 0) > 0 || given[GenerationFlags.topP] != nil
        if let value = given[GenerationFlags.temperature], value > 0 { options.temperature = value }
        if let value = given[GenerationFlags.topP] { options.topP = value }
        if let value = given[GenerationFlags.seed] { options.seed = UInt64(value.magnitude) }
        if let value = given[GenerationFlags.repetitionPenalty] { options.repetitionPenalty = value }
        return options
    }

    /// The sources that the numbers of the answer point to.
    private static func sources(of answer: GroundedAnswer, _ names: SourcePaths) -> String {
        var lines: [String] = []
        if !answer.isInDocuments, let best = answer.similarity, let threshold = answer.threshold {
            lines.append(
                String(
                    format: "(best hit: similarity %.2f, threshold %.2f; --threshold 0 answers anyway)", best,
                    threshold.similarity))
        } else if answer.isInDocuments, answer.citations.isEmpty {
            lines.append("(the answer cites no source; what was found: linnet search)")
        }
        if !answer.citations.isEmpty { lines.append("\nSources:") }
        for citation in answer.citations {
            let place = TerminalText.place(
                citation.source, page: citation.span.page, headings: citation.headings, paths: names)
            let bytes = "bytes \(citation.span.bytes.lowerBound)–\(citation.span.bytes.upperBound)"
            lines.append("[\(citation.number)] \(place), \(bytes)")
            if answer.mode == .generated { lines.append("    “\(TerminalText.line(citation.quote, longest: 200))”") }
        }
        return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
    }
}
