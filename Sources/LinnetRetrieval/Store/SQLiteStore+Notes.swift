extension SQLiteStore {
    /// A small text that is kept beside the documents; nil if there is none.
    public func note(_ key: String) throws -> String? {
        try connection.statement("SELECT text FROM notes WHERE key = ?").first([.text(key)]) { try $0.text(0) }
    }

    /// Keeps a text, or removes it; durable when it returns.
    public func setNote(_ key: String, _ text: String?) throws {
        if try note(key) == text { return }
        try connection.writing {
            if let text {
                try connection.run("INSERT OR REPLACE INTO notes (key, text) VALUES (?, ?)", .text(key), .text(text))
            } else {
                try connection.run("DELETE FROM notes WHERE key = ?", .text(key))
            }
        }
    }
}
