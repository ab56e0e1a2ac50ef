import Foundation

/// The most memory this process held so far.
enum PeakMemory {
    /// In MiB; memory-mapped files count as far as they were read.
    static var mebibytes: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) / 1024
    }
}
