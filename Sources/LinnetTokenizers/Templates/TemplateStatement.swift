/// A statement of a template, or text between tags.
struct TemplateStatement: Sendable {
    /// What kind of statement.
    indirect enum Kind: Sendable {
        case text(String)
        /// `{{ expression }}`, or the expressions of `{% print %}`
        case output(TemplateExpression)
        /// `if` and `elif` with their bodies, and the body of `else`
        case condition([Branch], otherwise: [TemplateStatement])
        case loop(Loop)
        case breakLoop
        case continueLoop
        /// `{% set target = value %}`
        case assignment(Target, TemplateExpression)
        /// `{% set target | filters %}…{% endset %}`
        case capture(Target, filters: [TemplateExpression.Step], body: [TemplateStatement])
        case macro(Macro)
        /// `{% call(arguments) callee(…) %}…{% endcall %}`
        case call(Macro, TemplateExpression)
        /// `{% filter name %}…{% endfilter %}`
        case filter([TemplateExpression.Step], body: [TemplateStatement])
        /// `{% with name = value, … %}…{% endwith %}`
        case with([(target: Target, value: TemplateExpression)], body: [TemplateStatement])
        /// `{% generation %}…{% endgeneration %}`: what the assistant wrote; a scope of its own
        case generation([TemplateStatement])
    }

    /// A test with what runs when it holds.
    struct Branch: Sendable {
        let test: TemplateExpression
        let body: [TemplateStatement]
    }

    /// `{% for target in items if test %}…{% else %}…{% endfor %}`
    struct Loop: Sendable {
        let target: Target
        let items: TemplateExpression
        let test: TemplateExpression?
        let body: [TemplateStatement]
        let otherwise: [TemplateStatement]
    }

    /// What a value is assigned to.
    indirect enum Target: Sendable {
        case name(String)
        /// `namespace.attribute`
        case attribute(String, String)
        case tuple([Target])
    }

    /// A macro, or the body of a `call`.
    struct Macro: Sendable {
        let name: String
        let parameters: [(name: String, standard: TemplateExpression?)]
        let body: [TemplateStatement]
        /// Whether the body speaks of `varargs`, `kwargs` and `caller`: only then are they accepted.
        let takesMore: Bool
        let takesMoreNamed: Bool
        let takesCaller: Bool
    }

    let kind: Kind
    let place: TemplatePlace
}
