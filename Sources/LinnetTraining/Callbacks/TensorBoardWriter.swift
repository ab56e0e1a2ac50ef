import Foundation

/// Writes the scalars of a run to an event file that `tensorboard --logdir` opens.
///
/// The tags are Hugging Face's: `train/loss`, `train/learning_rate`, `train/grad_norm`, `eval/loss`, `eval/…`.
/// A resumed run writes another file beside the first; TensorBoard joins them.
public final class TensorBoardWriter: TrainingCallback {
    /// The directory of the event files.
    public let directory: String
    /// The file of this run, once it has begun.
    public private(set) var path: String?
    private var file: FileHandle?

    /// A writer of event files into `directory`, which is made when the run begins.
    public init(directory: String) {
        self.directory = directory
    }

    /// Appends the numbers of the event.
    public func handle(_ event: TrainingEvent, _ progress: TrainingProgress) throws {
        switch event {
        case .began: try open()
        case .logged(let entry), .evaluated(let entry, _): try append(entry)
        case .ended:
            try file?.close()
            file = nil
        default: break
        }
    }

    private func open() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let process = ProcessInfo.processInfo
        let now = Date().timeIntervalSince1970
        let name = { (number: Int) in
            "events.out.tfevents.\(Int(now)).\(process.hostName).\(process.processIdentifier).\(number)"
        }
        let number = (0...).first { !FileManager.default.fileExists(atPath: "\(self.directory)/\(name($0))") } ?? 0
        let path = "\(directory)/\(name(number))"
        try Data().write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
        file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        self.path = path
        try file?.write(contentsOf: EventRecord.fileVersion(wallTime: now).framed)
    }

    private func append(_ entry: LogEntry) throws {
        let values = entry.values.map { value in
            let isEvaluation = value.name.hasPrefix("eval_")
            return (
                tag: isEvaluation ? "eval/" + value.name.dropFirst(5) : "train/" + value.name,
                value: Float(value.value)
            )
        }
        let now = Date().timeIntervalSince1970
        let epoch = (tag: "train/epoch", value: Float(entry.epoch))
        try file?.write(
            contentsOf: EventRecord.scalars(values + [epoch], step: entry.step, wallTime: now).framed)
    }
}
