import LinnetLayers

/// One architecture: how its networks are built, under the `model_type` that `config.json` names.
struct Architecture: Sendable {
    /// Path prefix of the encoder inside a model with a head; a bare encoder's checkpoint lacks it.
    let prefix: String
    /// Stem of the class names in `config.json`'s `architectures`: `Bert`.
    let className: String
    let encoder: @Sendable (ModelConfiguration, Weights) throws -> any TextEncoder
    let sequenceClassifier: @Sendable (ModelConfiguration, Int, Weights) throws -> any SequenceClassificationNetwork
    let maskedLM: @Sendable (ModelConfiguration, Weights) throws -> any TokenNetwork
    let tokenClassifier: @Sendable (ModelConfiguration, Int, Weights) throws -> any TokenNetwork
}

/// The architectures Linnet knows; a new one is a file and an entry here.
enum ModelRegistry {
    static let architectures: [String: Architecture] = [
        "bert": Architecture(
            prefix: "bert.", className: "Bert",
            encoder: { try BertModel(BertConfiguration($0), $1["bert"]) },
            sequenceClassifier: { try BertForSequenceClassification(BertConfiguration($0), labels: $1, $2) },
            maskedLM: { try BertForMaskedLM(BertConfiguration($0), $1) },
            tokenClassifier: { try BertForTokenClassification(BertConfiguration($0), labels: $1, $2) }),
        "roberta": Architecture(
            prefix: "roberta.", className: "Roberta",
            encoder: { try RobertaModel(RobertaConfiguration($0), $1["roberta"]) },
            sequenceClassifier: { try RobertaForSequenceClassification(RobertaConfiguration($0), labels: $1, $2) },
            maskedLM: { try RobertaForMaskedLM(RobertaConfiguration($0), $1) },
            tokenClassifier: { try RobertaForTokenClassification(RobertaConfiguration($0), labels: $1, $2) }),
        "distilbert": Architecture(
            prefix: "distilbert.", className: "DistilBert",
            encoder: { try DistilBertModel(DistilBertConfiguration($0), $1["distilbert"]) },
            sequenceClassifier: {
                try DistilBertForSequenceClassification(DistilBertConfiguration($0), labels: $1, $2)
            },
            maskedLM: { try DistilBertForMaskedLM(DistilBertConfiguration($0), $1) },
            tokenClassifier: { try DistilBertForTokenClassification(DistilBertConfiguration($0), labels: $1, $2) }),
    ]

    static func architecture(of config: ModelConfiguration) throws -> Architecture {
        let known = architectures.keys.sorted().joined(separator: ", ")
        guard let type = config.modelType else {
            throw ModelError("\(config.path): model_type is missing; supported are \(known)")
        }
        guard let architecture = architectures[type] else {
            throw ModelError("\(config.path): model_type \(type) is not supported; supported are \(known)")
        }
        return architecture
    }
}
