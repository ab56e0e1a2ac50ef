import Foundation
import Linnet

/// `linnet prompt zero-shot` and `linnet prompt few-shot`: a task, perhaps with examples, on one or many inputs.
enum PromptTaskVerbs {
    private static let task = Flag<String>.requiredText(
        FlagName("task", letter: "t"), "TEXT", help: "What the model is to do with the input.")
    private static let examples = Flag<String>.requiredText(
        FlagName("examples", letter: "e"), "FILE",
        help: "Worked examples: JSON lines with input and output, or a data file with a text and a label.")
    private static let choices = Flag<[String]>.list(
        FlagName("choices", letter: "c"), "A,B",
        help: "Choose among these labels, by their probabilities, instead of writing.")
    private static let calibrate = Flag<Bool>.toggle(
        "calibrate", default: true,
        help: "Do not divide out what the prompt favours by itself (Zhao et al. 2021).")
    private static let normalization = Flag<ChoiceNormalization>.choice(
        "choice-normalization", default: .sum,
        help: "What a label's log-probability is divided by, since longer ones are less probable.")
    private static let json = Flag<Bool>.toggle(
        "json",
        help: "Print an object per input: text, token_ids, …, or with --choices label, score and scores.")

    private static let choiceGroup = Verb.Group(
        "Choices", [choices.declaration, calibrate.declaration, normalization.declaration])
    private static let run = Verb.Group(
        "Run", [PromptInputs.showPrompt.declaration, PromptInputs.reuse.declaration, json.declaration])

    static let zeroShot = Verb(
        "prompt zero-shot", summary: "have a language model do a task on an input",
        discussion: [discussion],
        groups: [
            Verb.Group(
                "Model and input",
                GenerationFlags.modelGroup + [
                    task.declaration, PromptInputs.input.declaration, PromptInputs.file.declaration,
                ]),
            choiceGroup, GenerationFlags.group, run,
        ],
        examples: [
            Verb.Example(
                "Classify by instruction",
                "linnet prompt zero-shot --model HuggingFaceTB/SmolLM2-135M-Instruct --task \"Classify the sentiment of the "
                    + "review as Positive or Negative.\" --input \"A wonderful film.\" --choices Positive,Negative"),
            Verb.Example(
                "See the prompt before it is run",
                "linnet prompt zero-shot --model HuggingFaceTB/SmolLM2-135M-Instruct --task \"Translate into French.\" "
                    + "--input \"Good morning\" --show-prompt"),
        ],
        run: { try answer($0, verb: "prompt zero-shot", examples: []) })

    static let fewShot = Verb(
        "prompt few-shot", summary: "have a language model do a task as examples show it",
        discussion: [discussion, "The examples are computed once, however many inputs there are."],
        groups: [
            Verb.Group(
                "Model and input",
                GenerationFlags.modelGroup + [
                    task.declaration, examples.declaration, PromptInputs.input.declaration,
                    PromptInputs.file.declaration,
                ]),
            choiceGroup, GenerationFlags.group, run,
        ],
        examples: [
            Verb.Example(
                "A classifier without training, over the lines of a file",
                "linnet prompt few-shot --model HuggingFaceTB/SmolLM2-135M-Instruct --task \"Sentiment of the review.\" "
                    + "--examples examples.jsonl --choices Positive,Negative --input-file reviews.txt --json")
        ],
        run: { given in
            try answer(given, verb: "prompt few-shot", examples: PromptExample.read(path: given[examples]))
        })

    private static let discussion =
        "A model with a chat template gets a conversation, any other plain text; --show-prompt prints it. With "
        + "--choices the labels are scored and the model cannot answer anything else: label, a tab, the probability. An "
        + "input given as such is answered as the tokens come, lines in order."

    private static func answer(_ given: Arguments, verb: String, examples: [PromptExample]) throws -> ExitStatus {
        let task = given[task]
        if given[PromptInputs.showPrompt] {
            return try PromptInputs.show(given, from: PromptInputs.input, verb: verb) { format, input in
                try format.fewShot(task: task, examples: examples, input: input)
            }
        }
        let model = try LanguageModel(
            directory: given[GenerationFlags.model], weights: given[GenerationFlags.weights].format,
            reusesPrefixes: given[PromptInputs.reuse])
        let engine = PromptEngine(model)
        if given.isGiven(choices) { return try choose(given, engine, verb: verb, examples: examples) }
        let options = try GenerationFlags.options(given, over: model.generator.defaults, verb: verb)
        let answers = PromptAnswers(engine, options, json: given[json])
        var status = ExitStatus.success
        try PromptInputs.forEachBatch(of: given, from: PromptInputs.input, verb: verb) { inputs, isSingle in
            guard status == .success else { return }
            let prompts = try inputs.map { try engine.fewShot(task: task, examples: examples, input: $0) }
            status = try answers.answer(prompts, isSingle: isSingle)
        }
        return status
    }

    private static func choose(
        _ given: Arguments, _ engine: PromptEngine, verb: String, examples: [PromptExample]
    ) throws -> ExitStatus {
        let classifier = try ChoiceClassifier(
            engine, task: given[task], examples: examples, labels: given[choices], normalization: given[normalization],
            calibrates: given[calibrate])
        let output = StandardOutput()
        try PromptInputs.forEachBatch(of: given, from: PromptInputs.input, verb: verb) { inputs, _ in
            for result in try classifier.classify(inputs) {
                try output.write(line: given[json] ? object(result).text() : line(result))
            }
            try output.flush()
        }
        return .success
    }

    private static func object(_ result: ChoiceResult) -> JSON {
        let best = result.scores.first { $0.label == result.label }
        return .object([
            "label": .string(result.label), "score": JSON(best?.probability ?? 0),
            "scores": .object(JSONObject(result.scores.map { ($0.label, JSON($0.probability)) })),
            "logprobs": .object(JSONObject(result.scores.map { ($0.label, JSON($0.logProbability)) })),
        ])
    }

    private static func line(_ result: ChoiceResult) -> String {
        let best = result.scores.first { $0.label == result.label }
        return "\(result.label)\t\(String(format: "%.4f", best?.probability ?? 0))"
    }
}
