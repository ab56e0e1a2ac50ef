/// A condition on metadata: `source = "wiki" and year >= 2020`.
public indirect enum MetadataFilter: Sendable, Equatable {
    /// How a key's value is compared.
    public enum Comparison: String, Sendable, CaseIterable {
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        /// SQL's `LIKE`: `%` stands for any text, `_` for one character.
        case like
    }

    /// The key has a value that compares so; a missing key never does.
    case compare(key: String, Comparison, MetadataValue)
    /// Both hold.
    case and(MetadataFilter, MetadataFilter)
    /// At least one holds.
    case or(MetadataFilter, MetadataFilter)
    /// It does not hold.
    case not(MetadataFilter)
}
