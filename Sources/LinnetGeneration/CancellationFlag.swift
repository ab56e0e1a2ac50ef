import Synchronization

/// A request to end the answers that are being generated; they end after the current token, with what they have.
public final class CancellationFlag: Sendable {
    private let raised = Atomic<Bool>(false)

    /// A flag that is not raised.
    public init() {}

    /// Whether someone asked to stop.
    public var isRaised: Bool { raised.load(ordering: .relaxed) }

    /// Asks to stop; may be called on any thread.
    public func raise() { raised.store(true, ordering: .relaxed) }
}
