import CKernels

// Packed matrices.
extension CPUBackend {
    func packedByteCount(_ format: WeightFormat, outputs: Int, inputs: Int) -> Int {
        lk_packed_bytes(format.code, outputs, inputs)
    }

    func pack(_ matrix: PackedMatrix, from bytes: UnsafeRawBufferPointer, dtype: DType) {
        guard let start = bytes.baseAddress else { return }
        lk_packed_pack(
            matrix.memory.pointer, matrix.format.code, matrix.outputs, matrix.inputs, start, dtype.element)
    }

    /// Packs whole rows from `first` on, a multiple of ``PackedMatrix/groupRows``.
    func pack(_ matrix: PackedMatrix, rowsFrom first: Int, _ rows: Tensor) {
        let offset = lk_packed_bytes(matrix.format.code, first, matrix.inputs)
        lk_packed_pack(
            matrix.memory.pointer + offset, matrix.format.code, rows.rows, matrix.inputs, rows.storage.pointer,
            rows.dtype.element)
    }

    /// Whether products of coded matrices are faster than those of plain ones here.
    var codesBfloat16: Bool { lk_has_bf16() != 0 }

    /// bfloat16 numbers in 12 bits each, where that is faster and most exponents have a code.
    func coded(_ bytes: UnsafeRawBufferPointer, dtype: DType, outputs: Int, inputs: Int) -> PackedMemory? {
        guard codesBfloat16, inputs >= Self.leastCodedInputs, let start = bytes.baseAddress else { return nil }
        if dtype == .bfloat16 { return coded(start, outputs: outputs, inputs: inputs) }
        let rounded = Storage(byteCount: outputs * inputs * DType.bfloat16.byteCount)
        lk_packed_pack(rounded.pointer, LK_PACKED_BF16, outputs, inputs, start, dtype.element)
        return withExtendedLifetime(rounded) { coded(rounded.pointer, outputs: outputs, inputs: inputs) }
    }

    private func coded(_ start: UnsafeRawPointer, outputs: Int, inputs: Int) -> PackedMemory? {
        var greatest: UInt8 = 0
        var starts = [Int32](repeating: 0, count: outputs + 1)
        lk_coded_plan(&greatest, &starts, start, outputs, inputs)
        let absent = Int(starts[outputs])
        guard absent <= outputs * inputs / Self.numbersPerAbsent else { return nil }
        let memory = PackedMemory(byteCount: lk_coded_bytes(outputs, inputs, absent))
        lk_coded_pack(memory.pointer, greatest, starts, start, outputs, inputs)
        return memory
    }

    /// Rows are filled up to multiples of 64; shorter ones are not worth it.
    private static let leastCodedInputs = 64
    /// Numbers without a code cost a gather each: at most one in so many.
    private static let numbersPerAbsent = 128

    func packRest(_ matrix: PackedMatrix, from bytes: UnsafeRawBufferPointer, dtype: DType) {
        guard let start = bytes.baseAddress else { return }
        lk_packed_pack_rest(matrix.memory.pointer, matrix.outputs, matrix.inputs, start, dtype.element)
    }

    func packBlocks(_ matrix: PackedMatrix, from blocks: UnsafeRawBufferPointer) {
        guard let start = blocks.baseAddress else { return }
        lk_packed_from_blocks(
            matrix.memory.pointer, matrix.format.code, matrix.outputs, matrix.inputs,
            start.assumingMemoryBound(to: UInt8.self))
    }

    func unpackBlocks(_ matrix: PackedMatrix, to blocks: UnsafeMutableRawBufferPointer) {
        guard let start = blocks.baseAddress else { return }
        withUnsafePointer(to: matrix.described) { lk_packed_to_blocks(start.assumingMemoryBound(to: UInt8.self), $0) }
    }

    func unpack(_ out: Tensor, _ matrix: PackedMatrix) {
        withUnsafePointer(to: matrix.described) { lk_packed_unpack(out.storage.pointer, out.dtype.element, $0) }
    }

    /// Writes a coded, `q8` or `q4` matrix in the order of ``PreparedOrder/isTiledByPairs``.
    func writeTiles(_ out: Storage, _ matrix: PackedMatrix) {
        withUnsafePointer(to: matrix.described) {
            lk_packed_tiles(out.pointer.assumingMemoryBound(to: UInt16.self), $0)
        }
    }

    func packedRows(_ out: Tensor, _ matrix: PackedMatrix, _ ids: [Int32]) {
        withUnsafePointer(to: matrix.described) {
            lk_packed_rows(out.storage.pointer, out.dtype.element, $0, ids, ids.count)
        }
    }

    func packedProducts(_ products: [PackedProduct], of x: Tensor) {
        guard let outType = products.first?.out.dtype else { return }
        withUnsafeTemporaryAllocation(of: lk_packed_product.self, capacity: products.count) { described in
            for (place, product) in products.enumerated() { described[place] = product.described }
            withExtendedLifetime(products) {
                lk_packed_products(
                    described.baseAddress, products.count, outType.element, x.storage.pointer, x.dtype.element, x.rows)
            }
        }
    }

    /// Computes some groups of 16 outputs of one product; the other outputs stay as they are.
    func packedGroups(_ groups: [Int32], _ product: PackedProduct, of x: Tensor) {
        groups.withUnsafeBufferPointer { groups in
            guard let start = groups.baseAddress, !groups.isEmpty else { return }
            var described = product.described
            (described.groups, described.group_count) = (start, groups.count)
            withExtendedLifetime(product) {
                lk_packed_products(
                    &described, 1, product.out.dtype.element, x.storage.pointer, x.dtype.element, x.rows)
            }
        }
    }

    /// The greatest of each group of 16 numbers in `float32`.
    func groupMaxima(_ numbers: UnsafeMutableBufferPointer<Float>) -> [Float] {
        guard let start = numbers.baseAddress else { return [] }
        let groups = (numbers.count + PackedMatrix.groupRows - 1) / PackedMatrix.groupRows
        return [Float](unsafeUninitializedCapacity: groups) { maxima, count in
            lk_packed_maxima(maxima.baseAddress, start, numbers.count)
            count = groups
        }
    }
}

extension PackedProduct {
    /// CKernels' description; valid while the product lives.
    fileprivate var described: lk_packed_product {
        lk_packed_product(
            matrix: matrix.described, bias: bias.map { UnsafePointer($0.floatPointer) }, out: out.storage.pointer,
            groups: nil, group_count: 0)
    }
}

extension PackedMatrix {
    /// CKernels' description; valid while the matrix lives.
    fileprivate var described: lk_packed_matrix {
        lk_packed_matrix(
            weights: memory.pointer, outputs: outputs, inputs: inputs,
            format: isCoded ? LK_PACKED_CODED : format.code)
    }
}

extension WeightFormat {
    /// CKernels' code of this format.
    fileprivate var code: lk_packed_format {
        switch self {
        case .fp32: LK_PACKED_F32
        case .bf16: LK_PACKED_BF16
        case .q8: LK_PACKED_Q8
        case .q4: LK_PACKED_Q4
        }
    }
}

extension DType {
    /// CKernels' code of this type of activations.
    fileprivate var element: lk_element {
        require(self != .int32, "expected float32 or bfloat16, found \(self)")
        return self == .float32 ? LK_ELEMENT_F32 : LK_ELEMENT_BF16
    }
}
