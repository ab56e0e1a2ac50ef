import Dispatch
import Foundation
import Synchronization

/// A request to end a run after the current step, with a checkpoint.
public final class StopFlag: Sendable {
    private let raised = Atomic<Bool>(false)

    /// A flag that is not raised.
    public init() {}

    /// Whether someone asked to stop.
    public var isRaised: Bool { raised.load(ordering: .relaxed) }

    /// Asks to stop; may be called on any thread.
    public func raise() { raised.store(true, ordering: .relaxed) }
}

/// Raises a flag when the process is interrupted (Ctrl-C) or asked to terminate.
///
/// The first signal lets the step finish and a checkpoint be written; a second one ends the process at once with
/// status 130, which no checkpoint minds. Signals are handled as long as the object lives.
public final class InterruptWatch {
    private let sources: [any DispatchSourceSignal]

    /// Watches SIGINT and SIGTERM.
    ///
    /// - Parameters:
    ///   - flag: raised by the first signal.
    ///   - announce: called on the first signal, on another thread, to tell the person who pressed Ctrl-C.
    public init(raising flag: StopFlag, announce: @escaping @Sendable () -> Void = {}) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if flag.isRaised { _exit(130) }
                flag.raise()
                announce()
            }
            source.activate()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
    }
}
