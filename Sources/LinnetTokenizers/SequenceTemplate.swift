/// How the ids of one text or of a pair are put together with special tokens and type ids.
struct SequenceTemplate: Sendable, Equatable {
    enum Piece: Sendable, Equatable {
        case first(typeId: Int32)
        case second(typeId: Int32)
        case special(ids: [Int32], typeId: Int32)
    }

    var single: [Piece]
    var pair: [Piece]

    /// No special tokens; the second text has type 1.
    static let plain = SequenceTemplate(single: [.first(typeId: 0)], pair: [.first(typeId: 0), .second(typeId: 1)])

    /// `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`, the last two of type 1.
    static func bert(classify: Int32, separator: Int32) -> SequenceTemplate {
        let start: [Piece] = [
            .special(ids: [classify], typeId: 0), .first(typeId: 0), .special(ids: [separator], typeId: 0),
        ]
        return SequenceTemplate(
            single: start, pair: start + [.second(typeId: 1), .special(ids: [separator], typeId: 1)])
    }

    /// `<s> A </s>` and `<s> A </s></s> B </s>`, all of type 0.
    static func roberta(classify: Int32, separator: Int32) -> SequenceTemplate {
        let start: [Piece] = [
            .special(ids: [classify], typeId: 0), .first(typeId: 0), .special(ids: [separator], typeId: 0),
        ]
        let middle = Piece.special(ids: [separator], typeId: 0)
        return SequenceTemplate(single: start, pair: start + [middle, .second(typeId: 0), middle])
    }

    /// How many ids the special tokens add.
    func specialCount(isPair: Bool) -> Int {
        (isPair ? pair : single).reduce(0) { sum, piece in
            if case .special(let ids, _) = piece { return sum + ids.count }
            return sum
        }
    }

    /// The encoding of one text, or of two.
    func fill(
        _ first: UnsafeBufferPointer<Int32>, _ second: UnsafeBufferPointer<Int32>?, addsSpecialTokens: Bool
    ) -> Encoding {
        let pieces = second == nil ? single : pair
        let count = first.count + (second?.count ?? 0) + specialCount(isPair: second != nil)
        var encoding = Encoding(capacity: count)
        for piece in pieces {
            switch piece {
            case .first(let typeId):
                encoding.append(first, typeId: typeId)
            case .second(let typeId):
                if let second { encoding.append(second, typeId: typeId) }
            case .special(let ids, let typeId):
                guard addsSpecialTokens else { continue }
                ids.withUnsafeBufferPointer { encoding.append($0, typeId: typeId) }
            }
        }
        return encoding
    }
}
