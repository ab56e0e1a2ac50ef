import Foundation
import Linnet
import Synchronization

/// Interrupts since the process began; the only things the signal handler may touch.
private let interruptCount = Atomic<Int>(0)
/// Whether an answer is being generated.
private let isAnswering = Atomic<Bool>(false)

/// Runs in the middle of anything: no allocation, no lock.
private let handler: @convention(c) (Int32) -> Void = { _ in
    let isFirst = isAnswering.exchange(false, ordering: .relaxed)
    interruptCount.add(1, ordering: .relaxed)
    if !isFirst { _exit(ExitStatus.interrupted.rawValue) }
}

/// Lets Ctrl-C end the answer that is being generated and nothing else; once more, or while no answer is, it ends the
/// process with status 130.
final class AnswerInterrupts {
    private let previous: sighandler_t?

    /// Handles interrupts as long as the object lives; only one should.
    init() {
        previous = Foundation.signal(SIGINT, handler)
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    deinit { _ = Foundation.signal(SIGINT, previous) }

    /// Runs `body` with a flag that the next interrupt raises.
    func stopping<Result>(_ body: (CancellationFlag) throws -> Result) rethrows -> Result {
        let before = interruptCount.load(ordering: .relaxed)
        isAnswering.store(true, ordering: .relaxed)
        defer { isAnswering.store(false, ordering: .relaxed) }
        return try body(CancellationFlag(when: { interruptCount.load(ordering: .relaxed) > before }))
    }
}
