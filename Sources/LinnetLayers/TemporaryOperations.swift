// Compositions that stand in until the fused operations are merged.
import Foundation
import LinnetTensors

extension Tensor {
    func rmsNorm(weight: Tensor, epsilon: Float) -> Tensor {
        let x = converted(to: .float32)
        let scale = ((x * x).sum(axis: -1, keepingDimension: true) * (1 / Float(shape[shape.count - 1])) + epsilon).sqrt()
        return (x / scale * weight).converted(to: dtype)
    }
    func addedRMSNormed(residual: Tensor, weight: Tensor, epsilon: Float) -> (normed: Tensor, sum: Tensor) {
        let sum = self + residual
        return (sum.rmsNorm(weight: weight, epsilon: epsilon), sum)
    }
    func addedLayerNormed(residual: Tensor, gamma: Tensor, beta: Tensor, epsilon: Float) -> (normed: Tensor, sum: Tensor) {
        let sum = self + residual
        return (sum.layerNorm(gamma: gamma, beta: beta, epsilon: epsilon), sum)
    }
    func siluGated(by up: Tensor) -> Tensor { silu() * up }
    public func rotated(heads: Int, positions: [Int32], tables: RotaryTables) -> Tensor {
        let half = tables.headDim / 2, rows = shape[0]
        let x = converted(to: .float32).reshaped([rows, heads, 2, half])
        let a = x.slice(0..<1, axis: 2), b = x.slice(1..<2, axis: 2)
        var c: [Float] = [], s: [Float] = []
        for p in positions {
            for i in 0..<half {
                let angle = Float(max(p, 0)) * tables.frequencies[i]
                c.append(p < 0 ? 0 : cosf(angle) * tables.attentionScaling)
                s.append(p < 0 ? 0 : sinf(angle) * tables.attentionScaling)
            }
        }
        let cos = Tensor(c, shape: [rows, 1, 1, half]), sin = Tensor(s, shape: [rows, 1, 1, half])
        return Tensor.concatenated([a * cos - b * sin, b * cos + a * sin], axis: 2).reshaped(shape).converted(to: dtype)
    }
}
public struct RotaryTables {
    public let headDim: Int
    let frequencies: [Float]
    let attentionScaling: Float
    public init(headDim: Int, positions: Int, frequencies: [Float], attentionScaling: Float = 1) {
        (self.headDim, self.frequencies, self.attentionScaling) = (headDim, frequencies, attentionScaling)
    }
}
public struct AttentionSegments {
    public var queryOffsets: [Int32], keyStarts: [Int32], keyCounts: [Int32], isCausal: Bool
    public init(queryOffsets: [Int32], keyStarts: [Int32], keyCounts: [Int32], isCausal: Bool) {
        (self.queryOffsets, self.keyStarts, self.keyCounts, self.isCausal) = (queryOffsets, keyStarts, keyCounts, isCausal)
    }
}
public func groupedAttention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, heads: Int, keyValueHeads: Int, segments: AttentionSegments,
    slidingWindow: Int? = nil, scale: Float? = nil, dropout: Float = 0
) -> Tensor {
    let headDim = q.shape[1] / heads
    var parts: [Tensor] = []
    func split(_ x: Tensor, _ own: Int) -> Tensor {
        let n = x.shape[0]
        let y = x.converted(to: .float32).reshaped([n, own, headDim]).permuted([1, 0, 2])  // [own, n, d]
        guard own != heads else { return y }
        let pick = (0..<heads).map { Int32($0 / (heads / own)) }
        return y.reshaped([own, n * headDim]).gatheredRows(pick).reshaped([heads, n, headDim])
    }
    for s in segments.keyStarts.indices {
        let (from, to) = (Int(segments.queryOffsets[s]), Int(segments.queryOffsets[s + 1]))
        let (start, count) = (Int(segments.keyStarts[s]), Int(segments.keyCounts[s]))
        if from == to { continue }
        let (qs, ks, vs) = (
            split(q.slice(from..<to), heads), split(k.slice(start..<(start + count)), keyValueHeads),
            split(v.slice(start..<(start + count)), keyValueHeads)
        )
        var mask: [Bool] = []
        for i in 0..<(to - from) {
            let place = i + count - (to - from)
            for j in 0..<count { mask.append(j > place || (slidingWindow.map { j <= place - $0 } ?? false)) }
        }
        let scores = qs.matmul(ks.transposed()) * (scale ?? 1 / Float(headDim).squareRoot())
        let out = scores.maskedFill(mask, -3e38).softmax().matmul(vs)  // [heads, n, d]
        parts.append(out.permuted([1, 0, 2]).reshaped([to - from, heads * headDim]))
    }
    let done = parts.reduce(0) { $0 + $1.shape[0] }
    if done < q.shape[0] { parts.append(Tensor.zeros([q.shape[0] - done, heads * headDim])) }
    return Tensor.concatenated(parts).converted(to: q.dtype)
}
public final class KeyValueStore {
    let capacity: Int
    public private(set) var keys: Tensor
    public private(set) var values: Tensor
    public init(slots: Int, capacity: Int, width: Int, dtype: DType) {
        self.capacity = capacity
        keys = Tensor.zeros([slots * capacity, width], dtype: dtype)
        values = Tensor.zeros([slots * capacity, width], dtype: dtype)
    }
    public func append(_ k: Tensor, _ v: Tensor, offsets: [Int32], slots: [Int], at lengths: [Int]) {
        keys = placed(keys, k, offsets, slots, lengths)
        values = placed(values, v, offsets, slots, lengths)
    }
    public func copyPrefix(from slot: Int, to target: Int, length: Int) {
        func moved(_ x: Tensor) -> Tensor {
            let index = (0..<x.shape[0]).map { row in
                row >= target * capacity && row < target * capacity + length
                    ? Int32(row - target * capacity + slot * capacity) : Int32(row)
            }
            return x.gatheredRows(index)
        }
        (keys, values) = (moved(keys), moved(values))
    }
    private func placed(_ x: Tensor, _ new: Tensor, _ offsets: [Int32], _ slots: [Int], _ lengths: [Int]) -> Tensor {
        let both = Tensor.concatenated([x, new])
        var index = (0..<x.shape[0]).map { Int32($0) }
        for (s, slot) in slots.enumerated() {
            for (i, row) in (offsets[s]..<offsets[s + 1]).enumerated() {
                index[slot * capacity + lengths[s] + i] = Int32(x.shape[0]) + row
            }
        }
        return both.gatheredRows(index)
    }
}
public func linear(_ x: Tensor, _ layers: [(weight: Parameter, bias: Parameter?)]) -> [Tensor] {
    layers.map { x.linear($0.weight.tensor(as: x.dtype), bias: $0.bias?.tensor()) }
}
public func project(_ x: Tensor, _ layers: [Linear]) -> [Tensor] { layers.map { $0(x) } }
