import Foundation

/// Where the golden data lies: `Tests/Fixtures`.
public enum Fixtures {
    /// The absolute path of a file or directory in `Tests/Fixtures`.
    public static func path(_ relative: String) -> String {
        URL(fileURLWithPath: #filePath)  // Tests/TestSupport/Fixtures.swift
            .deletingLastPathComponent()
            .deletingLastPathComponent()
            .appendingPathComponent("Fixtures")
            .appendingPathComponent(relative)
            .path
    }
}
