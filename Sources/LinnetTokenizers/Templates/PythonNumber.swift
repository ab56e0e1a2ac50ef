import Foundation

/// How Python writes and reads numbers.
enum PythonNumber {
    /// Python's `repr` of a float: the fewest digits that read back the same, with an exponent below 10⁻⁴ and from
    /// 10¹⁶ on.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let sign = value.sign == .minus ? "-" : ""
        let (digits, exponent) = decimal(value.magnitude)
        if exponent < -4 || exponent >= 16 {
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            let power = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
            return "\(sign)\(digits.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(power)"
        }
        if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
        let whole = exponent + 1
        if digits.count <= whole { return sign + digits + String(repeating: "0", count: whole - digits.count) + ".0" }
        return "\(sign)\(digits.prefix(whole)).\(digits.dropFirst(whole))"
    }

    /// The shortest digits of a finite number, and the power of ten of the first.
    private static func decimal(_ value: Double) -> (digits: String, exponent: Int) {
        guard value != 0 else { return ("0", 0) }
        let parts = value.description.split(separator: "e")
        let shift = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let numerals = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = String(numerals[0])
        let all = whole + (numerals.count > 1 ? numerals[1] : "")
        let leading = all.prefix { $0 == "0" }.count
        var digits = all.dropFirst(leading)
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        return (String(digits), whole.count - 1 - leading + shift)
    }

    /// Python's `int(text, base)`.
    static func integer(_ text: String, base: Int) -> Int? {
        var digits = Substring(PythonText.stripped(text)).lowercased()[...]
        let isNegative = digits.hasPrefix("-")
        if isNegative || digits.hasPrefix("+") { digits.removeFirst() }
        let marks = [16: "0x", 8: "0o", 2: "0b"]
        if let mark = marks[base], digits.hasPrefix(mark) { digits.removeFirst(2) }
        guard let first = digits.first, first != "_", first != "+", first != "-", digits.last != "_",
            !digits.contains("__"), (2...36).contains(base)
        else { return nil }
        return Int((isNegative ? "-" : "") + digits.filter { $0 != "_" }, radix: base)
    }

    /// Python's `float(text)`.
    static func float(_ text: String) -> Double? {
        let trimmed = PythonText.stripped(text).lowercased()
        let unsigned = trimmed.hasPrefix("-") || trimmed.hasPrefix("+") ? String(trimmed.dropFirst()) : trimmed
        let sign: Double = trimmed.hasPrefix("-") ? -1 : 1
        switch unsigned {
        case "inf", "infinity": return sign * .infinity
        case "nan": return .nan
        default: break
        }
        let allowed = unsigned.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || [0x2E, 0x65, 0x2B, 0x2D, 0x5F].contains(byte)
        }
        guard allowed, unsigned.utf8.count <= 1_024, !unsigned.hasPrefix("_"), !unsigned.hasSuffix("_") else {
            return nil
        }
        let digits = unsigned.filter { $0 != "_" }
        guard let value = Double(digits.hasSuffix(".") ? digits + "0" : digits) else { return nil }
        return sign * value
    }

    /// Python's `round(value, digits)`: the nearest number with `digits` decimals, computed on the exact decimal value.
    static func rounded(_ value: Double, digits: Int) -> Double {
        guard value.isFinite, digits < 300 else { return value }
        guard digits >= 0 else {
            guard digits > -300 else { return 0 }
            let power = pow(10, Double(-digits))
            return (value / power).rounded(.toNearestOrEven) * power
        }
        return Double(String(format: "%.\(digits)f", value)) ?? value
    }
}
