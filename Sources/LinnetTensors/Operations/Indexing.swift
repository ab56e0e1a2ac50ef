extension Tensor {
    /// The rows of a `[rows, columns]` tensor at the given places; −1 gives a row of zeros.
    public func gatheredRows(_ index: [Int32]) -> Tensor {
        require(index.allSatisfy { $0 >= -1 && $0 < Int32(rows) }, "a row index lies outside 0..<\(rows)")
        let out = Tensor(uninitialized: [index.count, columns], dtype: dtype)
        backend.gatherRows(out, self, index)
        let (inputShape, inputType) = (shape, dtype)
        return out.recorded(from: [self]) { dOut in
            let sum = Tensor.zeros(inputShape)
            backend.scatterAddRows(sum, dOut, index)
            return [sum.converted(to: inputType)]
        }
    }

    /// A copy in which the elements where `mask` holds are replaced by `value`; no gradient flows to those.
    ///
    /// - Parameter mask: As many as there are elements, or one per element of the last dimensions (repeated).
    public func maskedFill(_ mask: [Bool], _ value: Float) -> Tensor {
        require(!mask.isEmpty && count % mask.count == 0, "mask of \(mask.count) for shape \(shape)")
        let filled = maskedCopy(mask, value)
        return filled.recorded(from: [self]) { [$0.maskedCopy(mask, 0)] }
    }

    private func maskedCopy(_ mask: [Bool], _ value: Float) -> Tensor {
        let copy = converted(to: .float32).copied()
        for position in 0..<count where mask[position % mask.count] { copy.floatPointer[position] = value }
        return copy.converted(to: dtype)
    }

    /// Mean of the rows of each segment: `[rows, columns] → [segments, columns]`.
    ///
    /// - Parameter offsets: Segment `s` holds rows `offsets[s]..<offsets[s + 1]`.
    public func segmentMeans(offsets: [Int32]) -> Tensor {
        let out = Tensor(uninitialized: [offsets.count - 1, columns], dtype: dtype)
        backend.segmentMean(out, self, offsets: offsets)
        let (inputShape, inputType) = (shape, dtype)
        return out.recorded(from: [self]) { dOut in
            let dInput = Tensor(uninitialized: inputShape, dtype: inputType)
            backend.segmentMeanBackward(dInput, dOut, offsets: offsets)
            return [dInput]
        }
    }
}

/// Sum of embedding rows: word, and where given position and token type, in the compute type.
///
/// Gradients reach the word table as rows (``Parameter`` keeps them sparse) and the small tables densely.
///
/// - Parameters:
///   - ids: Row of `word` for each output row; −1 gives a row of zeros (all tables must agree there).
///   - dtype: Type of the result.
/// - Returns: `[ids.count, columns]`.
public func embeddingSum(
    word: Parameter, ids: [Int32], position: Parameter? = nil, positions: [Int32] = [], type: Parameter? = nil,
    types: [Int32] = [], dtype: DType
) -> Tensor {
    for index in [ids, position == nil ? nil : positions, type == nil ? nil : types].compactMap({ $0 }) {
        require(index.count == ids.count, "\(index.count) indices beside \(ids.count) ids")
    }
    if position == nil, type == nil, word.packed != nil { return rows(of: word, ids, as: dtype) }
    let (wordTable, ids) = rowTable(word, ids)
    let (positionTable, positions) = position.map { rowTable($0, positions) } ?? (nil, [])
    let (typeTable, types) = type.map { rowTable($0, types) } ?? (nil, [])
    let out = Tensor(uninitialized: [ids.count, wordTable.columns], dtype: dtype)
    backend.embeddingSum(
        out,
        EmbeddingTables(
            word: wordTable, ids: ids, position: positionTable, positions: positions, type: typeTable, types: types))
    let inputs = [wordTable, positionTable, typeTable].compactMap { $0 }
    let wordNode = wordTable.node
    return out.recorded(from: inputs) { dOut in
        if let wordNode {
            let rows = RowGradient(gradient: dOut, indices: ids, tableRows: wordTable.shape[0])
            if wordNode.rowGradient?.add(rows) == nil { wordNode.rowGradient = rows }
        }
        let small = [(positionTable, positions), (typeTable, types)].compactMap { table, index -> Tensor?? in
            guard let table else { return nil }
            guard table.node != nil else { return .some(nil) }
            let gradient = Tensor.zeros(table.shape)
            backend.scatterAddRows(gradient, dOut, index)
            return .some(gradient)
        }
        return [nil] + small
    }
}

/// The rows of an embedding without position or token type; −1 gives a row of zeros.
///
/// - Returns: `[ids.count, columns]` in the given type.
public func lookup(_ table: Parameter, _ ids: [Int32], dtype: DType) -> Tensor {
    embeddingSum(word: table, ids: ids, dtype: dtype)
}

/// A table to read rows from and their indices in it: of a packed parameter the rows alone, unpacked.
private func rowTable(_ parameter: Parameter, _ index: [Int32]) -> (table: Tensor, index: [Int32]) {
    require(
        index.allSatisfy { $0 >= -1 && $0 < Int32(clamping: parameter.shape[0]) },
        "an index lies outside the \(parameter.shape[0]) rows of an embedding")
    guard parameter.packed != nil else { return (parameter.tensor(), index) }
    return (rows(of: parameter, index, as: .float32), index.indices.map { index[$0] < 0 ? -1 : Int32($0) })
}

/// Rows of a packed parameter, with what its 8 bits leave where that is known.
private func rows(of parameter: Parameter, _ ids: [Int32], as dtype: DType) -> Tensor {
    guard let packed = parameter.packed else { return parameter.tensor(as: dtype).gatheredRows(ids) }
    guard let rest = parameter.rest else { return packed.rows(ids, as: dtype) }
    return (packed.rows(ids, as: .float32) + rest.rows(ids, as: .float32)).converted(to: dtype)
}
