import Foundation

/// Text as it may stand in HTML, in an attribute too.
func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// A number with four significant digits.
func compact(_ value: Double) -> String { String(format: "%.4g", value) }

/// A table with a caption; cells are text, the first column heads its row.
func htmlTable(caption: String, header: [String], rows: [[String]]) -> String {
    let head = header.map { "<th scope=\"col\">\(escaped($0))</th>" }.joined()
    let body = rows.map { row in
        let cells = row.enumerated().map { index, cell in
            index == 0 ? "<th scope=\"row\">\(escaped(cell))</th>" : "<td>\(escaped(cell))</td>"
        }
        return "<tr>\(cells.joined())</tr>"
    }
    return """
        <table>
        <caption>\(escaped(caption))</caption>
        <thead><tr>\(head)</tr></thead>
        <tbody>
        \(body.joined(separator: "\n"))
        </tbody>
        </table>
        """
}
