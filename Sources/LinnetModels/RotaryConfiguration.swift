import Foundation
import LinnetFormats
import LinnetLayers

extension ModelConfiguration {
    /// Rotary settings: `rope_parameters` as transformers 5 writes them, or `rope_theta` and `rope_scaling` as 4 did.
    ///
    /// - Throws: ``ModelError`` naming the key for a kind that Linnet does not know and for numbers that make no sense.
    func rotary(headDim: Int) throws -> RotarySettings {
        let positions = try int("max_position_embeddings", default: 2048, minimum: 1, maximum: 1 << 28)
        let scalingKey = ["rope_scaling", "rope_parameters"].first { (json[$0]?.objectValue?.count ?? 0) > 0 }
        let table = scalingKey.flatMap { json[$0]?.objectValue } ?? [:]
        let place = scalingKey ?? "rope_parameters"
        for key in ["rope_scaling", "rope_parameters"] where !(json[key] ?? .null).isNull {
            guard json[key]?.objectValue != nil else { throw ModelError("\(path): \(key): expected an object") }
        }
        if let kind = ["full_attention", "sliding_attention"].first(where: { table[$0] != nil }) {
            throw ModelError("\(path): \(place): \(kind): settings per kind of layer are not supported")
        }
        let rope = RotaryKeys(table: table, path: "\(path): \(place)", positions: positions, root: json)
        let outerTheta = try double("rope_theta", default: 10000, in: RotaryKeys.thetas)
        let theta = try rope.number("rope_theta", default: outerTheta, in: RotaryKeys.thetas)
        let outerPart = try double("partial_rotary_factor", default: 1, in: 0...1)
        guard try rope.number("partial_rotary_factor", default: outerPart, in: 0...1) == 1 else {
            throw ModelError("\(path): partial_rotary_factor: only heads that rotate in full are supported")
        }
        let scaling = try rope.scaling(headDim: headDim)
        return RotarySettings(headDim: headDim, theta: theta, positions: positions, scaling: scaling)
    }
}

/// The table of rotary keys in `config.json`.
private struct RotaryKeys {
    let table: JSONObject
    let path: String
    let positions: Int
    let root: JSONObject

    /// Bases that make sense.
    static let thetas = 1.0001...1e15

    func scaling(headDim: Int) throws -> RotaryScaling {
        let kind = table["rope_type"] ?? table["type"] ?? "default"
        switch kind.stringValue {
        case "default": return .none
        case "linear": return .linear(factor: try factor())
        case "dynamic":
            guard headDim > 2 else { throw ModelError("\(path): dynamic needs heads wider than 2") }
            return .dynamic(factor: try factor())
        case "yarn": return .yarn(try yarn())
        case "llama3": return try llama3()
        case "longrope": return try longrope(headDim: headDim)
        default:
            throw ModelError(
                "\(path): rope_type \(kind.shortText) is not supported; supported are default, dynamic, linear, llama3, "
                    + "longrope, yarn")
        }
    }

    /// A number within a range.
    func number(_ key: String, default standard: Double? = nil, in range: ClosedRange<Double>) throws -> Double {
        guard let number = try optional(key, in: range) ?? standard else {
            throw ModelError("\(path): \(key) is missing")
        }
        guard range.contains(number) else { throw outside(key, range, JSON.number(number)) }
        return number
    }

    private func optional(_ key: String, in range: ClosedRange<Double>) throws -> Double? {
        guard let value = table[key], !value.isNull else { return nil }
        guard let number = value.doubleValue, range.contains(number) else { throw outside(key, range, value) }
        return number
    }

    private func outside(_ key: String, _ range: ClosedRange<Double>, _ value: JSON) -> ModelError {
        ModelError(
            "\(path): \(key): expected a number in \(range.lowerBound)…\(range.upperBound), found \(value.shortText)")
    }

    private func factor() throws -> Double {
        try number("factor", in: 1...1e6)
    }

    /// `original_max_position_embeddings`, beside the model's other keys or among these; else the model's length.
    private func originalPositions() throws -> Int {
        let key = "original_max_position_embeddings"
        let outer = root[key]?.doubleValue
        let inner = try number(key, default: Double(positions), in: 2...Double(1 << 28))
        guard let outer else { return Int(inner) }
        guard (2...Double(1 << 28)).contains(outer) else { throw outside(key, 2...Double(1 << 28), .number(outer)) }
        return Int(outer)
    }

    private func yarn() throws -> YarnScaling {
        let original = try originalPositions()
        let fast = try number("beta_fast", default: 32, in: 1e-3...1e6)
        let slow = try number("beta_slow", default: 1, in: 1e-3...1e6)
        return YarnScaling(
            factor: try number("factor", default: Double(positions) / Double(original), in: 1e-3...1e6),
            originalPositions: original, attentionFactor: try optional("attention_factor", in: 0...1e3),
            betaFast: fast, betaSlow: slow, mscale: try optional("mscale", in: 0...1e3),
            mscaleAllDim: try optional("mscale_all_dim", in: 0...1e3),
            truncates: table["truncate"]?.boolValue ?? true)
    }

    private func llama3() throws -> RotaryScaling {
        let low = try number("low_freq_factor", in: 1e-3...1e6)
        let high = try number("high_freq_factor", in: 1e-3...1e6)
        guard low < high else {
            throw ModelError("\(path): low_freq_factor \(low) must be less than high_freq_factor \(high)")
        }
        return .llama3(
            factor: try factor(), lowFrequencyFactor: low, highFrequencyFactor: high,
            originalPositions: try originalPositions())
    }

    private func longrope(headDim: Int) throws -> RotaryScaling {
        let original = try originalPositions()
        let factor = try number("factor", default: Double(positions) / Double(original), in: 1e-3...1e6)
        let derived = factor <= 1 ? 1 : (1 + log(factor) / log(Double(original))).squareRoot()
        return .longrope(
            short: try divisors("short_factor", count: headDim / 2),
            long: try divisors("long_factor", count: headDim / 2),
            attentionFactor: try number("attention_factor", default: derived, in: 0...1e3),
            originalPositions: original)
    }

    private func divisors(_ key: String, count: Int) throws -> [Double] {
        let numbers = (table[key]?.arrayValue ?? []).compactMap(\.doubleValue).filter { $0 > 0 && $0.isFinite }
        guard numbers.count == count, table[key]?.arrayValue?.count == count else {
            throw ModelError("\(path): \(key): expected \(count) positive numbers")
        }
        return numbers
    }
}
