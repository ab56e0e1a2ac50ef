import Foundation
import LinnetFormats

/// Writes a page about the run: curves, evaluations, confusion matrix and settings in one HTML file without scripts.
///
/// The page is rewritten after every evaluation and at the end, so that it can be looked at while the run goes on.
public final class HTMLReport: TrainingCallback {
    /// The file.
    public let path: String
    private let title: String
    private let labels: [String]
    private var confusion: [[Int]]?
    private var notices: [String] = []
    private var result: TrainingResult?

    /// A report written to `path`.
    ///
    /// - Parameters:
    ///   - path: the HTML file.
    ///   - title: what was trained, for the head of the page.
    ///   - labels: the names of the classes, for the confusion matrix.
    public init(path: String, title: String, labels: [String] = []) {
        self.path = path
        self.title = title
        self.labels = labels
    }

    /// Notes what happened, and writes the page when there is something new to see.
    public func handle(_ event: TrainingEvent, _ progress: TrainingProgress) throws {
        switch event {
        case .noticed(let text): notices.append(text)
        case .evaluated(_, let confusion):
            self.confusion = confusion ?? self.confusion
            try write(progress)
        case .ended(let result):
            self.result = result
            try write(progress)
        case .began, .stepped, .logged, .evaluating, .saved: break
        }
    }

    private func write(_ progress: TrainingProgress) throws {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try FileBytes.write(text: page(progress), to: path)
    }

    /// The page.
    func page(_ progress: TrainingProgress) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(escaped(title)): training report</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <main>
        <h1>\(escaped(title))</h1>
        <p>\(escaped(outcome(progress)))</p>
        \(tiles(progress))
        \(notices.isEmpty ? "" : "<ul class=\"notices\">" + notices.map { "<li>\(escaped($0))</li>" }.joined() + "</ul>")
        <h2>Curves</h2>
        <div class="charts">
        \(charts(progress.history).map(\.html).joined(separator: "\n"))
        </div>
        <h2>Evaluations</h2>
        \(evaluationTable(progress))
        \(confusionTable())
        <h2>Settings</h2>
        \(settingsTable(progress))
        </main>
        </body>
        </html>

        """
    }

    private func outcome(_ progress: TrainingProgress) -> String {
        let steps = "\(progress.step) of \(progress.plan.totalSteps) steps, \(compact(progress.epoch)) epochs"
        switch result?.reason {
        case nil: return "The run is going on: \(steps)."
        case .completed: return "The run is complete: \(steps)."
        case .stoppedEarly: return "The run stopped early, because the metric no longer improved: \(steps)."
        case .interrupted(let path): return "The run was interrupted and can go on from \(path): \(steps)."
        }
    }

    private func tiles(_ progress: TrainingProgress) -> String {
        let share = 100 * Double(progress.trainableCount) / Double(max(1, progress.parameterCount))
        var tiles = [
            ("Time", ProgressBar.duration(progress.seconds)),
            ("Samples per second", compact(progress.samplesPerSecond)),
            ("Trained parameters", "\(progress.trainableCount) (\(compact(share)) %)"),
        ]
        if let metric = result?.bestMetric, let epoch = result?.bestEpoch {
            let name = progress.arguments.bestMetricName ?? "metric"
            tiles.insert(("Best \(name)", "\(compact(metric)) in epoch \(compact(epoch))"), at: 0)
        }
        return "<dl>" + tiles.map { "<div><dt>\(escaped($0.0))</dt><dd>\(escaped($0.1))</dd></div>" }.joined() + "</dl>"
    }

    private func charts(_ history: [LogEntry]) -> [CurveChart] {
        func series(_ name: String, hasMarks: Bool = false) -> CurveChart.Series {
            CurveChart.Series(
                name: name, points: history.compactMap { row in row[name].map { (row.epoch, $0) } }, hasMarks: hasMarks)
        }
        var metrics: [String] = []
        for row in history where row.isEvaluation {
            for value in row.values where !metrics.contains(value.name) { metrics.append(value.name) }
        }
        metrics.removeAll { ["eval_loss", "eval_runtime", "eval_samples_per_second"].contains($0) }
        return [
            CurveChart(title: "Loss", xLabel: "epoch", series: [series("loss"), series("eval_loss", hasMarks: true)]),
            CurveChart(title: "Metrics", xLabel: "epoch", series: metrics.map { series($0, hasMarks: true) }),
            CurveChart(title: "Learning rate", xLabel: "epoch", series: [series("learning_rate")]),
            CurveChart(title: "Gradient norm", xLabel: "epoch", series: [series("grad_norm")]),
        ].compactMap { $0 }
    }

    private func evaluationTable(_ progress: TrainingProgress) -> String {
        let rows = progress.history.filter(\.isEvaluation)
        guard let names = rows.last?.values.map(\.name) else { return "<p>There was no evaluation.</p>" }
        return htmlTable(
            caption: "Each evaluation; the best one is marked with a star", header: ["epoch", "step"] + names,
            rows: rows.map { row in
                let star = row.step == progress.bestStep ? " ★" : ""
                return [compact(row.epoch) + star, "\(row.step)"] + names.map { row[$0].map(compact) ?? "" }
            })
    }

    private func confusionTable() -> String {
        guard let confusion else { return "" }
        let names = confusion.indices.map { labels.indices.contains($0) ? labels[$0] : "\($0)" }
        let head = names.map { "<th scope=\"col\">\(escaped($0))</th>" }.joined()
        let body = zip(names, confusion).map { name, counts -> String in
            let total = max(1, counts.reduce(0, +))
            let cells = counts.map { "<td style=\"--share:\($0 * 100 / total)%\">\($0)</td>" }.joined()
            return "<tr><th scope=\"row\">\(escaped(name))</th>\(cells)</tr>"
        }
        return """
            <h2>Confusion matrix</h2>
            <table class="confusion">
            <caption>Rows are true labels, columns are predictions; the shade is the share of the row</caption>
            <thead><tr><td></td>\(head)</tr></thead>
            <tbody>
            \(body.joined(separator: "\n"))
            </tbody>
            </table>
            """
    }

    private func settingsTable(_ progress: TrainingProgress) -> String {
        let members = progress.arguments.json.objectValue ?? [:]
        return htmlTable(
            caption: "The arguments of the run, under Hugging Face's names", header: ["argument", "value"],
            rows: members.map { [$0.key, $0.value.stringValue ?? $0.value.text()] })
    }

    private static let style = """

        :root { color-scheme: light dark; --paper: #fff; --ink: #1c2026; --soft: #5c6570; --grid: #dfe3e8;
          --card: #f6f7f9; --series-0: #1f6feb; --series-1: #c2410c; --series-2: #15803d; --series-3: #7e22ce;
          --series-4: #0e7490; --series-5: #a16207; }
        @media (prefers-color-scheme: dark) { :root { --paper: #14171c; --ink: #e6e9ed; --soft: #9aa4b0;
          --grid: #323943; --card: #1d2229; --series-0: #6ea8ff; --series-1: #ff9a5c; --series-2: #62d68b;
          --series-3: #c792ff; --series-4: #5fd0e6; --series-5: #e6c04f; } }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 1100px; margin: 0 auto; padding: 24px; }
        h1 { margin: 0 0 4px; } h2 { margin: 40px 0 12px; font-size: 1.2rem; }
        dl { display: flex; flex-wrap: wrap; gap: 12px; margin: 20px 0; }
        dl div { background: var(--card); border-radius: 8px; padding: 10px 16px; }
        dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; font-weight: 600; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px; }
        figure { margin: 0; background: var(--card); border-radius: 8px; padding: 14px; }
        figcaption { font-weight: 600; margin-bottom: 6px; }
        svg { width: 100%; height: auto; display: block; }
        svg line { stroke: var(--grid); } svg text { fill: var(--soft); font-size: 12px; }
        svg polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
        svg circle { stroke: var(--card); stroke-width: 1.5; }
        .legend { display: flex; flex-wrap: wrap; gap: 4px 16px; list-style: none; margin: 8px 0 0; padding: 0; }
        .key { display: inline-block; width: 18px; height: 4px; border-radius: 2px; margin-right: 6px;
          vertical-align: middle; }
        \((0..<6).map { "polyline.series-\($0) { stroke: var(--series-\($0)); } circle.series-\($0) { fill: "
            + "var(--series-\($0)); } .key.series-\($0) { background: var(--series-\($0)); }" }.joined(separator: "\n"))
        polyline.series-1, polyline.series-3 { stroke-dasharray: 7 4; }
        table { border-collapse: collapse; display: block; overflow-x: auto; font-variant-numeric: tabular-nums; }
        caption { text-align: left; color: var(--soft); padding-bottom: 6px; font-size: .9rem; }
        th, td { padding: 5px 14px 5px 0; text-align: right; border-bottom: 1px solid var(--grid); }
        th[scope=row], thead th:first-child { text-align: left; font-weight: 500; }
        .confusion td, .confusion th { padding: 8px 14px; }
        .confusion tbody td { background: color-mix(in srgb, var(--series-0) calc(var(--share) * .6), transparent); }
        .notices { background: var(--card); border-radius: 8px; padding: 12px 12px 12px 32px; }

        """
}
