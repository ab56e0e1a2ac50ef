import Foundation
import LinnetFormats

/// The templates, conversations and goldens of `Tests/Fixtures/chat`.
enum ChatTemplateFixture {
    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixtures/chat").path

    static func goldens() throws -> JSON { try JSON.read(path: directory + "/goldens.json") }

    static func source(_ name: String) throws -> String {
        try String(contentsOfFile: "\(directory)/templates/\(name).jinja", encoding: .utf8)
    }

    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory + "/templates").sorted()
            .filter { $0.hasSuffix(".jinja") }.map { String($0.dropLast(6)) }
    }

    /// The time of the goldens in the time zone of this process.
    static func now(_ goldens: JSON) -> Date? {
        let parts = goldens["now"].map(\.list)?.compactMap(\.intValue) ?? []
        guard parts.count == 7 else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .current
        let components = DateComponents(
            year: parts[0], month: parts[1], day: parts[2], hour: parts[3], minute: parts[4], second: parts[5])
        return calendar.date(from: components)?.addingTimeInterval(Double(parts[6]) * 1e-6)
    }

    /// The members of an object as variables.
    static func variables(_ json: JSON?) -> [String: JSON] {
        var variables: [String: JSON] = [:]
        for (name, value) in json?.objectValue ?? [:] { variables[name] = value }
        return variables
    }
}
