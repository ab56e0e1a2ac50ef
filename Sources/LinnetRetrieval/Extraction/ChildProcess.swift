import Foundation

/// A child process whose output is collected, and which never outlives its value.
struct ChildProcess: ~Copyable {
    /// How a child ended.
    enum Ending: Equatable {
        case exited(Int32)
        case signalled(Int32)
        /// Killed, as its time was over.
        case late
        /// Killed, as it had printed enough.
        case fullOutput
    }

    /// Why a child could not be started.
    struct StartFailure: Error, CustomStringConvertible {
        let description: String
    }

    /// What it wrote to standard output.
    private(set) var output: [UInt8] = []
    /// The first of what it wrote to standard error.
    private(set) var messages: [UInt8] = []

    private static let longestMessages = 4_096

    private let identifier: pid_t
    private var outputPipe: Int32
    private var messagePipe: Int32
    private var isReaped = false

    /// Starts a program.
    /// - Parameter input: a descriptor that becomes its standard input.
    init(program: String, words: [String], input: Int32) throws {
        var opened: [Int32] = []
        func descriptor(_ value: Int32) throws -> Int32 {
            guard value >= 0 else { throw StartFailure(description: RegularFile.reason(errno)) }
            opened.append(value)
            return value
        }
        /// The ends of a pipe, above the standard streams and closed in every child.
        func pipe() throws -> (reading: Int32, writing: Int32) {
            var ends: [Int32] = [-1, -1]
            guard Foundation.pipe(&ends) == 0 else { throw StartFailure(description: RegularFile.reason(errno)) }
            defer { ends.forEach { close($0) } }
            return (
                try descriptor(fcntl(ends[0], F_DUPFD_CLOEXEC, 3)), try descriptor(fcntl(ends[1], F_DUPFD_CLOEXEC, 3))
            )
        }
        do {
            let output = try pipe()
            let messages = try pipe()
            let input = try descriptor(fcntl(input, F_DUPFD_CLOEXEC, 3))
            identifier = try Self.spawn(program, words, streams: [input, output.writing, messages.writing])
            (outputPipe, messagePipe) = (output.reading, messages.reading)
            for other in [input, output.writing, messages.writing] { close(other) }
        } catch {
            opened.forEach { close($0) }
            throw error
        }
    }

    deinit {
        if !isReaped { Self.end(identifier) }
        if outputPipe >= 0 { close(outputPipe) }
        if messagePipe >= 0 { close(messagePipe) }
    }

    /// Collects output until the child has ended, kills it when it prints too much or takes too long, and reaps it.
    mutating func collect(mostOutput: Int, wallSeconds: Double) -> Ending {
        let deadline = Self.now() + wallSeconds
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while outputPipe >= 0 || messagePipe >= 0 {
            let left = deadline - Self.now()
            guard left > 0 else { return end(as: .late) }
            var polled = [
                pollfd(fd: outputPipe, events: Int16(POLLIN), revents: 0),
                pollfd(fd: messagePipe, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&polled, 2, Int32(clamping: Int(min(left, 60) * 1_000) + 1)) >= 0 || errno == EINTR else {
                return end(as: .late)
            }
            if polled[0].revents != 0 {
                let count = Self.read(&outputPipe, &block)
                output.append(contentsOf: block[..<min(count, mostOutput - output.count)])
                if output.count == mostOutput { return end(as: .fullOutput) }
            }
            if polled[1].revents != 0 {
                let count = Self.read(&messagePipe, &block)
                messages.append(contentsOf: block[..<min(count, Self.longestMessages - messages.count)])
            }
        }
        while Self.now() < deadline {
            var information = siginfo_t()
            let status = waitid(P_PID, id_t(identifier), &information, WEXITED | WNOHANG | WNOWAIT)
            if status != 0 && errno != EINTR { break }
            if information.si_signo == SIGCHLD { return end(as: nil) }
            usleep(1_000)
        }
        return end(as: .late)
    }

    /// Kills what is left of the group and reaps the child.
    private mutating func end(as ending: Ending?) -> Ending {
        isReaped = true
        let status = Self.end(identifier)
        if let ending { return ending }
        let signal = status & 0x7F
        return signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
    }

    /// Kills a group and reaps its leader; as long as that is not reaped, no other group can have its number.
    @discardableResult
    private static func end(_ identifier: pid_t) -> Int32 {
        kill(-identifier, SIGKILL)
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        return status
    }

    /// Reads once; closes the descriptor at the end.
    private static func read(_ descriptor: inout Int32, _ block: inout [UInt8]) -> Int {
        let count = Foundation.read(descriptor, &block, block.count)
        if count > 0 { return count }
        if count < 0, errno == EINTR || errno == EAGAIN { return 0 }
        close(descriptor)
        descriptor = -1
        return 0
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func spawn(_ program: String, _ words: [String], streams: [Int32]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, stream) in streams.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, stream, Int32(target))
        }
        closeOthers(&actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var defaults = sigset_t()
        sigfillset(&defaults)
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        var environment: [UnsafeMutablePointer<CChar>?] = self.environment().map { strdup($0) }
        arguments.append(nil)
        environment.append(nil)
        defer {
            arguments.forEach { free($0) }
            environment.forEach { free($0) }
        }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, program, &actions, &attributes, &arguments, &environment)
        guard code == 0 else { throw StartFailure(description: RegularFile.reason(code)) }
        return identifier
    }

    /// Closes everything above the standard streams (glibc from 2.34 on; everything of ours is closed in children
    /// anyway).
    private static func closeOthers(_ actions: inout posix_spawn_file_actions_t) {
        typealias AddCloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else { return }
        _ = unsafeBitCast(symbol, to: AddCloseFrom.self)(&actions, 3)
    }

    /// Where programs and libraries are found, and nothing else of this process' environment.
    private static func environment() -> [String] {
        let kept = ["PATH", "LD_LIBRARY_PATH"].compactMap { (name: String) -> String? in
            getenv(name).map { "\(name)=\(String(cString: $0))" }
        }
        return kept + ["LC_ALL=C.UTF-8", "OMP_NUM_THREADS=1"]
    }
}
