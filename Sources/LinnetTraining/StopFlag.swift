import Foundation
import Synchronization

/// A request to end a run after the current step, with a checkpoint.
public final class StopFlag: Sendable {
    private let raised = Atomic<Bool>(false)
    private let minded = Atomic<Int>(Int.max)

    /// A flag that is not raised.
    public init() {}

    /// Whether someone asked to stop.
    public var isRaised: Bool {
        raised.load(ordering: .relaxed) || interruptCount.load(ordering: .relaxed) > minded.load(ordering: .relaxed)
    }

    /// Asks to stop; may be called on any thread.
    public func raise() { raised.store(true, ordering: .relaxed) }

    /// Counts as raised from the next interrupt on.
    fileprivate func mindInterrupts() {
        minded.store(interruptCount.load(ordering: .relaxed), ordering: .relaxed)
    }
}

/// Interrupts since the process began; the only thing the signal handler may touch.
private let interruptCount = Atomic<Int>(0)
/// The count at which a further interrupt ends the process.
private let lastCount = Atomic<Int>(Int.max)

/// What the first signal says: the address and the length of a text that is never freed.
private let announcementStart = Atomic<UInt>(0)
private let announcementLength = Atomic<Int>(0)

/// Runs in the middle of anything: no allocation, no lock.
private let handler: @convention(c) (Int32) -> Void = { _ in
    let count = interruptCount.add(1, ordering: .relaxed).newValue
    if count > lastCount.load(ordering: .relaxed) { _exit(130) }
    let start = UnsafeRawPointer(bitPattern: announcementStart.load(ordering: .relaxed))
    _ = write(STDERR_FILENO, start, announcementLength.load(ordering: .relaxed))
}

/// Raises a flag when the process is interrupted (Ctrl-C) or asked to terminate.
///
/// The first signal lets the step finish and its result be kept, and says so on standard error; a second one ends the
/// process at once with status 130, which no checkpoint and no store minds. Signals are handled as long as the object lives; only
/// one watch should live at a time.
public final class InterruptWatch {
    private let previous: [(signal: Int32, handler: sighandler_t?)]

    /// Watches SIGINT and SIGTERM.
    ///
    /// - Parameters:
    ///   - flag: counts as raised after the first signal.
    ///   - announcement: what the first signal says on standard error.
    public init(
        raising flag: StopFlag,
        announcing announcement: StaticString =
            "\nfinishing the step and writing a checkpoint; interrupt again to stop at once\n"
    ) {
        announcementStart.store(UInt(bitPattern: announcement.utf8Start), ordering: .relaxed)
        announcementLength.store(announcement.utf8CodeUnitCount, ordering: .relaxed)
        flag.mindInterrupts()
        lastCount.store(interruptCount.load(ordering: .relaxed) + 1, ordering: .relaxed)
        previous = [SIGINT, SIGTERM].map { ($0, Foundation.signal($0, handler)) }
        Self.unblock([SIGINT, SIGTERM])
    }

    /// A process started from a thread that blocks signals (as worker threads do) inherits the block.
    private static func unblock(_ signals: [Int32]) {
        var set = sigset_t()
        sigemptyset(&set)
        for number in signals { sigaddset(&set, number) }
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    deinit {
        for (number, handler) in previous { _ = Foundation.signal(number, handler) }
    }
}
