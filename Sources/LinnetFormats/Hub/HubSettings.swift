import Foundation

/// Where the hub is, who asks, and where the cache lies: the environment variables of Hugging Face's own tools.
///
/// `HF_ENDPOINT`, `HF_HUB_CACHE` (or `HF_HOME`/hub, or `XDG_CACHE_HOME`/huggingface/hub, or ~/.cache/huggingface/hub),
/// `HF_TOKEN` (or the file `HF_TOKEN_PATH`, or `HF_HOME`/token), `HF_HUB_OFFLINE`.
public struct HubSettings: Sendable {
    /// Address of the hub, without a trailing slash.
    public var endpoint: String
    /// Directory of the cache.
    public var cache: String
    /// Access token for private and gated models.
    public var token: String?
    /// Whether the network must not be used.
    public var isOffline: Bool

    /// Reads the settings from environment variables.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        func value(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0]?.trimmingSpace() }.first { !$0.isEmpty }
        }
        func expanded(_ path: String) -> String {
            guard path == "~" || path.hasPrefix("~/") else { return path }
            return (value("HOME") ?? NSHomeDirectory()) + path.dropFirst()
        }
        let caches = value("XDG_CACHE_HOME") ?? "~/.cache"
        let home = expanded(value("HF_HOME") ?? "\(caches)/huggingface")
        var endpoint = value("HF_ENDPOINT") ?? "https://huggingface.co"
        while endpoint.hasSuffix("/") { endpoint.removeLast() }
        self.endpoint = endpoint
        cache = expanded(value("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") ?? "\(home)/hub")
        let isYes: (String?) -> Bool = { ["1", "on", "yes", "true"].contains($0?.lowercased()) }
        isOffline = isYes(value("HF_HUB_OFFLINE")) || isYes(value("TRANSFORMERS_OFFLINE"))
        let file = expanded(value("HF_TOKEN_PATH") ?? "\(home)/token")
        let stored = try? String(validating: FileBytes.read(file, limit: 4_096), as: UTF8.self)?.trimmingSpace()
        let token = value("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN") ?? stored
        self.token = token.flatMap { $0.isEmpty || !$0.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? nil : $0 }
    }
}
