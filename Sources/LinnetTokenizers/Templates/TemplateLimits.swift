/// The bounds on what one template may cost. A template comes with a downloaded model and is not trusted.
struct TemplateLimits: Sendable {
    /// Longest source, in UTF-8 bytes; the longest published templates are near 30 KiB.
    var sourceBytes = 512 << 10
    /// How deep statements and expressions may nest in the source.
    var nesting = 64
    /// How deep evaluation may go, calls of macros included. One level needs at most a few KiB of stack.
    var depth = 200
    /// How deep lists and dictionaries may nest.
    var valueDepth = 140
    /// Statements and operations evaluated in one rendering.
    var steps = 2_000_000
    /// Bytes of text and lists made and searched in one rendering, beside 64 for each byte of the input.
    var bytes = 64 << 20
    /// Longest `range`, the same as in Jinja's sandbox.
    var range = 100_000

    /// What every template is rendered under.
    static let standard = TemplateLimits()
}
