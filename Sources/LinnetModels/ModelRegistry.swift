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

/// One decoder architecture: how its language model is built, under the `model_type` that `config.json` names.
struct CausalArchitecture: Sendable {
    /// Path prefix of the decoder inside the model with a head; a bare decoder's checkpoint lacks it.
    let prefix: String
    /// What `config.json` lists in `architectures`: `LlamaForCausalLM`.
    let className: String
    /// Where the word embedding and the head are stored, and whether they are one when `config.json` does not say.
    let embeddingName: String
    let tiesByDefault: Bool
    let build: @Sendable (ModelConfiguration, Weights) throws -> any CausalLanguageModel
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

    static let causalArchitectures: [String: CausalArchitecture] = [
        "gpt2": CausalArchitecture(
            prefix: "transformer.", className: "GPT2LMHeadModel", embeddingName: "transformer.wte.weight",
            tiesByDefault: true, build: { try GPT2LMHeadModel(GPT2Configuration($0), $1) }),
        "llama": decoder("LlamaForCausalLM") { try .llama($0) },
        "mistral": decoder("MistralForCausalLM") { try .mistral($0) },
        "qwen2": decoder("Qwen2ForCausalLM") { try .qwen2($0) },
        "qwen3": decoder("Qwen3ForCausalLM") { try .qwen3($0) },
    ]

    private static func decoder(
        _ className: String,
        _ configuration: @escaping @Sendable (ModelConfiguration) throws -> RotaryDecoderConfiguration
    ) -> CausalArchitecture {
        CausalArchitecture(
            prefix: "model.", className: className, embeddingName: "model.embed_tokens.weight", tiesByDefault: false,
            build: { try RotaryDecoder(configuration($0), $1) })
    }

    static func causalArchitecture(of config: ModelConfiguration) throws -> CausalArchitecture {
        let known = causalArchitectures.keys.sorted().joined(separator: ", ")
        guard let type = config.modelType else {
            throw ModelError("\(config.path): model_type is missing; causal language models are \(known)")
        }
        guard let architecture = causalArchitectures[type] else {
            let found = architectures[type] == nil ? "is not supported" : "is an encoder"
            throw ModelError(
                "\(config.path): model_type \(type.prefix(100)) \(found); causal language models are \(known)")
        }
        return architecture
    }

    static func architecture(of config: ModelConfiguration) throws -> Architecture {
        let known = architectures.keys.sorted().joined(separator: ", ")
        guard let type = config.modelType else {
            throw ModelError("\(config.path): model_type is missing; supported are \(known)")
        }
        guard let architecture = architectures[type] else {
            let found = causalArchitectures[type] == nil ? "is not supported" : "is a causal language model"
            throw ModelError("\(config.path): model_type \(type.prefix(100)) \(found); supported are \(known)")
        }
        return architecture
    }
}
