import LinnetLayers
import LinnetTensors

/// A causal language model made of an embedding, pre-norm layers, a final norm and a head.
protocol Decoder: CausalLanguageModel {
    associatedtype Layer: DecoderLayer
    var layers: [Layer] { get }
    var finalNorm: Layer.Norm { get }
    /// The residual stream as it begins, `[tokens, hidden]`.
    func embed(_ pass: CausalPass) -> Tensor
    /// `[rows, hidden] → [rows, vocabulary]`.
    func head(_ hidden: Tensor, exactly demand: ExactScores) -> Tensor
}

extension Decoder {
    var layerCount: Int { layers.count }

    func logits(
        _ batch: CausalBatch, cache: KVCache?, rows: LogitSelection, exactly demand: ExactScores, dtype: DType
    ) -> Tensor {
        run(batch, cache, rows, dtype) { pass in
            head(layers.forward(embed(pass), pass, finalNorm: finalNorm), exactly: demand)
        }
    }

    func hiddenStates(_ batch: CausalBatch, cache: KVCache?, dtype: DType) -> [Tensor] {
        var states: [Tensor] = []
        let last = run(batch, cache, .all, dtype) { pass in
            layers.forward(embed(pass), pass, finalNorm: finalNorm) { states.append($0) }
        }
        return states + [last]
    }

    /// One pass: recorded for training without a cache; with one, unrecorded, and its tokens then count as held.
    private func run(
        _ batch: CausalBatch, _ cache: KVCache?, _ rows: LogitSelection, _ dtype: DType, _ body: (CausalPass) -> Tensor
    ) -> Tensor {
        let pass = CausalPass(batch, cache: cache, selection: rows, dtype: dtype)
        guard let cache else { return body(pass) }
        return withoutGradient {
            let result = body(pass)
            cache.advance(by: batch)
            return result
        }
    }
}

/// One layer of a pre-norm decoder: two norms of the residual stream and the sublayers that read them.
protocol DecoderLayer {
    associatedtype Norm: ResidualNorm
    /// What the attention reads is `attentionNorm(stream)`.
    var attentionNorm: Norm { get }
    /// What the feed-forward network reads is `feedForwardNorm(stream)`.
    var feedForwardNorm: Norm { get }
    /// What attention adds to the stream.
    ///
    /// - Parameter rows: Rows to compute; `nil` for all. Keys and values always come from all rows.
    func attention(_ normed: Tensor, _ pass: CausalPass, rows: CausalPass.SelectedRows?) -> Tensor
    /// What the feed-forward network adds to the stream.
    func feedForward(_ normed: Tensor) -> Tensor
}

extension Array where Element: DecoderLayer {
    /// Runs the layers and the final norm; each addition to the stream happens inside the norm that follows it.
    ///
    /// - Parameter observe: Is given what each layer reads.
    /// - Returns: Normed hidden states of the selected rows, `[rows, hidden]`.
    func forward(
        _ embedded: Tensor, _ pass: CausalPass, finalNorm: Element.Norm, observe: (Tensor) -> Void = { _ in }
    ) -> Tensor {
        guard let first else { return finalNorm(embedded) }
        // Rows that share keys are not differentiated on their own: all are computed, and selected at the end.
        let selectsEarly = pass.sparesRows && !embedded.requiresGradient
        var stream = embedded
        var normed = first.attentionNorm(embedded)
        for (index, layer) in enumerated() {
            observe(stream)
            let isLast = index == count - 1
            let rows = isLast && selectsEarly ? pass.selected : nil
            let attended = layer.attention(normed, pass, rows: rows)
            let kept = rows.map { stream.gatheredRows($0.rows) } ?? stream
            let middle = layer.feedForwardNorm(attended, addedTo: kept)
            let next = isLast ? finalNorm : self[index + 1].attentionNorm
            (normed, stream) = next(layer.feedForward(middle.normed), addedTo: middle.sum)
        }
        guard let selected = pass.selected, !selectsEarly else { return normed }
        return normed.gatheredRows(selected.rows)
    }
}
