import Foundation
import LinnetFormats

/// Appends one JSON object per event to a file, for programs that follow a run.
///
/// Every object has `event` (`began`, `log`, `evaluation`, `saved`, `notice`, `ended`), `step`, `epoch` and `seconds`; log and
/// evaluation rows add their numbers under the names of `trainer_state.json`.
public final class JSONLinesLog: TrainingCallback {
    /// The file.
    public let path: String
    private var file: FileHandle?

    /// A log that appends to the file at `path`, which is made when the run begins.
    public init(path: String) {
        self.path = path
    }

    /// Appends the event as a line.
    public func handle(_ event: TrainingEvent, _ progress: TrainingProgress) throws {
        switch event {
        case .began(let checkpoint):
            try open()
            try append("began", progress, ["resumed_from": checkpoint.map(JSON.string) ?? .null])
        case .logged(let entry):
            try append("log", progress, entry.json.objectValue ?? [:])
        case .evaluated(let entry, _):
            try append("evaluation", progress, entry.json.objectValue ?? [:])
        case .saved(let path):
            try append("saved", progress, ["path": .string(path)])
        case .noticed(let text):
            try append("notice", progress, ["text": .string(text)])
        case .ended(let result):
            try append("ended", progress, ["reason": .string(result.reason.name)])
            try file?.close()
            file = nil
        case .stepped, .evaluating: break
        }
    }

    private func open() throws {
        let url = URL(fileURLWithPath: path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        if !FileManager.default.fileExists(atPath: path) { try Data().write(to: url, options: .withoutOverwriting) }
        let file = try FileHandle(forWritingTo: url)
        try file.seekToEnd()
        self.file = file
    }

    private func append(_ event: String, _ progress: TrainingProgress, _ members: JSONObject) throws {
        var object = JSONObject([
            ("event", .string(event)), ("step", .integer(Int64(progress.step))), ("epoch", .number(progress.epoch)),
            ("seconds", .number(progress.seconds)),
        ])
        for (key, value) in members { object[key] = value }
        try file?.write(contentsOf: Data((JSON.object(object).text() + "\n").utf8))
    }
}

extension TrainingResult.Reason {
    /// One word for logs.
    var name: String {
        switch self {
        case .completed: "completed"
        case .stoppedEarly: "stopped_early"
        case .interrupted: "interrupted"
        }
    }
}
