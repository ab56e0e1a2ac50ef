import LinnetTraining
import Testing

@Suite struct NamePatternTests {
    @Test(arguments: [
        ("bert.embeddings.*", "bert.embeddings.LayerNorm.bias", true),
        ("bert.embeddings.*", "bert.encoder.layer.0.output.dense.bias", false),
        ("*.layer.0.*", "bert.encoder.layer.0.output.dense.bias", true),
        ("*.layer.0.*", "bert.encoder.layer.10.output.dense.bias", false),
        ("*.layer.?.*", "bert.encoder.layer.7.output.dense.bias", true),
        ("*.layer.?.*", "bert.encoder.layer.10.output.dense.bias", false),
        ("*bias", "a.bias.bias", true),
        ("*bias", "a.bias.weight", false),
        ("classifier.weight", "classifier.weight", true),
        ("classifier", "classifier.weight", false),
        ("*", "", true), ("", "", true), ("", "a", false), ("a**", "a", true), ("a?", "a", false),
    ])
    func starsAndQuestionMarksMatch(pattern: String, name: String, matches: Bool) {
        #expect(NamePattern(pattern).matches(name) == matches)
    }
}
