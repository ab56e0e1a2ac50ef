import CKernels

// Attention, rotary embedding, gated activations, greatest elements.
extension CPUBackend {
    func attention(
        _ out: Tensor, _ logSumExp: Tensor?, _ q: Tensor, _ k: Tensor, _ v: Tensor, _ layout: AttentionLayout,
        _ mask: DropoutMask
    ) {
        layout.withPlan(queryRows: q.rows, keyRows: k.rows, mask) { plan in
            if out.dtype == .float32 {
                lk_attention_f32(
                    out.floatPointer, logSumExp?.floatPointer, q.floatPointer, k.floatPointer, v.floatPointer, plan)
            } else {
                lk_attention_bf16(
                    out.bfloat16Pointer, logSumExp?.floatPointer, q.bfloat16Pointer, k.bfloat16Pointer,
                    v.bfloat16Pointer, plan)
            }
        }
    }

    func attentionBackward(
        _ dq: Tensor, _ dk: Tensor, _ dv: Tensor, _ dOut: Tensor, _ forward: AttentionForward,
        _ layout: AttentionLayout, _ mask: DropoutMask
    ) {
        let (q, k, v, logSumExp) = (forward.q, forward.k, forward.v, forward.logSumExp.floatPointer)
        layout.withPlan(queryRows: q.rows, keyRows: k.rows, mask) { plan in
            if dq.dtype == .float32 {
                lk_attention_backward_f32(
                    dq.floatPointer, dk.floatPointer, dv.floatPointer, dOut.floatPointer, forward.out.floatPointer,
                    logSumExp, q.floatPointer, k.floatPointer, v.floatPointer, plan)
            } else {
                lk_attention_backward_bf16(
                    dq.bfloat16Pointer, dk.bfloat16Pointer, dv.bfloat16Pointer, dOut.bfloat16Pointer,
                    forward.out.bfloat16Pointer, logSumExp, q.bfloat16Pointer, k.bfloat16Pointer, v.bfloat16Pointer,
                    plan)
            }
        }
    }

    func rotate(_ out: Tensor, _ input: Tensor, _ tables: RotaryTables, positions: [Int32], direction: Float) {
        let (cosines, sines) = (tables.cosines.floatPointer, tables.sines.floatPointer)
        let (rows, heads) = (positions.count, input.columns / tables.headDim)
        if out.dtype == .float32 {
            lk_rotate_f32(
                out.floatPointer, input.floatPointer, cosines, sines, positions, direction, rows, heads, tables.headDim)
        } else {
            lk_rotate_bf16(
                out.bfloat16Pointer, input.bfloat16Pointer, cosines, sines, positions, direction, rows, heads,
                tables.headDim)
        }
    }

    func siluGated(_ out: Tensor, _ gate: Tensor, _ up: Tensor) {
        if out.dtype == .float32 {
            lk_silu_gated_f32(out.floatPointer, gate.floatPointer, up.floatPointer, out.count)
        } else {
            lk_silu_gated_bf16(out.bfloat16Pointer, gate.bfloat16Pointer, up.bfloat16Pointer, out.count)
        }
    }

    func siluGatedBackward(_ dGate: Tensor, _ dUp: Tensor, _ dOutput: Tensor, _ gate: Tensor, _ up: Tensor) {
        if gate.dtype == .float32 {
            lk_silu_gated_backward_f32(
                dGate.floatPointer, dUp.floatPointer, dOutput.floatPointer, gate.floatPointer, up.floatPointer,
                gate.count)
        } else {
            lk_silu_gated_backward_bf16(
                dGate.bfloat16Pointer, dUp.bfloat16Pointer, dOutput.bfloat16Pointer, gate.bfloat16Pointer,
                up.bfloat16Pointer, gate.count)
        }
    }

    func argmax(_ out: UnsafeMutablePointer<Int32>, _ input: Tensor) {
        if input.dtype == .float32 {
            lk_argmax_f32(out, input.floatPointer, input.rows, input.columns)
        } else {
            lk_argmax_bf16(out, input.bfloat16Pointer, input.rows, input.columns)
        }
    }
}

extension AttentionLayout {
    /// Calls `body` with this layout as the kernels read it.
    fileprivate func withPlan(
        queryRows: Int, keyRows: Int, _ mask: DropoutMask, _ body: (UnsafePointer<lk_attention_plan>) -> Void
    ) {
        segments.queryOffsets.withUnsafeBufferPointer { queryOffsets in
            segments.keyStarts.withUnsafeBufferPointer { keyStarts in
                segments.keyCounts.withUnsafeBufferPointer { keyCounts in
                    var plan = lk_attention_plan(
                        query_offsets: queryOffsets.baseAddress, key_starts: keyStarts.baseAddress,
                        key_counts: keyCounts.baseAddress, segments: segments.count, query_rows: queryRows,
                        key_rows: keyRows, heads: heads, key_heads: keyHeads, dim: headDim, scale: scale,
                        causal: segments.isCausal ? 1 : 0, window: window, p: mask.probability, seed: mask.seed,
                        stream: mask.stream)
                    body(&plan)
                }
            }
        }
    }
}
