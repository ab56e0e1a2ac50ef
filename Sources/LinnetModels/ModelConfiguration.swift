import LinnetFormats
import LinnetLayers
import LinnetTensors

/// A model's `config.json`, read with errors that name the key.
public struct ModelConfiguration: Sendable {
    /// The whole file; keys that Linnet does not know are kept.
    public var json: JSONObject
    /// Where it was read, for errors.
    public let path: String

    /// Reads `config.json` of a model directory.
    public init(directory: String) throws {
        try self.init(JSON.read(path: "\(directory)/config.json"), path: "\(directory)/config.json")
    }

    /// Takes a configuration that was read already.
    public init(_ json: JSON, path: String) throws {
        guard let object = json.objectValue else {
            throw ModelError("\(path): expected a JSON object")
        }
        self.json = object
        self.path = path
    }

    /// `model_type`: the architecture.
    public var modelType: String? { json["model_type"]?.stringValue }

    /// A whole number within bounds.
    func int(
        _ key: String, default standard: Int? = nil, minimum: Int = 0, maximum: Int = Int(Int32.max)
    ) throws -> Int {
        guard let value = json[key], value != .null else {
            guard let standard else { throw ModelError("\(path): \(key) is missing") }
            return standard
        }
        guard let number = value.intValue, number >= minimum else {
            throw ModelError(
                "\(path): \(key): expected a whole number of at least \(minimum), found \(value.shortText)")
        }
        guard number <= maximum else {
            throw ModelError(
                "\(path): \(key): expected a whole number of at most \(maximum), found \(value.shortText)")
        }
        return number
    }

    /// `true` or `false`.
    func bool(_ key: String, default standard: Bool) throws -> Bool {
        guard let value = json[key], value != .null else { return standard }
        guard let flag = value.boolValue else {
            throw ModelError("\(path): \(key): expected true or false, found \(value.shortText)")
        }
        return flag
    }

    /// A finite number within a range.
    func float(_ key: String, default standard: Float, in range: ClosedRange<Double>) throws -> Float {
        Float(try double(key, default: Double(standard), in: range))
    }

    /// A finite number within a range, in double precision.
    func double(_ key: String, default standard: Double, in range: ClosedRange<Double>) throws -> Double {
        guard let value = json[key], value != .null else { return standard }
        guard let number = value.doubleValue, range.contains(number) else {
            throw ModelError(
                "\(path): \(key): expected a number in \(range.lowerBound)…\(range.upperBound), found \(value.shortText)"
            )
        }
        return number
    }

    /// A probability below 1.
    func probability(_ key: String, default standard: Float) throws -> Float {
        try float(key, default: standard, in: 0...0.999)
    }

    /// The feed-forward nonlinearity.
    func activation(_ key: String, default standard: String = "gelu") throws -> Activation {
        let name = json[key]?.stringValue ?? standard
        guard let activation = Activation(rawValue: name) else {
            throw ModelError("\(path): \(key): the activation \(FormatError.quoted(name)) is not supported")
        }
        return activation
    }

    /// Refuses a setting other than the one that is implemented.
    func refuse(_ key: String, unless expected: String) throws {
        if let found = json[key]?.stringValue, found != expected {
            throw ModelError("\(path): \(key): only \(expected) is supported, found \(FormatError.quoted(found))")
        }
    }

    /// Names of the classes in order, from `id2label`; `LABEL_0…` when only `num_labels` is given; `nil` without either.
    public func labels() throws -> [String]? {
        if let map = json["id2label"]?.objectValue {
            return try (0..<map.count).map { index in
                guard let name = map[String(index)]?.stringValue else {
                    throw ModelError("\(path): id2label has \(map.count) entries but none for \(index)")
                }
                return name
            }
        }
        let limit = 1 << 20
        guard let count = json["num_labels"]?.intValue, (1...limit).contains(count) else { return nil }
        return (0..<count).map { "LABEL_\($0)" }
    }

    /// Writes the class names as `id2label` and `label2id`.
    mutating func setLabels(_ labels: [String]) {
        json["id2label"] = .object(JSONObject(labels.enumerated().map { (String($0), .string($1)) }))
        json["label2id"] = .object(JSONObject(labels.enumerated().map { ($1, .integer(Int64($0))) }))
    }
}
