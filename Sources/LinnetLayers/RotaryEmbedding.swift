import LinnetTensors

/// Rotary position embedding (Su et al., 2021): turns each pair of dimensions of a head by an angle that grows with the
/// position, so that a query and a key meet at their distance.
///
/// One instance serves all layers of a model; its tables grow with the longest sequence seen.
public final class RotaryEmbedding {
    /// Base, length and scaling.
    public let settings: RotarySettings
    private var tables: RotaryTables?
    private var tablePositions = 0
    /// The length whose frequencies the tables hold, where they depend on it.
    private var tableLength = 0

    private static let fewestPositions = 256

    /// Rotation with the given settings.
    public init(_ settings: RotarySettings) {
        self.settings = settings
    }

    /// Cosines and sines for positions below `length`.
    ///
    /// - Parameter length: Tokens of the longest sequence, those in the cache included.
    public func tables(length: Int) -> RotaryTables {
        let isCurrent =
            length <= tablePositions && (!settings.variesWithLength || frequencyLength(length) == tableLength)
        if let tables, isCurrent { return tables }
        var positions = max(Self.fewestPositions, tablePositions)
        while positions < length { positions *= 2 }
        let (frequencies, attentionFactor) = settings.frequencies(length: length)
        let fresh = RotaryTables(
            headDim: settings.headDim, positions: positions, frequencies: frequencies,
            attentionScaling: attentionFactor)
        (tables, tablePositions, tableLength) = (fresh, positions, frequencyLength(length))
        return fresh
    }

    /// Lengths of equal frequencies, as one number.
    private func frequencyLength(_ length: Int) -> Int {
        switch settings.scaling {
        case .dynamic: max(length, settings.positions)
        case .longrope(_, _, _, let original): length > original ? 1 : 0
        case .none, .linear, .yarn, .llama3: 0
        }
    }
}
