import Foundation

/// Cosines and sines of every position's rotation (Su et al., 2021), fp32.
///
/// Number `c` of half a head turns by the angle `position · frequencies[c]`. Scaling rules of long-context models are
/// in the frequencies and in `attentionScaling`, a factor on cosines and sines.
public struct RotaryTables {
    /// Numbers in a head: twice the number of frequencies.
    public let headDim: Int
    /// Positions `0..<positions` have an entry.
    public let positions: Int
    /// `[positions, headDim / 2]`.
    let cosines: Tensor
    /// `[positions, headDim / 2]`.
    let sines: Tensor

    /// Tables for positions `0..<positions`.
    ///
    /// - Parameters:
    ///   - headDim: Numbers in a head; even.
    ///   - positions: How many positions will be asked for.
    ///   - frequencies: `headDim / 2` radians per position.
    ///   - attentionScaling: Factor on all entries.
    public init(headDim: Int, positions: Int, frequencies: [Float], attentionScaling: Float = 1) {
        require(headDim == 2 * frequencies.count, "\(frequencies.count) frequencies for heads of \(headDim)")
        self.headDim = headDim
        self.positions = positions
        cosines = Tensor(uninitialized: [positions, frequencies.count])
        sines = Tensor(uninitialized: [positions, frequencies.count])
        let (cosine, sine) = (cosines.floatPointer, sines.floatPointer)
        for position in 0..<positions {
            for (column, frequency) in frequencies.enumerated() {
                // The product is rounded to fp32, as transformers rounds it.
                let angle = Double(Float(position) * frequency)
                let place = position * frequencies.count + column
                cosine[place] = Float(cos(angle)) * attentionScaling
                sine[place] = Float(sin(angle)) * attentionScaling
            }
        }
    }
}

extension Tensor {
    /// Rotary position embedding: each head of each row is turned by the angles of the row's position.
    ///
    /// With `h = headDim / 2`, and cosine and sine of the row's position and of `c < h`:
    /// `y[c] = x[c] · cos − x[c + h] · sin`, `y[c + h] = x[c + h] · cos + x[c] · sin`; the order of the halves is Hugging
    /// Face's (`rotate_half`). The backward turns back.
    ///
    /// - Parameters:
    ///   - heads: Number of heads in a row: `[rows, heads × headDim]`.
    ///   - positions: Position of each row, inside the tables; −1 leaves a row as it is.
    public func rotated(heads: Int, positions: [Int32], tables: RotaryTables) -> Tensor {
        require(
            columns == heads * tables.headDim && positions.count == rows,
            "rotation of \(heads) heads of \(tables.headDim) in \(positions.count) rows of shape \(shape)")
        require(
            positions.allSatisfy { $0 >= -1 && $0 < Int32(tables.positions) },
            "a position lies outside 0..<\(tables.positions)")
        let out = Tensor(uninitialized: shape, dtype: dtype)
        backend.rotate(out, self, tables, positions: positions, direction: 1)
        guard Tensor.records(self) else { return out }
        return out.recorded(from: [self]) { dOut in
            let dInput = Tensor(uninitialized: dOut.shape, dtype: dOut.dtype)
            backend.rotate(dInput, dOut, tables, positions: positions, direction: -1)
            return [dInput]
        }
    }
}
