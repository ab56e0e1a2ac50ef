import Foundation

/// How long idle threads of libgomp spin before they sleep.
///
/// A thread that spins keeps its core from the very thread it waits for, when that one has lost its core to another
/// process: two commands at a time on two cores took two to four times as long as one after the other. With a lower
/// limit they take a third longer, and a command alone loses nothing (Documentation/Log.md).
enum ThreadWaiting {
    private static let spins = "6000"

    /// Starts the program anew, in the same process, with the limit in its environment: libgomp looks there when it is
    /// loaded, which is before the first line of a program. Does nothing where the environment says how to wait, or that
    /// there is one thread; if it cannot be done, threads wait as libgomp has it.
    static func shorten() {
        let environment = ProcessInfo.processInfo.environment
        guard environment["GOMP_SPINCOUNT"] == nil, environment["OMP_WAIT_POLICY"] == nil,
            environment["OMP_NUM_THREADS"] != "1"
        else { return }
        setenv("GOMP_SPINCOUNT", spins, 1)
        execv("/proc/self/exe", CommandLine.unsafeArgv)
    }
}
