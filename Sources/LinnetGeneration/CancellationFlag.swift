import Synchronization

/// A request to end the answers that are being generated; they end after the current token, with what they have.
public final class CancellationFlag: Sendable {
    private let raised = Atomic<Bool>(false)

    private let condition: (@Sendable () -> Bool)?

    /// A flag that is not raised.
    ///
    /// - Parameter condition: Counts as raised while this holds, too; asked for every token.
    public init(when condition: (@Sendable () -> Bool)? = nil) { self.condition = condition }

    /// Whether someone asked to stop.
    public var isRaised: Bool { raised.load(ordering: .relaxed) || condition?() ?? false }

    /// Asks to stop; may be called on any thread.
    public func raise() { raised.store(true, ordering: .relaxed) }
}
