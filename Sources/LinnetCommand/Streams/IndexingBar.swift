import Foundation
import Linnet

/// How far an indexing run is, on standard error: a bar that is drawn over on a terminal, a line now and then elsewhere.
final class IndexingBar {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var shownAt = -Double.infinity
    private var isLineOpen = false

    private static let secondsBetweenDrawings = 0.1
    private static let secondsBetweenLines = 10.0
    private static let columns = 24

    /// Draws the state when the last drawing is old enough.
    func show(_ progress: IndexingProgress) {
        let pause = isTerminal ? Self.secondsBetweenDrawings : Self.secondsBetweenLines
        // Short runs elsewhere than on a terminal need no line.
        guard progress.seconds - max(shownAt, isTerminal ? shownAt : 0) >= pause else { return }
        shownAt = progress.seconds
        let line = Self.line(progress, hasBar: isTerminal)
        StandardOutput.message(isTerminal ? "\r\u{1B}[K" + line : line, terminator: isTerminal ? "" : "\n")
        isLineOpen = isTerminal
    }

    /// Takes the bar away.
    func end() {
        if isLineOpen { StandardOutput.message("\r\u{1B}[K", terminator: "") }
        isLineOpen = false
    }

    /// `41%  120/300 files  5120 chunks  620 chunks/s  left 0:12`
    static func line(_ progress: IndexingProgress, hasBar: Bool) -> String {
        let share = progress.totalBytes > 0 ? min(1, Double(progress.bytes) / Double(progress.totalBytes)) : 1
        let rate = Double(progress.chunks) / max(progress.seconds, 1e-3)
        var text = String(
            format: "%d%%  %d/%d files  %d chunks  %.0f chunks/s", Int(100 * share), progress.files,
            progress.totalFiles, progress.chunks, rate)
        if share > 0.02, share < 1 {
            let left = Int((progress.seconds * (1 - share) / share).rounded())
            text += String(format: "  left %d:%02d", left / 60, left % 60)
        }
        guard hasBar else { return "indexing " + text }
        let filled = Int(share * Double(columns))
        return String(repeating: "█", count: filled) + String(repeating: "░", count: columns - filled) + "  " + text
    }
}
