import Foundation
import Linnet

/// `linnet evaluate answers`: how good answers are, against references and against the sources they cite.
enum EvaluateAnswersVerb {
    private static let predictions = Flag<String>.requiredText(
        "predictions", "FILE",
        help: "Answers: JSON lines with answer, and with sources or hits for faithfulness (linnet ask --json).")
    private static let references = Flag<String?>.text(
        "references", "FILE",
        help: "JSON lines with references (a text or a list); without it only faithfulness is measured.")
    private static let stemmer = Flag<Bool>.toggle(
        FlagName("use-stemmer", aliases: ["stemmer"]), help: "Compare Porter stems in ROUGE-L.")
    private static let share = Flag<Double>.number(
        "faithfulness-share", default: 0.5, in: 0...1,
        help: "Share of a sentence's content words that the sources it cites must contain.")
    private static let perAnswer = Flag<Bool>.toggle("per-answer", help: "Print the numbers of every answer, too.")
    private static let json = Flag<Bool>.toggle(
        "json", help: "Print one JSON object; with --per-answer one per answer before it.")

    static let verb = Verb(
        "evaluate answers", summary: "measure answers against references and sources",
        discussion: [
            "Exact match and F1 as SQuAD computes them, ROUGE-L as rouge-score does (both from 0 to 1, the best of several "
                + "references counts), BLEU as sacrebleu does (0 to 100, over all answers). Lines of the two files belong "
                + "together by id, or by their order where there is none.",
            "Faithfulness is the share of an answer's sentences that cite sources ([1], [2, 3]) in which enough of their "
                + "content words occur. It says that sources were quoted or paraphrased, not that the answer is right.",
        ],
        groups: [
            Verb.Group("Answers", [predictions.declaration, references.declaration]),
            Verb.Group("Metrics", [stemmer.declaration, share.declaration]),
            Verb.Group("Output", [perAnswer.declaration, json.declaration]),
        ],
        examples: [
            Verb.Example(
                "Against references",
                "linnet evaluate answers --predictions answers.jsonl --references references.jsonl"),
            Verb.Example(
                "Whether answers (lines of linnet ask --json) say what their sources say",
                "linnet evaluate answers --predictions answers.jsonl"),
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        var settings = AnswerMetrics.Settings()
        settings.stems = given[stemmer]
        settings.faithfulnessShare = given[share]
        let samples = try AnswerFiles.samples(predictions: given[predictions], references: given[references])
        let metrics = try AnswerMetrics(samples, settings: settings)
        guard !metrics.summary.isEmpty else {
            throw CommandError(
                "\(given[predictions]): there is nothing to measure: no answer has sources, and --references is missing"
            )
        }
        let output = StandardOutput()
        if given[perAnswer] {
            for scores in metrics.answers {
                try output.write(line: given[json] ? object(scores).text() : text(scores))
            }
        }
        try output.write(text: given[json] ? object(metrics).text() + "\n" : text(metrics))
        return .success
    }

    private static func text(_ metrics: AnswerMetrics) -> String {
        let lines = metrics.summary.map { name, value in
            let label = name.padding(toLength: 14, withPad: " ", startingAt: 0)
            return label + String(format: name == "bleu" ? "%.2f" : "%.4f", value)
        }
        return (lines + ["\(metrics.answers.count) answers"]).joined(separator: "\n") + "\n"
    }

    private static func object(_ metrics: AnswerMetrics) -> JSON {
        var object = JSONObject(metrics.summary.map { ($0.name, JSON.number($0.value)) })
        object["answers"] = JSON(metrics.answers.count)
        return .object(object)
    }

    private static func values(_ scores: AnswerMetrics.Scores) -> [(name: String, value: Double)] {
        [
            ("exact_match", scores.squad?.exactMatch), ("f1", scores.squad?.f1), ("rougeL", scores.rougeL?.f1),
            ("faithfulness", scores.faithfulness?.value),
        ].compactMap { name, value in value.map { (name, $0) } }
    }

    private static func text(_ scores: AnswerMetrics.Scores) -> String {
        ([scores.id] + values(scores).map { String(format: "%@ %.4f", $0.name, $0.value) }).joined(separator: "\t")
    }

    private static func object(_ scores: AnswerMetrics.Scores) -> JSON {
        .object(JSONObject([("id", .string(scores.id))] + values(scores).map { ($0.name, .number($0.value)) }))
    }
}
