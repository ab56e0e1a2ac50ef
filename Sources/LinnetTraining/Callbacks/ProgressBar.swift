import Foundation

/// Shows a run on standard error: one live line on a terminal, plain periodic lines elsewhere.
public final class ProgressBar: TrainingCallback {
    private let isLive: Bool
    private let columns: Int
    private let secondsBetweenLines: Double
    private let write: (String) -> Void
    private var shownAt = -Double.infinity
    private var isLineOpen = false

    /// A bar on standard error.
    public convenience init() {
        var size = winsize()
        let known = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        self.init(isLive: isatty(STDERR_FILENO) == 1, columns: known ? Int(size.ws_col) : 80) { text in
            FileHandle.standardError.write(Data(text.utf8))
        }
    }

    /// A bar that writes somewhere else.
    ///
    /// - Parameters:
    ///   - isLive: whether one line is drawn over and over, as a terminal can.
    ///   - columns: the width of the line in characters.
    ///   - secondsBetweenLines: how often a plain line is written when the bar is not live.
    ///   - write: receives the text.
    public init(
        isLive: Bool, columns: Int = 80, secondsBetweenLines: Double = 30, write: @escaping (String) -> Void
    ) {
        self.isLive = isLive
        self.columns = columns
        self.secondsBetweenLines = secondsBetweenLines
        self.write = write
    }

    /// Draws what the event changed.
    public func handle(_ event: TrainingEvent, _ progress: TrainingProgress) {
        switch event {
        case .began(let checkpoint):
            if let checkpoint { print("resumed from \(checkpoint) at step \(progress.step)") }
            print(Self.parameterLine(trainable: progress.trainableCount, total: progress.parameterCount))
        case .stepped:
            draw(Self.statusLine(progress, columns: columns), progress)
        case .evaluating(let done, let total):
            if isLive { draw("evaluating \(done)/\(total)", progress) }
        case .logged:
            break
        case .evaluated(let entry, _):
            print(Self.evaluationLine(entry))
        case .saved(let path):
            print("saved \(path)")
        case .noticed(let text):
            print(text)
        case .ended(let result):
            print(Self.resultLine(result))
        }
    }

    private func draw(_ line: String, _ progress: TrainingProgress) {
        let isLast = progress.step == progress.plan.totalSteps
        guard progress.seconds - shownAt >= (isLive ? 0.1 : secondsBetweenLines) || (isLast && isLive) else { return }
        shownAt = progress.seconds
        write(isLive ? "\r\u{1B}[K" + line.prefix(max(1, columns - 1)) : line + "\n")
        isLineOpen = isLive
    }

    /// Writes a line that stays.
    private func print(_ line: String) {
        write((isLineOpen ? "\r\u{1B}[K" : "") + line + "\n")
        isLineOpen = false
    }

    /// `step 530/1299  41%  epoch 1.22/3  loss 0.2134  312 samples/s  left 0:42`, with a bar where there is room.
    static func statusLine(_ progress: TrainingProgress, columns: Int) -> String {
        let share = min(1, Double(progress.step) / Double(max(1, progress.plan.totalSteps)))
        let epochs = Double(progress.plan.totalSteps) / Double(max(1, progress.plan.stepsPerEpoch))
        var parts = [
            "\(Int(share * 100))%", "step \(progress.step)/\(progress.plan.totalSteps)",
            "epoch \(decimal(progress.epoch, 2))/\(String(format: "%g", epochs))",
        ]
        if let loss = progress.loss { parts.append("loss \(decimal(loss, 4))") }
        parts.append("\(decimal(progress.samplesPerSecond, progress.samplesPerSecond < 10 ? 1 : 0)) samples/s")
        if let left = progress.secondsLeft { parts.append("left \(duration(left))") }
        let text = parts.joined(separator: "  ")
        let room = min(30, columns - text.count - 3)
        guard room >= 10 else { return text }
        let filled = Int(share * Double(room))
        return String(repeating: "█", count: filled) + String(repeating: "░", count: room - filled) + "  " + text
    }

    /// The sentence PEFT's `print_trainable_parameters` prints.
    public static func parameterLine(trainable: Int, total: Int) -> String {
        let share = 100 * Double(trainable) / Double(max(1, total))
        return "trainable params: \(grouped(trainable)) || all params: \(grouped(total)) || "
            + "trainable%: \(decimal(share, 4))"
    }

    private static func evaluationLine(_ entry: LogEntry) -> String {
        let hidden = ["eval_runtime", "eval_samples_per_second"]
        let values = entry.values.filter { !hidden.contains($0.name) }.map { "\($0.name) \(decimal($0.value, 4))" }
        return (["epoch \(decimal(entry.epoch, 2))", "step \(entry.step)"] + values).joined(separator: "  ")
    }

    private static func resultLine(_ result: TrainingResult) -> String {
        let rate = result.stepSeconds > 0 ? Double(result.samples) / result.stepSeconds : 0
        let speed = "\(duration(result.seconds)), \(decimal(rate, 1)) samples/s"
        switch result.reason {
        case .completed: return "done: \(result.step) steps in \(speed)"
        case .stoppedEarly: return "stopped early at step \(result.step), the metric no longer improves: \(speed)"
        case .interrupted(let path): return "stopped at step \(result.step); \(path) is complete, go on with --resume"
        }
    }

    private static func grouped(_ number: Int) -> String {
        var digits = String(number)
        var parts: [String] = []
        while digits.count > 3 {
            parts.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return ([digits] + parts).joined(separator: ",")
    }

    private static func decimal(_ value: Double, _ places: Int) -> String {
        String(format: "%.\(places)f", value)
    }

    /// `0:42`, `12:03`, `1:02:03`.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
        let whole = Int(seconds.rounded())
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        return hours > 0
            ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%d:%02d", minutes, rest)
    }
}
