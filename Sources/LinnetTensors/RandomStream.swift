import Foundation

/// A place in the counter-based random sequence: what every dropout of one training step draws from.
///
/// The generator is Philox 4×32-10 (Salmon et al., 2011): a pure function of key and counter. A mask is named by
/// `(seed, stream)` and recomputed in the backward pass instead of being stored; a resumed run needs only its seed and
/// step number to draw the same masks.
public final class RandomStream {
    /// The stream that ``Tensor/dropout(_:)`` draws from; `nil` outside of training, where dropout is the identity.
    @TaskLocal static var current: Handle?

    /// A task-local box; tensors stay on the thread that entered the scope.
    struct Handle: @unchecked Sendable {
        let stream: RandomStream
    }

    /// Key of the generator.
    public let seed: UInt64
    private let step: UInt64
    private var draws: UInt64 = 0

    /// The stream of one training step.
    ///
    /// - Parameters:
    ///   - seed: The run's seed.
    ///   - step: The number of the step (micro-batches count separately), below 2⁴⁰.
    public init(seed: UInt64, step: Int) {
        self.seed = seed
        self.step = UInt64(truncatingIfNeeded: step)
    }

    /// A number that no other draw of the run has: the high half of Philox's counter.
    func nextStreamNumber() -> UInt64 {
        defer { draws += 1 }
        return step << 24 | draws
    }
}

/// Runs `body` in training mode: dropout is active and draws from `stream`.
public func withDropout<R>(from stream: RandomStream, _ body: () throws -> R) rethrows -> R {
    try RandomStream.$current.withValue(.init(stream: stream), operation: body)
}

/// Philox 4×32-10 on the host, for initial weights and shuffling.
public struct RandomNumbers: RandomNumberGenerator, Sendable {
    private let key: (UInt32, UInt32)
    private let stream: UInt64
    private var block: UInt64 = 0
    private var buffered: [UInt32] = []

    /// A sequence that depends on nothing but its seed and stream number.
    public init(seed: UInt64, stream: UInt64 = 0) {
        key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        self.stream = stream
    }

    /// The next 32 random bits.
    public mutating func nextWord() -> UInt32 {
        if buffered.isEmpty {
            let words = Self.philox(counter: block, stream: stream, key: key)
            buffered = [words.3, words.2, words.1, words.0]
            block += 1
        }
        return buffered.removeLast()
    }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        let low = UInt64(nextWord())
        return UInt64(nextWord()) << 32 | low
    }

    /// A number uniform in (0, 1).
    public mutating func uniform() -> Double {
        (Double(nextWord()) + 0.5) / 4_294_967_296
    }

    /// A standard normal number (inverse by Box and Muller).
    public mutating func normal() -> Double {
        let radius = (-2 * log(uniform())).squareRoot()
        return radius * cos(2 * Double.pi * uniform())
    }

    static func philox(
        counter: UInt64, stream: UInt64, key: (UInt32, UInt32)
    ) -> (UInt32, UInt32, UInt32, UInt32) {
        var x = (
            UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32),
            UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)
        )
        var key = key
        for _ in 0..<10 {
            let a = UInt64(0xD251_1F53) * UInt64(x.0)
            let b = UInt64(0xCD9E_8D57) * UInt64(x.2)
            x = (
                UInt32(b >> 32) ^ x.1 ^ key.0, UInt32(truncatingIfNeeded: b),
                UInt32(a >> 32) ^ x.3 ^ key.1, UInt32(truncatingIfNeeded: a)
            )
            key = (key.0 &+ 0x9E37_79B9, key.1 &+ 0xBB67_AE85)
        }
        return x
    }
}
