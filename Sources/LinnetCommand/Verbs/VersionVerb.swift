/// `linnet version`: what this binary is.
enum VersionVerb {
    static let version = "0.1.0"

    static let verb = Verb(
        "version", summary: "print the version",
        examples: [Verb.Example("Which Linnet is this?", "linnet version")],
        run: { _ in
            try StandardOutput().write(text: "linnet \(version)\n")
            return .success
        })
}
