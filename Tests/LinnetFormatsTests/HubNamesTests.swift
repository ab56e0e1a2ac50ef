import Testing

@testable import LinnetFormats

@Suite("HubNames")
struct HubNamesTests {
    static let hostileNames = [
        "../x.json", "a/../../x.json", "/abs.json", "C:\\x.json", "\\\\host\\s.json", "..\\x.json", "a\\..\\x.json",
        "a\0b.json",
        "a\nb.json", "a\rb.json", "a\u{7F}.json", "a\u{85}.json", String(repeating: "a", count: 300) + ".json",
        String(repeating: "a/", count: 600) + "x.json", ".git/config.json", "a/.git/x.json", ".GIT/x.json", "~/x.json",
        "~root/x.json",
        "a./x.json", "a /x.json", "./x.json", "a/./x.json", "a//x.json", "..", "../.json", "a/..",
        "../../../../etc/cron.d/x.txt",
        "..\u{2215}x.json", "..\u{2044}x.json", "..\u{FF0F}x.json", "a\u{FF3C}x.json", "\u{2024}\u{2024}/x.json",
        "\u{FF0E}\u{FF0E}/x.json",
        "a:b.json", "a*b.json", "a?b.json", "a\"b.json", "a<b.json", "a>b.json", "a|b.json", "/.json", "//x.json",
        "../refs/main.json",
        "../../blobs/x.json", "../../../.locks/x.json", "\u{1B}[31m.json", "%00/../x.json\0", "..;/x.json\u{1}",
        "CON:/x.json",
        "file:///etc/passwd.json", "http://host/x.json", "a/b/../../../x.json", "x.json/../../y.json", ".../../x.json",
        " /x.json",
        "a\u{9B}.json", "a\t.json", "\\x.json", "\u{FE52}\u{FE52}/x.json", "../.ssh/authorized_keys.txt",
    ]

    @Test(arguments: hostileNames)
    func refusesUnsafeFileNames(_ name: String) throws {
        let repository = try RepositoryName("org/tiny")
        expectFailure(.refused, label: name) { try HubNames.check(file: name, repository: repository) }
    }

    @Test func acceptsOrdinaryNames() throws {
        let repository = try RepositoryName("org/tiny")
        for name in [
            "config.json", "1_Pooling/config.json", "a b.txt", "größe.json", "..x.json", "a..b/c.json", ".hidden.json",
        ] {
            #expect(throws: Never.self, "\(name)") { try HubNames.check(file: name, repository: repository) }
        }
        for name in ["bert-base-uncased", "org/name", "a/b.c_d-e", "sentence-transformers/all-MiniLM-L6-v2"] {
            #expect(throws: Never.self, "\(name)") { try RepositoryName(name) }
        }
    }

    @Test(arguments: [
        "", "/", "a/", "/a", "a/b/c", "../a", "a/..", "a b/c", "a/b?x", "a/b#x", "a/b%2e", "a\n/b", "a--b/c", "-a/b",
        "a/.b", "a/b.git",
        String(repeating: "a", count: 97), "é/b", "a\\b",
    ])
    func refusesOtherRepositoryNames(_ name: String) throws {
        expectFailure(.refused, label: name) { _ = try RepositoryName(name) }
        expectFailure(.refused, label: name) { _ = try ModelHub(environment: ["HF_HOME": "/nonexistent"]).pull(name) }
    }

    @Test(arguments: ["", "../main", "a/../b", "/etc", "a b", "main?x", "-x", ".git", "a//b", "a\n"])
    func refusesUnsafeRevisions(_ revision: String) throws {
        expectFailure(.refused, label: revision) {
            _ = try ModelHub(environment: ["HF_HOME": "/nonexistent"]).pull("org/tiny", revision: revision)
        }
    }
}
