import Foundation

/// How words on a command line are read: numbers, booleans, lists, and names that were almost right.
enum Spelling {
    /// `per_device_train_batch_size` and `per-device-train-batch-size` are one name.
    static func kebab(_ word: String) -> String {
        word.replacingOccurrences(of: "_", with: "-")
    }

    /// The spellings of a boolean that Hugging Face's and llama.cpp's commands accept, in any case.
    static func boolean(_ word: String) -> Bool? {
        switch word.lowercased() {
        case "true", "1", "on", "yes": true
        case "false", "0", "off", "no": false
        default: nil
        }
    }

    /// The parts between commas, without surrounding blanks and without empty parts.
    static func list(_ word: String) -> [String] {
        texts(word).map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// The parts between commas as they stand, without empty parts.
    static func texts(_ word: String) -> [String] { word.split(separator: ",").map(String.init) }

    /// A whole number within bounds, or nil.
    static func integer(_ word: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = Int(word), range.contains(value) else { return nil }
        return value
    }

    /// A finite number within bounds, or nil.
    static func number(_ word: String, in range: ClosedRange<Double>) -> Double? {
        guard let value = Double(word), value.isFinite, range.contains(value) else { return nil }
        return value
    }

    /// A number as a person would write it: `3`, `0.01`, `5e-5`.
    static func number(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e9 { return String(format: "%.0f", value) }
        return "\(value)".replacingOccurrences(of: "e-0", with: "e-")
    }

    /// What a whole number must be, in words.
    static func expectation(_ range: ClosedRange<Int>) -> String {
        range.upperBound == .max
            ? "a whole number of at least \(range.lowerBound)"
            : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    }

    /// What a number must be, in words.
    static func expectation(_ range: ClosedRange<Double>) -> String {
        range.upperBound == .greatestFiniteMagnitude
            ? "a number of at least \(number(range.lowerBound))"
            : "a number from \(number(range.lowerBound)) to \(number(range.upperBound))"
    }

    /// The candidate that was most likely meant, or nil when none is close.
    ///
    /// Close is an edit distance (with transpositions) of at most a third of the word, or a candidate that the word
    /// begins or that begins the word.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        let ranked = candidates.map { candidate in (candidate, distance(word, candidate)) }
        let closest = ranked.min { $0.1 < $1.1 }
        if let closest, closest.1 <= max(1, word.count / 3) { return closest.0 }
        guard word.count >= 3 else { return nil }
        return candidates.first { $0.hasPrefix(word) || word.hasPrefix($0 + "-") }
    }

    /// Damerau–Levenshtein distance (optimal string alignment): insertions, deletions, substitutions, neighbour swaps.
    static func distance(_ first: String, _ second: String) -> Int {
        let source = Array(first.utf8)
        let target = Array(second.utf8)
        var beforeLast = [Int](repeating: 0, count: target.count + 1)
        var last = Array(0...target.count)
        for row in 0..<source.count {
            var current = [row + 1]
            current.reserveCapacity(target.count + 1)
            for column in 0..<target.count {
                let substitution = last[column] + (source[row] == target[column] ? 0 : 1)
                var best = min(last[column + 1] + 1, current[column] + 1, substitution)
                if row > 0, column > 0, source[row] == target[column - 1], source[row - 1] == target[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[target.count]
    }
}
