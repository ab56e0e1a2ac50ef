import Dispatch
import Foundation
import Synchronization

/// Turns Ctrl-C (and a termination request) into a question that long work asks between steps.
///
/// The first signal asks for a stop; the work writes its checkpoint and returns. The second one ends the process at
/// once with status 130.
final class Interruption {
    /// How often a stop was asked for; may be read from any thread.
    final class Requests: Sendable {
        private let count = Atomic<Int>(0)

        /// Whether a stop was asked for.
        var isEmpty: Bool { count.load(ordering: .relaxed) == 0 }

        /// Notes one more request and says how many there are.
        func add() -> Int { count.add(1, ordering: .relaxed).newValue }
    }

    let requests = Requests()
    private let sources: [any DispatchSourceSignal]

    /// Begins to listen; `notice` is printed on the first signal.
    init(notice: String) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        for source in sources {
            source.setEventHandler { [requests] in
                if requests.add() > 1 { _exit(ExitStatus.interrupted.rawValue) }
                StandardOutput.message(notice)
            }
            source.resume()
        }
    }
}
