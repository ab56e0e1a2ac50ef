import Foundation
import LinnetFormats
import Testing

@testable import LinnetTokenizers

/// Templates come with downloaded models: whatever they contain, they end soon with a text or a `TemplateError`.
@Suite(.serialized) struct HostileTemplateTests {
    private static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    /// Templates that would take all time, memory or stack.
    static let costly: [(name: String, source: String)] = [
        ("a vast range", "{% for i in range(10**9) %}x{% endfor %}"),
        ("ranges in ranges", "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}"),
        ("empty loops", "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"),
        ("a long text", "{{ 'x' * 10**9 }}"),
        ("a long list", "{{ [0] * 10**9 }}"),
        ("an overflowing length", "{{ 'xy' * 9223372036854775807 }}"),
        (
            "text that doubles",
            "{% set n = namespace(s='x') %}{% for i in range(60) %}{% set n.s = n.s + n.s %}{% endfor %}"
        ),
        (
            "lists that double",
            "{% set n = namespace(s=[1]) %}{% for i in range(60) %}{% set n.s = n.s + n.s %}{% endfor %}"
        ),
        (
            "text joined to itself",
            "{% set n = namespace(s='x') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}"
        ),
        (
            "a shared tree written",
            "{% set n = namespace(s=[1]) %}{% for i in range(90) %}{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s }}"
        ),
        (
            "a shared tree as JSON",
            "{% set n = namespace(s=[1]) %}{% for i in range(90) %}{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s | tojson }}"
        ),
        (
            "shared trees compared",
            "{% set n = namespace(s=[1], q=[1]) %}{% for i in range(90) %}{% set n.s = [n.s, n.s] %}{% set n.q = [n.q, n.q] %}{% endfor %}{{ n.s == n.q }}"
        ),
        (
            "a shared tree as key",
            "{% set n = namespace(s=(1,)) %}{% for i in range(90) %}{% set n.s = (n.s, n.s) %}{% endfor %}{{ {n.s: 1} }}"
        ),
        ("lists in lists", "{% set n = namespace(s=[]) %}{% for i in range(50000) %}{% set n.s = [n.s] %}{% endfor %}"),
        (
            "tuples of filters",
            "{% set n = namespace(s=[]) %}{% for i in range(50000) %}{% set n.s = [n.s] | map('list') %}{% endfor %}"
        ),
        (
            "loops in lists",
            "{% set n = namespace(s=0) %}{% for i in range(9999) %}{% for x in [n.s] %}{% set n.s = loop %}{% endfor %}{% endfor %}{{ n.s + 1 }}"
        ),
        (
            "a method of a method",
            "{% set n = namespace(s='a') %}{% for i in range(9999) %}{% set n.s = [n.s].index %}{% endfor %}"
        ),
        ("a macro that calls itself", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"),
        (
            "macros that call each other",
            "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}"
        ),
        (
            "a block that calls itself",
            "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{{ m() }}"
        ),
        (
            "a macro that doubles",
            "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}"
        ),
        ("a namespace in itself", "{% set n = namespace() %}{% set n.n = n %}{{ n }}"),
        (
            "namespaces in a ring",
            "{% set a = namespace() %}{% set b = namespace(a=a) %}{% set a.b = b %}{% set a.c = b %}{{ a }}"
        ),
        ("a wide indent", "{{ [1] | tojson(indent=10**9) }}"),
        ("an indent of many lines", "{{ ('x\n' * 100000) | indent(100000) }}"),
        ("a wide center", "{{ 'x' | center(10**9) }}"), ("a wide zfill", "{{ 'x'.zfill(10**12) }}"),
        ("a wide format", "{{ '%0999999999d' % 1 }}"), ("a precise format", "{{ '%.999999999f' % 1.0 }}"),
        ("a vast batch", "{{ [1] | batch(10**12, 0) | list }}"), ("vast slices", "{{ [1] | slice(10**12) | list }}"),
        ("a vast replacement", "{{ ('x' * 100000) | replace('x', 'y' * 100000) }}"),
        ("letters between letters", "{{ ('x' * 100000) | replace('', 'y' * 100000) }}"),
        ("a join of long texts", "{{ ['x' * 100000] * 100000 | join }}"),
        ("a join by a long text", "{{ range(100000) | join('x' * 100000) }}"),
        ("searches in long texts", "{% set s = 'x' * 4000000 %}{% for i in range(99999) %}{{ 'y' in s }}{% endfor %}"),
        ("parentheses", "{{ \(repeated("(", 10_000))1\(repeated(")", 10_000)) }}"),
        ("open parentheses", "{{ \(repeated("(", 10_000))"), ("open lists", "{{ \(repeated("[", 10_000))"),
        ("open dictionaries", "{{ \(repeated("{1:", 10_000))"),
        ("lists", "{{ \(repeated("[", 10_000))\(repeated("]", 10_000)) }}"),
        ("signs", "{{ \(repeated("-", 10_000))1 }}"), ("negations", "{{ \(repeated("not ", 10_000))1 }}"),
        ("conditionals", "{{ \(repeated("1 if 0 else ", 10_000))1 }}"), ("ifs", repeated("{% if t %}", 10_000)),
        ("closed ifs", repeated("{% if true %}", 10_000) + repeated("{% endif %}", 10_000)),
        ("fors", repeated("{% for i in [1] %}", 10_000)), ("macros in macros", repeated("{% macro m() %}", 10_000)),
        ("calls of calls", "{{ \(repeated("f(", 10_000))\(repeated(")", 10_000)) }}"),
        ("items of items", "{{ \(repeated("a[", 10_000))0\(repeated("]", 10_000)) }}"),
        ("a target of targets", "{% set \(repeated("(", 10_000))a\(repeated(")", 10_000)) = 1 %}"),
        ("a long source", repeated("{{ 1 }}", 100_000)),
    ]

    @Test("Templates that would take all time, memory or stack are stopped", arguments: costly.indices)
    func stopsCostly(_ index: Int) throws {
        let (name, source) = Self.costly[index]
        let start = ContinuousClock.now
        #expect(throws: TemplateError.self, "\(name)") {
            try ChatTemplate(source: source).render([.user("hi")])
        }
        #expect(ContinuousClock.now - start < .seconds(30), "\(name)")
    }

    /// Long chains, which are no nesting and must work or fail without recursion.
    @Test("Chains of any length neither nest nor trap")
    func chains() throws {
        let count = 20_000
        #expect(try render("{{ \(Self.repeated("1 + ", count))1 }}") == "\(count + 1)")
        #expect(
            try render("{{ 'a'\(Self.repeated(" ~ 'a'", count)) | length }}")
                == "\(count)a".replacing("\(count)a", with: Self.repeated("a", count) + "1"))
        #expect(try render("{{ 1\(Self.repeated(" | abs", count)) }}") == "1")
        #expect(try render("{{ 1\(Self.repeated(" == 1", count)) }}") == "True")
        #expect(try render("{{ 1\(Self.repeated(" and 1", count)) }}") == "1")
        #expect(try render("{% if false %}\(Self.repeated("{% elif false %}", count)){% else %}x{% endif %}") == "x")
        #expect(throws: TemplateError.self) { try render("{{ d\(Self.repeated(".a", count)) }}") }
        #expect(throws: TemplateError.self) { try render("{{ d\(Self.repeated("()", count)) }}") }
    }

    @Test("What a template may reach is enumerated")
    func escapes() throws {
        let sources = [
            "{{ ''.__class__ }}", "{{ ''['__class__'] }}", "{{ ''|attr('__class__') }}",
            "{{ [''] | map(attribute='__class__') | list }}",
            "{{ raise_exception.__globals__ }}", "{{ namespace.__init__ }}", "{{ loop.__class__ }}",
            "{{ messages.append(1) }}",
            "{{ messages[0].update({}) }}", "{{ messages[0].clear() }}", "{% include '/etc/passwd' %}",
            "{% import 'os' as os %}",
            "{% extends 'x' %}", "{{ self.__init__ }}", "{{ cycler.__init__.__globals__ }}",
            "{{ ''.format.__globals__ }}",
            "{{ '{0.__class__}'.format(1) }}", "{{ '%(a.__class__)s' % {'a': 1} }}", "{% set messages[0] = 1 %}",
            "{% set messages.role = 1 %}",
            "{{ os.system('x') }}", "{{ open('/etc/passwd') }}", "{{ ''.encode() }}", "{{ x | attr('y') | nonsense }}",
        ]
        for source in sources {
            #expect(throws: TemplateError.self, "\(source)") { try render(source) }
        }
    }

    @Test("Errors name line and column")
    func places() throws {
        let expected: [(String, Int, Int)] = [
            ("{{ 1 +", 1, 1), ("a\n{% if x %}\n{{ ) }}", 3, 4), ("\n\n  {{ x.y }}", 3, 7), ("{% if x %}\nb", 2, 2),
            ("é{{ 'a' + 1 }}", 1, 9), ("{% for i in 5 %}{% endfor %}", 1, 4), ("\r\n{{ raise_exception('x') }}", 2, 19),
        ]
        for (source, line, column) in expected {
            let error = #expect(throws: TemplateError.self) { try render(source) }
            #expect(error?.line == line && error?.column == column, "\(source): \(error?.description ?? "")")
        }
    }

    @Test("Truncated and changed templates render or throw")
    func mutations() throws {
        var state: UInt64 = 0x2545_F491_4F6C_DD1D
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(truncatingIfNeeded: (state >> 33) % UInt64(max(1, bound)))
        }
        let goldens = try ChatTemplateFixture.goldens()
        let conversations = ["system talk", "tool talk", "parts", "thinking tools"].compactMap {
            goldens["conversations"]?[$0]?.list
        }
        let pieces = [
            "{%", "%}", "{{", "}}", "{#", "#}", "-", "+", "(", ")", "[", "]", "'", "\"", "|", ".", " if ", " else ",
            "endif", "endfor",
            "loop", "messages", "[1:]", " in ", " not ", "*", "**", "9999999999", "\\", "\n", "set ", "ns.", " is ",
            "none", "é", "\u{0}", "~",
        ]
        for name in try ChatTemplateFixture.names() {
            let source = Array(try ChatTemplateFixture.source(name).unicodeScalars)
            for round in 0..<120 {
                var changed = source
                if round % 3 == 0 {
                    changed = Array(changed.prefix(next(source.count + 1)))
                } else {
                    for _ in 0...next(3) {
                        let place = next(changed.count)
                        switch next(3) {
                        case 0: changed.removeSubrange(place..<min(changed.count, place + 1 + next(6)))
                        case 1: changed.insert(contentsOf: pieces[next(pieces.count)].unicodeScalars, at: place)
                        default: changed.swapAt(place, next(changed.count))
                        }
                        if changed.isEmpty { break }
                    }
                }
                let start = ContinuousClock.now
                let conversation = conversations[round % conversations.count]
                do {
                    _ = try ChatTemplate(source: PythonText.string(changed)).render(
                        conversation[0].list.compactMap { $0.objectValue.map { ChatMessage($0) } },
                        tools: conversation[1].arrayValue)
                } catch is TemplateError {}
                #expect(ContinuousClock.now - start < .seconds(20), "\(name), round \(round)")
            }
        }
    }

    /// Frames of programs that are not optimised are several times as large.
    private static var smallestStack: Int {
        #if DEBUG
            return 1_536 << 10
        #else
            return 512 << 10
        #endif
    }

    @Test("The deepest templates that are accepted fit a small stack")
    func stack() throws {
        let limits = TemplateLimits.standard
        let levels = limits.nesting
        var sources = [
            "{{ \(Self.repeated("(", levels - 3))1\(Self.repeated(")", levels - 3)) }}",
            "{{ \(Self.repeated("[", levels - 3))1\(Self.repeated("]", levels - 3)) }}",
            "{{ \(Self.repeated("dict(a=", levels - 3))1\(Self.repeated(")", levels - 3)) }}",
            Self.repeated("{% if true %}", levels - 3) + "{{ 1 }}" + Self.repeated("{% endif %}", levels - 3),
            Self.repeated("{% for i in [1] %}", levels - 3) + "{{ i }}" + Self.repeated("{% endfor %}", levels - 3),
            Self.repeated("{% set a %}", levels - 3) + "{{ 1 }}" + Self.repeated("{% endset %}", levels - 3),
        ]
        sources += Self.costly.filter { $0.name.contains("macro") || $0.name.contains(" in ") }.map(\.source)
        let failures = Failures()
        let done = DispatchSemaphore(value: 0)
        let accepted = 6
        let thread = Thread { [sources] in
            for (index, source) in sources.enumerated() {
                do {
                    _ = try ChatTemplate(source: source).render([.user("hi")])
                } catch {
                    if index < accepted { failures.add("\(index): \(error)") }
                }
            }
            done.signal()
        }
        thread.stackSize = Self.smallestStack
        thread.start()
        done.wait()
        #expect(failures.all == [])
    }

    private func render(_ source: String) throws -> String {
        try ChatTemplate(source: source).render([.user("hi")], variables: ["d": [:]])
    }
}

/// Messages from another thread.
private final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private var messages: [String] = []

    func add(_ message: String) { lock.withLock { messages.append(message) } }
    var all: [String] { lock.withLock { messages } }
}
