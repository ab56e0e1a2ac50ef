import Foundation

/// A time as text by the directives of C's `strftime` in the C locale, in the time zone of the process.
enum DateText {
    private static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// `date` written by `format`; `%-d` and the like leave leading zeros out. Unknown directives stay as they are.
    static func text(_ date: Date, format: String) -> String {
        let seconds = date.timeIntervalSince1970.rounded(.down)
        var moment = time_t(exactly: seconds) ?? 0
        var parts = tm()
        localtime_r(&moment, &parts)
        let micros = min(999_999, Int(((date.timeIntervalSince1970 - seconds) * 1e6).rounded()))
        return text(parts, micros: micros, format: format, depth: 0)
    }

    private static func text(_ parts: tm, micros: Int, format: String, depth: Int) -> String {
        var result = ""
        var scalars = format.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            var flag: Unicode.Scalar?
            if let next = scalars.first, "-_0^#".unicodeScalars.contains(next) {
                flag = next
                scalars.removeFirst()
            }
            guard let directive = scalars.popFirst() else {
                result += "%" + (flag.map(String.init) ?? "")
                break
            }
            if let value = value(directive, flag, parts, micros: micros, depth: depth) {
                result += flag == "^" ? value.uppercased() : value
            } else {
                result += "%" + (flag.map(String.init) ?? "") + String(directive)
            }
        }
        return result
    }

    private static func value(
        _ directive: Unicode.Scalar, _ flag: Unicode.Scalar?, _ parts: tm, micros: Int, depth: Int
    ) -> String? {
        func number(_ value: some BinaryInteger, _ width: Int, blank: Bool = false) -> String {
            let digits = String(value)
            if flag == "-" { return digits }
            let fill = flag == "_" || (blank && flag != "0") ? " " : "0"
            return String(repeating: fill, count: max(0, width - digits.count)) + digits
        }
        func composed(_ format: String) -> String? {
            depth < 2 ? text(parts, micros: micros, format: format, depth: depth + 1) : nil
        }
        let year = Int(parts.tm_year) + 1_900
        let weekday = Int(parts.tm_wday)
        let hour = parts.tm_hour % 12 == 0 ? 12 : parts.tm_hour % 12
        switch directive {
        case "Y": return String(year)
        case "y": return number(year % 100, 2)
        case "C": return number(year / 100, 2)
        case "m": return number(parts.tm_mon + 1, 2)
        case "d": return number(parts.tm_mday, 2)
        case "e": return number(parts.tm_mday, 2, blank: true)
        case "H": return number(parts.tm_hour, 2)
        case "k": return number(parts.tm_hour, 2, blank: true)
        case "I": return number(hour, 2)
        case "l": return number(hour, 2, blank: true)
        case "M": return number(parts.tm_min, 2)
        case "S": return number(parts.tm_sec, 2)
        case "f": return String(repeating: "0", count: max(0, 6 - String(micros).count)) + String(micros)
        case "j": return number(parts.tm_yday + 1, 3)
        case "U": return number((Int(parts.tm_yday) + 7 - weekday) / 7, 2)
        case "W": return number((Int(parts.tm_yday) + 7 - (weekday + 6) % 7) / 7, 2)
        case "w": return String(weekday)
        case "u": return String(weekday == 0 ? 7 : weekday)
        case "A": return days.indices.contains(weekday) ? days[weekday] : nil
        case "a": return days.indices.contains(weekday) ? String(days[weekday].prefix(3)) : nil
        case "B", "b", "h":
            let month = Int(parts.tm_mon)
            guard months.indices.contains(month) else { return nil }
            return directive == "B" ? months[month] : String(months[month].prefix(3))
        case "p": return flag == "#" ? (parts.tm_hour < 12 ? "am" : "pm") : (parts.tm_hour < 12 ? "AM" : "PM")
        case "P": return parts.tm_hour < 12 ? "am" : "pm"
        case "D", "x": return composed("%m/%d/%y")
        case "F": return composed("%Y-%m-%d")
        case "T", "X": return composed("%H:%M:%S")
        case "R": return composed("%H:%M")
        case "r": return composed("%I:%M:%S %p")
        case "c": return composed("%a %b %e %H:%M:%S %Y")
        // The time is one without a zone, as in transformers.
        case "z", "Z": return ""
        case "n": return "\n"
        case "t": return "\t"
        case "%": return "%"
        default: return nil
        }
    }
}
