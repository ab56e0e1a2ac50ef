import Foundation
import Linnet

/// What the verbs of fine-tuning have in common beside the settings of a training run.
enum FinetuneFlags {
    static let model = Flag<String>.requiredText(
        FlagName("model", letter: "m", aliases: ["model-name-or-path"]), "NAME",
        help: "A model directory, or the name of a model fetched with linnet pull.")
    static let output = Flag<String>.requiredText(
        FlagName("output", letter: "o", aliases: ["output-dir"]), "DIR",
        help: "Where checkpoints, logs and the final model go.")
    static let evalOnStart = Flag<Bool>.toggle(
        "eval-on-start", help: "Measure the model once before the first step, to show what training gains.")

    /// The flag of the training data; the help says what they are.
    static func train(_ help: String) -> Flag<String> {
        .requiredText(FlagName("train", aliases: ["train-file"]), "PATH", help: help)
    }

    /// The flag of the evaluation data; the help says what they are.
    static func evaluation(_ help: String) -> Flag<String?> {
        .text(FlagName("eval", aliases: ["validation-file", "eval-file", "dev"]), "PATH", help: help)
    }

    static let interruption =
        "Ctrl-C finishes the step, writes a checkpoint and exits with status 130; the same command with --resume "
        + "goes on to the same final weights."

    /// The groups of flags after model and data; a flag in `own` takes the place of the shared one of its name.
    static func groups(own: [FlagDeclaration] = [], without hidden: [String] = []) -> [Verb.Group] {
        let shared =
            [TrainingFlags.groups[0], AdapterFlags.group, TrainingFlags.groups[1]]
            + [Verb.Group("Run", [evalOnStart.declaration] + RunFlags.declarations)]
        return shared.map { group in
            Verb.Group(
                group.title,
                group.flags.filter { !hidden.contains($0.name) }.map { flag in
                    own.first { $0.name == flag.name } ?? flag
                })
        }
    }

    /// Refuses flags that ask for evaluations where there are no evaluation data.
    static func checkEvaluation(_ given: Arguments, _ evaluation: String?, verb: String) throws {
        guard evaluation == nil else { return }
        for (flag, isGiven) in [
            ("--eval-strategy", [.steps, .epoch].contains(given[TrainingFlags.evalStrategy])),
            ("--load-best-model-at-end", given[TrainingFlags.loadBest]),
            ("--early-stopping-patience", given[TrainingFlags.patience] != nil),
            ("--eval-on-start", given[evalOnStart]),
        ] where isGiven {
            throw UsageError("\(flag) needs --eval", verb: verb)
        }
    }

    /// The summary for a person, with a line per measure.
    ///
    /// - Parameters:
    ///   - measures: The measures to show, as they are called in the log and as a person calls them.
    ///   - shown: A measure's value as text.
    static func text(
        of summary: FineTuningSummary, measures: [(name: String, title: String)], shown: (Double) -> String
    ) -> String {
        let result = summary.result
        let rate = Double(result.samples) / max(result.stepSeconds, 1e-9)
        var lines = [
            String(
                format: "trained %d steps (%.2f epochs) in %.1f s: %.0f samples/s, %.0f MiB at most", result.step,
                result.epoch, result.seconds, rate, summary.peakMemory)
        ]
        for (name, title) in measures {
            guard let after = summary.after?[name] else { continue }
            let before = summary.before?[name].map { "\(shown($0)) before, " } ?? ""
            lines.append("\(title): \(before)\(shown(after))\(summary.before == nil ? "" : " after")")
        }
        lines.append("saved: \(summary.output)")
        return lines.joined(separator: "\n")
    }
}
