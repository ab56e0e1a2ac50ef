import Foundation

/// Keeps a second trainer out of an output directory; the system lets go of it when the process ends, however it ends.
final class OutputLock {
    private let descriptor: Int32

    /// Locks the directory.
    ///
    /// - Throws: `TrainingError.fileSystem` when another run holds it, or it cannot be written to.
    init(directory: String) throws {
        let path = "\(directory)/.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw TrainingError.fileSystem(path: path, reason: "cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw TrainingError.fileSystem(
                path: directory, reason: "another run is writing here; wait for it or choose another output directory")
        }
    }

    deinit { close(descriptor) }
}
