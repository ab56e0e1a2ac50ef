import CLibXML2
import Foundation

/// Runs libxml2's HTML parser over a page.
///
/// Without a tree, so that nesting has no limit and needs no stack; without network, document types or entities of the
/// page's own.
enum HTMLParsing {
    /// What the parser's events go to.
    private final class Receiver {
        var builder: HTMLTextBuilder
        var context: htmlParserCtxtPtr?
        init(_ builder: HTMLTextBuilder) { self.builder = builder }
    }

    /// The text of a page.
    /// - Parameters:
    ///   - file: the page in whatever encoding.
    ///   - longestText: the most bytes of text that are kept.
    static func text(of file: [UInt8], path: String, longestText: Int) throws -> ExtractedText {
        let page = try HTMLEncoding.text(of: file, path: path)
        guard let size = Int32(exactly: page.count) else { throw RetrievalError.unreadable(path, "larger than 2 GiB") }
        guard let context = htmlNewParserCtxt(), let handler = context.pointee.sax else {
            throw RetrievalError.unreadable(path, "out of memory")
        }
        defer { htmlFreeParserCtxt(context) }
        let receiver = Receiver(HTMLTextBuilder(longestText: longestText))
        receiver.context = context
        handler.pointee = events()
        context.pointee.userData = Unmanaged.passUnretained(receiver).toOpaque()
        let options =
            HTML_PARSE_RECOVER.rawValue | HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue
            | HTML_PARSE_NONET.rawValue | HTML_PARSE_IGNORE_ENC.rawValue
        page.withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let document = htmlCtxtReadMemory(context, start, size, nil, "UTF-8", Int32(options))
            if let document { xmlFreeDoc(document) }
        }
        return withExtendedLifetime(receiver) { receiver.builder.finish() }
    }

    private static func events() -> htmlSAXHandler {
        var events = htmlSAXHandler()
        events.initialized = 1
        events.startElement = { user, name, attributes in
            guard let receiver = HTMLParsing.receiver(user), let name else { return }
            receiver.builder.start(String(cString: name)) { HTMLParsing.value(of: $0, attributes) }
        }
        events.endElement = { user, name in
            guard let receiver = HTMLParsing.receiver(user), let name else { return }
            receiver.builder.end(String(cString: name))
        }
        events.characters = { user, bytes, count in HTMLParsing.take(user, bytes, count) }
        events.ignorableWhitespace = { user, bytes, count in HTMLParsing.take(user, bytes, count) }
        events.cdataBlock = { user, bytes, count in HTMLParsing.take(user, bytes, count) }
        return events
    }

    private static func take(_ user: UnsafeMutableRawPointer?, _ bytes: UnsafePointer<xmlChar>?, _ count: Int32) {
        guard let receiver = receiver(user), let bytes, count > 0 else { return }
        receiver.builder.text(UnsafeBufferPointer(start: bytes, count: Int(count)))
        if receiver.builder.isFull { xmlStopParser(receiver.context) }
    }

    private static func receiver(_ user: UnsafeMutableRawPointer?) -> Receiver? {
        user.map { Unmanaged<Receiver>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The value of an attribute; empty for one without a value, nil for one that is not there.
    private static func value(
        of name: String, _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    ) -> String? {
        guard var entry = attributes else { return nil }
        while let key = entry.pointee {
            let value = entry.successor().pointee
            if strcmp(UnsafeRawPointer(key).assumingMemoryBound(to: CChar.self), name) == 0 {
                return value.map { String(cString: $0) } ?? ""
            }
            entry += 2
        }
        return nil
    }
}
