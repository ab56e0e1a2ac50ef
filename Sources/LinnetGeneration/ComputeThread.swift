import Foundation
import Synchronization

/// The thread that models compute on.
///
/// libgomp keeps a team of workers per calling thread; computing on several threads would make teams fight over the
/// cores. Everything that generates runs here, one job after another, with interrupts left to the thread that waits for
/// them.
public final class ComputeThread: Sendable {
    /// The process's one compute thread.
    public static let shared = ComputeThread()

    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let arrivals = DispatchSemaphore(value: 0)
    private static let stackSize = 16 << 20
    private static let mark = "linnet.compute-thread"

    init() {
        let thread = Thread { [weak self] in
            Thread.current.threadDictionary[Self.mark] = true
            Self.blockInterrupts()
            while let self { self.performNext() }
        }
        thread.name = "linnet-compute"
        thread.stackSize = Self.stackSize
        thread.start()
    }

    /// Adds a job; it runs after those that came before.
    public func enqueue(_ job: @escaping @Sendable () -> Void) {
        jobs.withLock { $0.append(job) }
        arrivals.signal()
    }

    /// Runs `body` on the thread and waits for its result; called on the thread itself, runs it at once.
    public func run<Result>(_ body: () throws -> Result) throws -> Result {
        if Thread.current.threadDictionary[Self.mark] != nil { return try body() }
        return try withoutActuallyEscaping(body) { body in
            let job = Handover(body)
            let done = DispatchSemaphore(value: 0)
            enqueue {
                job.perform()
                done.signal()
            }
            done.wait()
            return try job.result()
        }
    }

    private func performNext() {
        arrivals.wait()
        let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        job?()
    }

    private static func blockInterrupts() {
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGINT, SIGTERM] { sigaddset(&set, number) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }
}

/// A closure and its result, handed from thread to thread; the semaphore of `run` orders the accesses.
private final class Handover<Result>: @unchecked Sendable {
    private var body: (() throws -> Result)?
    private var outcome: Swift.Result<Result, any Error>?

    init(_ body: @escaping () throws -> Result) { self.body = body }

    /// Lets go of the closure, which must not outlive the call of `run`.
    func perform() {
        if let body { outcome = Swift.Result(catching: body) }
        body = nil
    }

    func result() throws -> Result {
        guard let outcome else { throw CancellationError() }
        return try outcome.get()
    }
}
