import LinnetFormats
import LinnetTensors

/// How fast this machine reads memory at the moment: what decoding, which reads every weight for a token, is bound by.
///
/// It reads 1 GiB, which no cache holds, with all threads. What memory gives changes within seconds where other machines
/// share it, so a decoding rate is only compared with reading that took place in turns with it.
final class MemoryReading {
    private let tensor = Tensor.full([256 << 20], 1)
    private let clock = ContinuousClock()
    private var seconds = 0.0
    private var bytes = 0

    /// Reads everything once.
    func measure() {
        let duration = clock.measure { withoutGradient { _ = tensor.sum() } }
        seconds += duration.seconds
        bytes += tensor.byteCount
    }

    /// Over all measurements.
    var bytesPerSecond: Double { seconds > 0 ? Double(bytes) / seconds : 0 }
}
