import Foundation
import TestSupport
import Testing

@testable import LinnetRetrieval

@Suite struct DirectoryWalkTests {
    private let tree: TemporaryDirectory

    init() throws { tree = try TemporaryDirectory() }

    /// The files found, relative to the tree, and what was left out with its reason.
    private func walk(_ walk: DirectoryWalk = DirectoryWalk(), _ paths: [String] = ["."]) throws -> (
        files: [String], skipped: [String: String]
    ) {
        var skipped: [String: String] = [:]
        let paths = paths.map { $0 == "." ? tree.path : "\(tree.path)/\($0)" }
        let files = try walk.files(under: paths) { skipped[relative($0.path)] = $0.reason }
        return (files.map(relative), skipped)
    }

    private func relative(_ path: String) -> String {
        path.hasPrefix(tree.path + "/") ? String(path.dropFirst(tree.path.utf8.count + 1)) : path
    }

    @Test func documentsSourcesAndTextsAreFoundInOrder() throws {
        for name in ["b.md", "a/z.txt", "a/b/c.pdf", "README", "x.swift", "d.csv"] { try tree.write(name, "text\n") }
        try tree.write("image", [0x89, 0x50, 0, 0])
        for name in [".hidden.md", ".git/x.md", "node_modules/x.md", ".build/x.md"] { try tree.write(name, "text\n") }
        let (files, skipped) = try walk()
        #expect(files == ["README", "a/b/c.pdf", "a/z.txt", "b.md", "d.csv", "x.swift"])
        #expect(skipped == ["image": "a binary file"])
        #expect(
            try walk(DirectoryWalk(), ["a/", "a/z.txt", "./b.md", ".hidden.md"]).files == [
                "a/b/c.pdf", "a/z.txt", "b.md", ".hidden.md",
            ])
        #expect(throws: RetrievalError.self) { try walk(DirectoryWalk(), ["nothing"]) }
    }

    @Test func ignoreFilesAreObeyed() throws {
        let names = [
            "a.log", "keep.log", "build/x.txt", "sub/build/x.txt", "only/build/x.txt", "docs/a.txt", "docs/deep/a.txt",
            "sub/a.tmp", "sub/keep.tmp", "sub/dir.md/x.md", "file.md", "abc.txt", "abd.txt", "#x.txt", "q/r/s.txt",
            "space .txt",
        ]
        for name in names { try tree.write(name, "text\n") }
        try tree.write(
            ".gitignore",
            "# comment\n*.log\n!keep.log\n/build/\nonly/build\ndocs/**/a.txt\n*.tmp\nab[!d].txt\n\\#x.txt\n**/s.txt\nspace\\ .txt\n\nfile.md/\n"
        )
        try tree.write("sub/.gitignore", "!keep.tmp\ndir.md/\n")
        #expect(try walk().files == ["abd.txt", "file.md", "keep.log", "sub/build/x.txt", "sub/keep.tmp"])
        try tree.write(".linnetignore", "keep.log\n!a.log\n")
        #expect(try walk().files == ["a.log", "abd.txt", "file.md", "sub/build/x.txt", "sub/keep.tmp"])
    }

    @Test func patternsIncludeAndExclude() throws {
        for name in ["a.md", "b.txt", "docs/c.md", "docs/old/d.md", "data.bin"] { try tree.write(name, "text\n") }
        var walker = DirectoryWalk()
        walker.include = ["*.md", "data.*"]
        walker.exclude = ["docs/old"]
        #expect(try walk(walker).files == ["a.md", "data.bin", "docs/c.md"])
    }

    @Test func whatIsNoFileIsSkippedWithAReason() throws {
        try tree.write("a.txt", "text\n")
        try tree.write("big.txt", [UInt8](repeating: 0x61, count: 100_001))
        try tree.write("sub/b.txt", "text\n")
        try tree.write("new\nline.txt", "text\n")
        #expect(mkfifo("\(tree.path)/fifo.txt", 0o600) == 0)
        #expect(mkfifo("\(tree.path)/sub/.gitignore", 0o600) == 0)
        #expect(symlink(tree.path, "\(tree.path)/sub/loop") == 0)
        #expect(symlink("/etc/passwd", "\(tree.path)/outside.txt") == 0)
        #expect(symlink("/dev/zero", "\(tree.path)/zero.txt") == 0)
        var walker = DirectoryWalk()
        walker.largestFile = 100_000
        let (files, skipped) = try walk(walker)
        #expect(files == ["a.txt", "new\nline.txt", "sub/b.txt"])
        #expect(skipped["fifo.txt"] == "a FIFO")
        #expect(skipped.count == 2)
        #expect(skipped["big.txt"] == "larger than 100000 bytes, the most that is read")
        var reasons: [String] = []
        #expect(try walker.files(under: ["/dev/zero"]) { reasons.append($0.reason) } == [])
        #expect(reasons == ["a device"])
        #expect(
            try walk(walker, ["sub/loop"]).files == ["sub/loop/a.txt", "sub/loop/new\nline.txt", "sub/loop/sub/b.txt"])
    }

    @Test func deepAndWideDirectoriesEnd() throws {
        let deep = Array(repeating: "d", count: 200).joined(separator: "/")
        try tree.write("\(deep)/x.txt", "text\n")
        for number in 0..<300 { try tree.write("wide/\(number).txt", "") }
        let (files, skipped) = try walk()
        #expect(files.count == 300)
        #expect(skipped.values.contains("deeper than 128 directories"))
    }

    @Test func namesThatAreNoUTF8AreSkipped() throws {
        try tree.write("a.txt", "text\n")
        let bytes: [CChar] = Array(tree.path.utf8CString.dropLast()) + [0x2F, CChar(bitPattern: 0xFF), 0x61, 0]
        let descriptor = open(bytes, O_CREAT | O_WRONLY, 0o600)
        #expect(descriptor >= 0)
        close(descriptor)
        let (files, skipped) = try walk()
        #expect(files == ["a.txt"])
        #expect(skipped.values.contains("holds a name that is no UTF-8"))
    }

    @Test(arguments: [
        ("*.md", "a/b.md", true), ("/*.md", "a/b.md", false), ("a/*.md", "a/b.md", true), ("a/*", "a/b/c", false),
        ("a/**", "a/b/c", true), ("a/**", "a", false), ("**/c", "a/b/c", true), ("a/**/c", "a/c", true),
        ("a/**/c", "a/x/y/c", true), ("a?c", "abc", true), ("a?c", "a/c", false), ("[a-c]x", "bx", true),
        ("[!a-c]x", "bx", false), ("[]]x", "]x", true), ("a[", "a[", true), ("\\*", "*", true), ("\\*", "x", false),
        ("*a*b*c", "xaxbxc", true), ("*a*b*c", "xaxbx", false), ("日*", "日本", true), ("**", "a/b", true),
    ])
    func patternsMatchAsGitMatchesThem(pattern: String, path: String, isMatch: Bool) {
        #expect(GlobPattern(pattern).matches(path) == isMatch)
    }

    @Test func patternsThatBacktrackStayFast() {
        let start = Date()
        let pattern = GlobPattern(String(repeating: "*a", count: 100) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 5_000)))
        let deep = GlobPattern(String(repeating: "**/a/", count: 50) + "b")
        #expect(!deep.matches(String(repeating: "a/", count: 1_000)))
        #expect(Date().timeIntervalSince(start) < 10)
    }
}
