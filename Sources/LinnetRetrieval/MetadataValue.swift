import LinnetFormats

/// A value of a document's metadata: what filters compare.
public enum MetadataValue: Sendable, Equatable, Hashable {
    /// Text, compared byte by byte.
    case text(String)
    /// A number.
    case number(Double)
    /// True or false.
    case boolean(Bool)

    /// As it stands in JSON output.
    public var json: JSON {
        switch self {
        case .text(let text): .string(text)
        case .number(let number): Int64(exactly: number).map(JSON.integer) ?? .number(number)
        case .boolean(let flag): .bool(flag)
        }
    }

    /// The value of a JSON scalar; nil for null, lists and objects.
    public init?(json: JSON) {
        if let text = json.stringValue {
            self = .text(text)
        } else if let flag = json.boolValue {
            self = .boolean(flag)
        } else if let number = json.doubleValue {
            self = .number(number)
        } else {
            return nil
        }
    }
}

extension MetadataValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    /// Text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// A number.
    public init(integerLiteral value: Int64) { self = .number(Double(value)) }
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// True or false.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}
