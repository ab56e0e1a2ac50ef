import Linnet

/// The flags that say how a training run begins, who watches it, and what it prints.
enum RunFlags {
    static let resume = Flag<Bool>.toggle(
        FlagName("resume", aliases: ["resume-from-checkpoint"]),
        help: "Go on from the newest intact checkpoint in --output, to the same final weights.")
    static let overwrite = Flag<Bool>.toggle(
        FlagName("overwrite", aliases: ["overwrite-output-dir"]), help: "Remove the checkpoints of an earlier run.")
    static let reports = Flag<[String]>.list(
        "report-to", "A,B", allowed: ["tensorboard", "jsonl", "html", "all", "none"], shown: "jsonl,html",
        help: "Logs written into --output: tensorboard event files, log.jsonl, report.html.")
    static let quiet = Flag<Bool>.toggle(FlagName("quiet", letter: "q"), help: "No progress bar, no notes.")
    static let json = Flag<Bool>.toggle("json", help: "Print the summary as one JSON object.")

    static let declarations = [
        resume.declaration, overwrite.declaration, reports.declaration, quiet.declaration, json.declaration,
    ]

    /// Whether to begin anew or to go on.
    static func start(_ given: Arguments, verb: String) throws -> RunStart {
        if given[resume], given[overwrite] {
            throw UsageError("--resume and --overwrite contradict each other", verb: verb)
        }
        return given[resume] ? .resuming : given[overwrite] ? .overwriting : .fresh
    }

    /// Who watches a run that writes to `output`.
    static func callbacks(
        _ given: Arguments, output: String, title: String, labels: [String] = []
    ) -> [any TrainingCallback] {
        let chosen = given.isGiven(reports) ? given[reports] : ["jsonl", "html"]
        func wants(_ report: String) -> Bool { chosen.contains(report) || chosen.contains("all") }
        var callbacks: [any TrainingCallback] = given[quiet] ? [] : [ProgressBar()]
        if wants("tensorboard") { callbacks.append(TensorBoardWriter(directory: output + "/runs")) }
        if wants("jsonl") { callbacks.append(JSONLinesLog(path: output + "/log.jsonl")) }
        if wants("html") {
            callbacks.append(HTMLReport(path: output + "/report.html", title: title, labels: labels))
        }
        return callbacks
    }

    /// Runs the work with Ctrl-C raising the stop flag, prints its summary, and says how the process should end.
    static func run<Summary: TrainingSummary>(
        _ given: Arguments, _ work: (_ stop: StopFlag, _ note: (String) -> Void) throws -> Summary,
        text: (Summary) -> String
    ) throws -> ExitStatus {
        let isQuiet = given[quiet]
        let stop = StopFlag()
        let watch = InterruptWatch(raising: stop)
        let summary = try withExtendedLifetime(watch) {
            try work(stop) { if !isQuiet { StandardOutput.message($0) } }
        }
        try StandardOutput().write(text: (given[json] ? summary.json.text() : text(summary)) + "\n")
        guard summary.result.isInterrupted else { return .success }
        StandardOutput.message("linnet: interrupted; the same command with --resume goes on from here")
        return .interrupted
    }
}
