import Foundation
import Linnet
import Synchronization

/// `linnet pull`: a model of the hub, in the cache that Hugging Face's own tools use.
enum PullVerb {
    private static let revision = Flag<String?>.text(
        "revision", "NAME", shown: "main", help: "A branch, a tag or a commit.")
    private static let quiet = Flag<Bool>.toggle(FlagName("quiet", letter: "q"), help: "No progress.")
    private static let json = Flag<Bool>.toggle("json", help: "Print one JSON object per model.")

    static let verb = Verb(
        "pull", summary: "fetch a model from the Hugging Face hub",
        discussion: [
            "Prints the directory of the model. Goes on where an interrupted pull stopped; what is in the cache is not "
                + "fetched again. Only safetensors, JSON and text are fetched, never pickle or code.",
            "Reads HF_HOME, HF_HUB_CACHE, HF_TOKEN, HF_ENDPOINT and HF_HUB_OFFLINE as Hugging Face's tools do.",
        ],
        operands: Verb.Operands(placeholder: "NAME", count: 1...64, help: "Models, as organisation/name."),
        groups: [Verb.Group("Run", [revision.declaration, quiet.declaration, json.declaration])],
        examples: [
            Verb.Example("A sentence encoder", "linnet pull sentence-transformers/all-MiniLM-L6-v2"),
            Verb.Example(
                "One certain commit", "linnet pull distilbert/distilbert-base-uncased --revision 12040accade4"),
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        let hub = ModelHub()
        let output = StandardOutput()
        for name in given.operands {
            let progress = given[quiet] ? nil : PullProgress(name)
            let directory = try hub.pull(name, revision: given[revision] ?? "main") { progress?.show($0) }
            progress?.end()
            let object = JSON.object(["model": .string(name), "directory": .string(directory)])
            try output.write(text: (given[json] ? object.text() : directory) + "\n")
        }
        return .success
    }
}

/// How far a pull is, on standard error: a line that is drawn over on a terminal, a line per tenth elsewhere.
final class PullProgress: Sendable {
    private let name: String
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let shown = Mutex(-1)

    init(_ name: String) { self.name = name }

    /// Draws the bytes that have arrived, when they are a percent (or a tenth) more than before.
    func show(_ progress: HubProgress) {
        guard progress.totalBytes > 0 else { return }
        let percent = min(100, 100 * progress.completedBytes / progress.totalBytes)
        let part = isTerminal ? percent : percent / 10
        let isNew = shown.withLock { last in
            defer { last = max(last, part) }
            return part > last
        }
        guard isNew else { return }
        let megabytes = String(
            format: "%.1f of %.1f MB", megabytes(progress.completedBytes), megabytes(progress.totalBytes))
        let line = "pulling \(name): \(percent) %, \(megabytes)"
        isTerminal ? StandardOutput.message("\r" + line, terminator: "") : StandardOutput.message(line)
    }

    /// Leaves the line behind.
    func end() {
        if isTerminal, shown.withLock({ $0 >= 0 }) { StandardOutput.message("") }
    }

    private func megabytes(_ bytes: Int) -> Double { Double(bytes) / 1e6 }
}
