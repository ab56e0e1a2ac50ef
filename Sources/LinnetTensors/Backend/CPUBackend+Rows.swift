import CKernels

// Tables, segments and skinny products.
extension CPUBackend {
    func embeddingSum(_ out: Tensor, _ tables: EmbeddingTables) {
        let rows = tables.ids.count
        let columns = tables.word.columns
        let position = tables.position?.floatPointer
        let type = tables.type?.floatPointer
        if out.dtype == .float32 {
            lk_embedding_sum_f32(
                out.floatPointer, tables.word.floatPointer, tables.ids, position, tables.positions, type, tables.types,
                rows, columns)
        } else {
            lk_embedding_sum_bf16(
                out.bfloat16Pointer, tables.word.floatPointer, tables.ids, position, tables.positions, type,
                tables.types, rows, columns)
        }
    }

    func gatherRows(_ out: Tensor, _ input: Tensor, _ index: [Int32]) {
        if out.dtype == .float32 {
            lk_gather_rows_f32(out.floatPointer, input.floatPointer, index, index.count, input.columns)
        } else {
            lk_gather_rows_bf16(out.bfloat16Pointer, input.bfloat16Pointer, index, index.count, input.columns)
        }
    }

    func scatterAddRows(_ out: Tensor, _ input: Tensor, _ index: [Int32]) {
        if input.dtype == .float32 {
            lk_scatter_add_rows_f32out_f32(out.floatPointer, input.floatPointer, index, index.count, input.columns)
        } else {
            lk_scatter_add_rows_f32out_bf16(
                out.floatPointer, input.bfloat16Pointer, index, index.count, input.columns)
        }
    }

    func segmentMean(_ out: Tensor, _ input: Tensor, offsets: [Int32]) {
        if out.dtype == .float32 {
            lk_segment_mean_f32(out.floatPointer, input.floatPointer, offsets, offsets.count - 1, input.columns)
        } else {
            lk_segment_mean_bf16(
                out.bfloat16Pointer, input.bfloat16Pointer, offsets, offsets.count - 1, input.columns)
        }
    }

    func segmentMeanBackward(_ dInput: Tensor, _ dOutput: Tensor, offsets: [Int32]) {
        let (segments, rows, columns) = (offsets.count - 1, dInput.rows, dInput.columns)
        if dInput.dtype == .float32 {
            lk_segment_mean_backward_f32(
                dInput.floatPointer, dOutput.floatPointer, offsets, segments, rows, columns)
        } else {
            lk_segment_mean_backward_bf16(
                dInput.bfloat16Pointer, dOutput.bfloat16Pointer, offsets, segments, rows, columns)
        }
    }

    func l2Normalize(_ out: Tensor, _ input: Tensor) {
        if out.dtype == .float32 {
            lk_l2_normalize_f32(out.floatPointer, input.floatPointer, input.rows, input.columns)
        } else {
            lk_l2_normalize_bf16(out.bfloat16Pointer, input.bfloat16Pointer, input.rows, input.columns)
        }
    }

    func rowDots(_ out: Tensor, _ a: Tensor, _ b: Tensor) {
        if a.dtype == .float32 {
            lk_row_dots_f32(out.floatPointer, a.floatPointer, b.floatPointer, a.rows, a.columns)
        } else {
            lk_row_dots_bf16(out.floatPointer, a.bfloat16Pointer, b.bfloat16Pointer, a.rows, a.columns)
        }
    }

    func scaleRows(_ out: Tensor, _ input: Tensor, by factors: Tensor) {
        if input.dtype == .float32 {
            lk_scale_rows_f32(out.floatPointer, input.floatPointer, factors.floatPointer, input.rows, input.columns)
        } else {
            lk_scale_rows_bf16(
                out.bfloat16Pointer, input.bfloat16Pointer, factors.floatPointer, input.rows, input.columns)
        }
    }

    func lowRankProject(_ h: Tensor, _ x: Tensor, _ a: Tensor) {
        let (rows, width, rank) = (x.rows, x.columns, h.columns)
        if x.dtype == .float32 {
            lk_skinny_forward_f32(h.floatPointer, x.floatPointer, a.floatPointer, rows, width, rank)
        } else {
            lk_skinny_forward_bf16(h.floatPointer, x.bfloat16Pointer, a.floatPointer, rows, width, rank)
        }
    }

    func lowRankExpand(_ y: Tensor, _ h: Tensor, _ b: Tensor, scale: Float, transposed: Bool) {
        let (rows, width, rank) = (y.rows, y.columns, h.columns)
        switch (y.dtype, transposed) {
        case (.float32, false):
            lk_skinny_expand_add_f32(y.floatPointer, h.floatPointer, b.floatPointer, scale, rows, width, rank)
        case (.float32, true):
            lk_skinny_expand_add_t_f32(y.floatPointer, h.floatPointer, b.floatPointer, scale, rows, width, rank)
        case (_, false):
            lk_skinny_expand_add_bf16(y.bfloat16Pointer, h.floatPointer, b.floatPointer, scale, rows, width, rank)
        case (_, true):
            lk_skinny_expand_add_t_bf16(y.bfloat16Pointer, h.floatPointer, b.floatPointer, scale, rows, width, rank)
        }
    }

    func lowRankReduce(_ dh: Tensor, _ dy: Tensor, _ b: Tensor, scale: Float) {
        let (rows, width, rank) = (dy.rows, dy.columns, dh.columns)
        if dy.dtype == .float32 {
            lk_skinny_reduce_f32(dh.floatPointer, dy.floatPointer, b.floatPointer, scale, rows, width, rank)
        } else {
            lk_skinny_reduce_bf16(dh.floatPointer, dy.bfloat16Pointer, b.floatPointer, scale, rows, width, rank)
        }
    }

    func lowRankGradientA(_ dA: Tensor, _ dh: Tensor, _ x: Tensor) {
        let (rows, width, rank) = (x.rows, x.columns, dh.columns)
        if x.dtype == .float32 {
            lk_skinny_weight_gradient_a_f32(dA.floatPointer, dh.floatPointer, x.floatPointer, rows, width, rank)
        } else {
            lk_skinny_weight_gradient_a_bf16(dA.floatPointer, dh.floatPointer, x.bfloat16Pointer, rows, width, rank)
        }
    }

    func lowRankGradientB(_ dB: Tensor, _ dy: Tensor, _ h: Tensor, scale: Float) {
        let (rows, width, rank) = (dy.rows, dy.columns, h.columns)
        if dy.dtype == .float32 {
            lk_skinny_weight_gradient_b_f32(dB.floatPointer, dy.floatPointer, h.floatPointer, scale, rows, width, rank)
        } else {
            lk_skinny_weight_gradient_b_bf16(
                dB.floatPointer, dy.bfloat16Pointer, h.floatPointer, scale, rows, width, rank)
        }
    }
}
