import Foundation
import TestSupport
import Testing

@testable import LinnetTraining

@Suite struct HTMLReportTests {
    private func page(
        history: [LogEntry] = [RunSamples.training, RunSamples.evaluation], confusion: [[Int]]? = nil,
        title: String = "run", labels: [String] = []
    ) throws -> String {
        let directory = try TemporaryDirectory()
        let report = HTMLReport(path: directory.path + "/a/report.html", title: title, labels: labels)
        var progress = try RunSamples.progress(history: history)
        progress.bestStep = 433
        try report.handle(.noticed("checkpoint-5 is damaged"), progress)
        try report.handle(.evaluated(RunSamples.evaluation, confusion: confusion), progress)
        #expect(FileManager.default.fileExists(atPath: report.path), "there is a page while the run goes on")
        try report.handle(.ended(RunSamples.result()), progress)
        return try String(contentsOfFile: report.path, encoding: .utf8)
    }

    /// Every element that is opened is closed, in order.
    private func unbalanced(_ html: String) -> String? {
        var open: [Substring] = []
        for part in html.split(separator: "<").dropFirst() {
            guard let tag = part.split(separator: ">", omittingEmptySubsequences: false).first else { continue }
            if tag.hasPrefix("!") || tag.hasPrefix("meta") || tag.hasSuffix("/") { continue }
            let name = tag.split(separator: " ").first ?? ""
            if name.hasPrefix("/") {
                guard open.popLast() == name.dropFirst() else { return "</\(name)>" }
            } else {
                open.append(name)
            }
        }
        return open.isEmpty ? nil : "<\(open)>"
    }

    @Test func thePageIsCompleteAndNeedsNothingElse() throws {
        let html = try page(confusion: [[8, 2], [1, 9]], labels: ["bad", "good"])
        #expect(unbalanced(html) == nil)
        #expect(!html.contains("<script") && !html.contains("http") && !html.contains("src="))
        #expect(html.contains("prefers-color-scheme: dark"))
        for text in [
            "<figcaption>Loss</figcaption>", "<figcaption>Learning rate</figcaption>", "eval_accuracy",
            "per_device_train_batch_size", "checkpoint-5 is damaged", "1 ★", "The run is complete",
            "<th scope=\"row\">good</th>", "style=\"--share:90%\">9</td>",
        ] { #expect(html.contains(text), "\(text)") }
    }

    @Test func namesCannotBreakOutOfThePage() throws {
        let html = try page(confusion: [[1]], title: "<script>alert(1)</script>", labels: ["\"><img src=x>"])
        #expect(!html.contains("<script") && !html.contains("<img"))
        #expect(unbalanced(html) == nil)
    }

    @Test func aRunWithoutEvaluationsSaysSo() throws {
        let directory = try TemporaryDirectory()
        let report = HTMLReport(path: directory.path + "/report.html", title: "run")
        #expect(report.page(try RunSamples.progress()).contains("There was no evaluation."))
    }
}
