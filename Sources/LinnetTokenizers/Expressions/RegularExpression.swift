import CPCRE2
import Foundation

/// A compiled regular expression over UTF-8, matched by PCRE2 (compiled to machine code where the system allows).
///
/// An expression does not change and may be used from many threads; each borrows a matcher.
final class RegularExpression: @unchecked Sendable, Equatable {
    /// The pattern as it was given, in Oniguruma's syntax.
    let pattern: String
    fileprivate let code: OpaquePointer
    private let lock = NSLock()
    private var resting: [ExpressionMatcher] = []

    /// - Throws: `ExpressionSyntax.Failure` with what is wrong with the pattern.
    init(_ pattern: String) throws {
        self.pattern = pattern
        let translated = Array(try ExpressionSyntax.translated(pattern).utf8)
        guard let context = pcre2_compile_context_create_8(nil) else {
            throw ExpressionSyntax.Failure(message: "out of memory")
        }
        defer { pcre2_compile_context_free_8(context) }
        pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_LF))
        var failure: Int32 = 0
        var place = 0
        let options =
            PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C
            | PCRE2_USE_OFFSET_LIMIT
        let compiled = translated.withUnsafeBufferPointer {
            pcre2_compile_8($0.baseAddress, $0.count, options, &failure, &place, context)
        }
        guard let compiled else { throw ExpressionSyntax.Failure(message: Self.message(failure)) }
        code = compiled
        pcre2_jit_compile_8(compiled, UInt32(PCRE2_JIT_COMPLETE))  // a failure leaves the interpreter
    }

    deinit { pcre2_code_free_8(code) }

    private static func message(_ number: Int32) -> String {
        var text = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(number, &text, text.count)
        return length > 0 ? String(decoding: text.prefix(Int(length)), as: UTF8.self) : "error \(number)"
    }

    static func == (left: RegularExpression, right: RegularExpression) -> Bool { left.pattern == right.pattern }

    /// Lends a matcher to `body`.
    func withMatcher<Result>(_ body: (ExpressionMatcher) -> Result) -> Result {
        lock.lock()
        let rested = resting.popLast()
        lock.unlock()
        let matcher = rested ?? ExpressionMatcher(self)
        defer {
            lock.lock()
            if resting.count < 64 { resting.append(matcher) }
            lock.unlock()
        }
        return body(matcher)
    }
}

/// The working memory of one search; serves one thread at a time.
///
/// Patterns come from files, so every search is bounded: backtracking by PCRE2's limit, memory by a limit, and the whole
/// of a text by a deadline that only a pathological pattern meets. After a limit nothing more is found in that text.
final class ExpressionMatcher {
    private let code: OpaquePointer
    private let data: OpaquePointer?
    private let context: OpaquePointer?
    private let stack: OpaquePointer?
    private var deadline: UInt64 = 0
    private var searches = 0

    /// How many places one call of PCRE2 may try; between calls the clock is read.
    private static let window = 64
    /// In nanoseconds: for a text, and for every byte of it. Usual patterns need a hundredth.
    private static let patience: (text: UInt64, byte: UInt64) = (10_000_000_000, 2_000)
    private static let largestHeap: UInt32 = 65_536  // KiB
    private static let largestStack = 8 << 20

    fileprivate init(_ expression: RegularExpression) {
        code = expression.code
        data = pcre2_match_data_create_from_pattern_8(expression.code, nil)
        context = pcre2_match_context_create_8(nil)
        stack = pcre2_jit_stack_create_8(32 << 10, Self.largestStack, nil)
        pcre2_set_heap_limit_8(context, Self.largestHeap)
        pcre2_jit_stack_assign_8(context, nil, stack.map { UnsafeMutableRawPointer($0) })
    }

    deinit {
        pcre2_match_data_free_8(data)
        pcre2_match_context_free_8(context)
        pcre2_jit_stack_free_8(stack)
    }

    /// Begins a text of `count` bytes.
    func start(count: Int) {
        deadline = DispatchTime.now().uptimeNanoseconds + Self.patience.text + UInt64(count) * Self.patience.byte
        searches = 0
    }

    /// The first match that begins at `start` or later, or `nil`.
    func next(in text: UnsafePointer<UInt8>, count: Int, from start: Int) -> Range<Int>? {
        guard let data, let context else { return nil }
        var from = start
        while from <= count {
            searches += 1
            if searches & 63 == 0 || count > 1 << 20, DispatchTime.now().uptimeNanoseconds > deadline { return nil }
            let limit = min(count, from + Self.window)
            pcre2_set_offset_limit_8(context, limit)
            var result = pcre2_match_8(code, text, count, from, 0, data, context)
            if result == PCRE2_ERROR_JIT_STACKLIMIT {
                result = pcre2_match_8(code, text, count, from, PCRE2_NO_JIT, data, context)
            }
            if result >= 0, let places = pcre2_get_ovector_pointer_8(data) {
                let (first, last) = (places[0], places[1])
                return first >= start && first <= last && last <= count ? first..<last : nil
            }
            guard result == PCRE2_ERROR_NOMATCH, limit < count else { return nil }
            from = limit + 1
            while from < count, text[from] & 0xC0 == 0x80 { from += 1 }
        }
        return nil
    }
}
