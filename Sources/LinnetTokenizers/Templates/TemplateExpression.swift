/// An expression of a template. Chains of operators and of filters are lists, so that the tree is never deeper than
/// the parser's own nesting, which is bounded.
struct TemplateExpression: Sendable {
    /// What kind of expression.
    indirect enum Kind: Sendable {
        case none
        case bool(Bool)
        case integer(Int)
        case float(Double)
        case string(String)
        case name(String)
        case list([TemplateExpression])
        case tuple([TemplateExpression])
        case dictionary([(key: TemplateExpression, value: TemplateExpression)])
        /// Operators of one precedence, from left to right.
        case arithmetic(TemplateExpression, [ArithmeticStep])
        /// `a < b <= c` holds when every neighbouring pair does.
        case comparison(TemplateExpression, [ComparisonStep])
        /// The first value that is false, or the last one.
        case all([TemplateExpression])
        /// The first value that is true, or the last one.
        case any([TemplateExpression])
        case not(TemplateExpression)
        case sign(TemplateExpression, isNegative: Bool)
        /// `then if test else otherwise`
        case conditional(test: TemplateExpression, then: TemplateExpression, otherwise: TemplateExpression?)
        /// Attributes, items, calls, filters and tests, from left to right.
        case steps(TemplateExpression, [Step])
    }

    /// `+`, `-`, `~`, `*`, `/`, `//`, `%` or `**`, and its right side.
    struct ArithmeticStep: Sendable {
        let sign: String
        let right: TemplateExpression
        let place: TemplatePlace
    }

    /// `==`, `!=`, `<`, `<=`, `>`, `>=`, `in` or `not in`, and its right side.
    struct ComparisonStep: Sendable {
        let sign: String
        let right: TemplateExpression
        let place: TemplatePlace
    }

    /// What is done with a value that stands before it.
    struct Step: Sendable {
        indirect enum Kind: Sendable {
            case attribute(String)
            case item(TemplateExpression)
            case slice(TemplateExpression?, TemplateExpression?, TemplateExpression?)
            case call(Arguments)
            case filter(String, Arguments)
            case test(String, Arguments, isNegated: Bool)
        }

        let kind: Kind
        let place: TemplatePlace
    }

    /// What stands between the parentheses of a call.
    struct Arguments: Sendable {
        var positional: [TemplateExpression] = []
        var named: [(name: String, value: TemplateExpression)] = []
        /// `*list`
        var spread: TemplateExpression?
        /// `**mapping`
        var namedSpread: TemplateExpression?

        var isEmpty: Bool { positional.isEmpty && named.isEmpty && spread == nil && namedSpread == nil }
    }

    let kind: Kind
    let place: TemplatePlace
}
