import Foundation
import LinnetGeneration
import LinnetRetrieval
import LinnetTokenizers

/// Has a language model answer a question from hits.
struct SourceWriter {
    private let engine: PromptEngine
    private let quoting: QuotedText
    private let options: GenerationOptions

    /// A prompt takes at least this share of the context away from the answer before sources are left out.
    private static let shareForAnswer = 4

    init(model: LanguageModel, options: RAG.Options) {
        engine = PromptEngine(model)
        quoting = QuotedText(model.generator.tokenizer)
        var generation = options.generation ?? model.generator.defaults
        if options.generation == nil {
            generation.doSample = false
            generation.maxNewTokens = options.maxNewTokens
        }
        self.options = generation
    }

    /// The answer; `nil` when no source has room in the model's context, and when the model writes nothing.
    func answer(
        _ question: String, _ hits: [Hit], cancellation: CancellationFlag, _ onText: (String) throws -> Void
    ) throws -> GroundedAnswer? {
        let context = engine.generator.context
        let wanted = options.maxNewTokens ?? context / Self.shareForAnswer
        let room = context - min(wanted, context / Self.shareForAnswer)
        let sources = try SourcePrompt(question: question, hits: hits, quoting: quoting) { prompt in
            engine.tokens(try self.prompt(prompt)).count <= room
        }
        guard !sources.sources.isEmpty else { return nil }
        var check = CitationCheck(sourceCount: sources.sources.count)
        var text = ""
        func show(_ piece: String) throws {
            let new = text.isEmpty ? String(piece.drop(while: \.isWhitespace)) : piece
            text += new
            if !new.isEmpty { try onText(new) }
        }
        let generation = try engine.answer(try prompt(sources), options: options, cancellation: cancellation) {
            try show(check.append($0.text))
        }
        try show(check.finish())
        let citations = sources.citations(of: text, cited: check.cited)
        let says = text.trimmingCharacters(in: .whitespacesAndNewlines)
        let isCancelled = generation.stopReason == .cancelled
        guard !says.isEmpty || isCancelled else { return nil }
        var answer = GroundedAnswer(
            text: says, mode: .generated, isInDocuments: !says.hasPrefix(SourcePrompt.noAnswer), citations: citations,
            hits: hits)
        answer.removedCitations = check.removed
        answer.isCancelled = isCancelled
        return answer
    }

    /// The prompt in the form that the model was trained on.
    func prompt(_ sources: SourcePrompt) throws -> Prompt {
        if engine.format.template != nil { return try engine.format.conversation([.user(sources.text)]) }
        return Prompt(sources.text + "\nAnswer:", stopStrings: ["\nQuestion:", "\n<<<"], answerSeparator: " ")
    }
}

extension QuotedText {
    /// Quoting for a model with this tokenizer: no control token of it comes from a source.
    init(_ tokenizer: Tokenizer) {
        let control = tokenizer.addedTokens.filter { token in
            let looksSpecial = "<[".contains(token.content.first ?? " ") && ">]".contains(token.content.last ?? " ")
            return token.isSpecial || (looksSpecial && token.content.contains { $0.isLetter })
        }
        // What the vocabulary does not cover becomes the unknown token; that is no control.
        let ids = Set(control.map(\.id).filter { $0 != tokenizer.unknownId })
        self.init(controlTexts: control.map(\.content)) { text in
            tokenizer.encode(text, addSpecialTokens: false).ids.contains { ids.contains($0) }
        }
    }
}
