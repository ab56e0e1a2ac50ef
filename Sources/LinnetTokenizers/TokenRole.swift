/// What a special token stands for.
enum TokenRole: String, CaseIterable, Sendable {
    // In the order in which Hugging Face adds tokens that a vocabulary lacks.
    case beginning = "bos_token"
    case end = "eos_token"
    case unknown = "unk_token"
    case separator = "sep_token"
    case padding = "pad_token"
    case classify = "cls_token"
    case mask = "mask_token"

    /// What the token is usually called, where the files do not say.
    var usualNames: [String] {
        switch self {
        case .beginning: return []
        case .end: return []
        case .unknown: return ["[UNK]", "<unk>"]
        case .separator: return ["[SEP]", "</s>"]
        case .padding: return ["[PAD]", "<pad>"]
        case .classify: return ["[CLS]", "<s>"]
        case .mask: return ["[MASK]", "<mask>"]
        }
    }
}
