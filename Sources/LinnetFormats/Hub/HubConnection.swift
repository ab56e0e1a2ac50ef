import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What takes the answer to a request. Both functions are called on the session's queue, one after the other.
protocol HubReceiver: AnyObject, Sendable {
    /// Sees status and headers of the final answer before its body.
    func begin(_ response: HTTPURLResponse) throws
    /// Takes the next bytes of the body.
    func receive(_ data: Data) throws
}

/// One HTTP request at a time over URLSession, with redirects in our own hands: the access token goes to the configured
/// endpoint only (same scheme, host and port), and never from https to http.
final class HubConnection: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    private static let mostRedirects = 10

    private let endpoint: URL
    private let token: String?
    private let timeout: TimeInterval
    // Guarded by `lock`; the caller waits on `finished` while the session's queue works.
    private let lock = NSLock()
    private let finished = DispatchSemaphore(value: 0)
    private var receiver: HubReceiver?
    private var response: HTTPURLResponse?
    private var failure: Error?
    private var session: URLSession?

    /// - Parameter timeout: seconds without any byte after which a request fails.
    init(settings: HubSettings, timeout: TimeInterval) throws {
        guard let endpoint = URL(string: settings.endpoint), let scheme = endpoint.scheme?.lowercased(),
            ["http", "https"].contains(scheme), endpoint.host?.isEmpty == false, endpoint.user == nil
        else {
            throw FormatError(.refused, path: settings.endpoint, "HF_ENDPOINT must be an http or https address")
        }
        self.endpoint = endpoint
        self.timeout = timeout
        let isPrivate = scheme == "https" || ["127.0.0.1", "localhost", "::1", "[::1]"].contains(endpoint.host ?? "")
        token = isPrivate ? settings.token : nil
        super.init()
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = timeout
        configuration.httpCookieStorage = nil
        configuration.urlCache = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
    }

    /// Whether requests to the endpoint carry an access token.
    var hasToken: Bool { token != nil }

    /// Ends the session; the connection must not be used afterwards.
    func close() { session?.invalidateAndCancel() }

    /// Sends one request and does not follow a redirect.
    /// - Parameters:
    ///   - address: an absolute http or https address.
    ///   - headers: additional header fields.
    /// - Throws: `FormatError.network`, and what the receiver throws.
    func send(
        _ method: String, _ address: URL, headers: [String: String] = [:], to receiver: HubReceiver
    ) throws -> HTTPURLResponse {
        var request = URLRequest(url: address)
        request.httpMethod = method
        request.setValue("linnet", forHTTPHeaderField: "User-Agent")
        request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        if let token, isEndpoint(address) { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        lock.withLock { (self.receiver, self.response, self.failure) = (receiver, nil, nil) }
        guard let task = session?.dataTask(with: request) else {
            throw FormatError(.network, path: shown(address), "the connection is closed")
        }
        task.resume()
        finished.wait()
        let (response, failure) = lock.withLock { (self.response, self.failure) }
        if let error = failure as? FormatError { throw error }
        if let failure {
            let what = response == nil ? "no answer" : "the connection ended early"
            throw FormatError(.network, path: shown(address), "\(what): \(failure.localizedDescription)")
        }
        guard let response else { throw FormatError(.network, path: shown(address), "no answer of an HTTP server") }
        return response
    }

    /// Sends a request and follows redirects.
    /// - Parameter stop: sees every redirect and ends the chain by returning `true`.
    func follow(
        _ method: String, _ address: URL, headers: [String: String] = [:], to receiver: HubReceiver,
        stop: (HTTPURLResponse) -> Bool = { _ in false }
    ) throws -> HTTPURLResponse {
        var place = address
        for _ in 0...HubConnection.mostRedirects {
            let response = try send(method, place, headers: headers, to: receiver)
            guard HubConnection.isRedirect(response), !stop(response) else { return response }
            place = try target(of: response, from: place)
        }
        throw FormatError(.refused, path: shown(address), "more than \(HubConnection.mostRedirects) redirects")
    }

    /// Whether an address has the scheme, host and port of the endpoint.
    func isEndpoint(_ address: URL) -> Bool {
        func port(_ url: URL) -> Int { url.port ?? (url.scheme?.lowercased() == "https" ? 443 : 80) }
        return address.scheme?.lowercased() == endpoint.scheme?.lowercased()
            && address.host?.lowercased() == endpoint.host?.lowercased() && port(address) == port(endpoint)
    }

    /// Where a redirect leads.
    /// - Throws: `FormatError.refused` for anything but http and https, and for a step from https to http.
    func target(of response: HTTPURLResponse, from place: URL) throws -> URL {
        let location = response.value(forHTTPHeaderField: "Location") ?? ""
        let target = URL(string: location, relativeTo: place)?.absoluteURL
        guard let target, let scheme = target.scheme?.lowercased(), target.host?.isEmpty == false, target.user == nil,
            scheme == "https" || (scheme == "http" && place.scheme?.lowercased() == "http")
        else {
            throw FormatError(
                .refused, path: shown(place), "redirects to \(FormatError.quoted(location)), which is not followed")
        }
        return target
    }

    static func isRedirect(_ response: HTTPURLResponse) -> Bool {
        [301, 302, 303, 307, 308].contains(response.statusCode)
    }

    /// An address without its query, which may hold a signature.
    private func shown(_ address: URL) -> String {
        address.absoluteString.split(separator: "?", maxSplits: 1).first.map(String.init) ?? ""
    }

    // MARK: URLSessionDataDelegate

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        lock.withLock { self.response = response }
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        let isAccepted = lock.withLock { () -> Bool in
            guard let response = response as? HTTPURLResponse else { return false }
            self.response = response
            guard !HubConnection.isRedirect(response) else { return true }
            do { try receiver?.begin(response) } catch { failure = failure ?? error }
            return failure == nil
        }
        completionHandler(isAccepted ? .allow : .cancel)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isAccepted = lock.withLock { () -> Bool in
            guard failure == nil, let response, !HubConnection.isRedirect(response) else { return failure == nil }
            do { try receiver?.receive(data) } catch { failure = error }
            return failure == nil
        }
        if !isAccepted { dataTask.cancel() }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        lock.withLock {
            failure = failure ?? error
            receiver = nil
        }
        finished.signal()
    }
}

/// Takes a small answer into memory.
final class MemoryReceiver: HubReceiver, @unchecked Sendable {
    private(set) var bytes: [UInt8] = []
    private let limit: Int
    private let path: String

    /// - Parameters:
    ///   - limit: the most bytes that are taken.
    ///   - path: what errors name.
    init(limit: Int, path: String) {
        self.limit = limit
        self.path = path
    }

    func begin(_ response: HTTPURLResponse) throws { bytes = [] }

    func receive(_ data: Data) throws {
        guard data.count <= limit - bytes.count else {
            throw FormatError(.tooLarge, path: path, "the answer is longer than \(limit) bytes")
        }
        bytes.append(contentsOf: data)
    }
}
