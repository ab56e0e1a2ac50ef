import CKernels

/// The processor: CKernels for what is memory-bound, oneDNN for matrix products, one libgomp pool beneath both.
struct CPUBackend: ComputeBackend {
    let products = MatmulCache()

    func convert(_ out: Tensor, _ input: Tensor) {
        switch (out.dtype, input.dtype) {
        case (.bfloat16, .float32): lk_f32_to_bf16(out.bfloat16Pointer, input.floatPointer, input.count)
        case (.float32, .bfloat16): lk_bf16_to_f32(out.floatPointer, input.bfloat16Pointer, input.count)
        default: preconditionFailure("no conversion from \(input.dtype) to \(out.dtype)")
        }
    }

    func add(_ out: Tensor, _ a: Tensor, _ b: Tensor) {
        if out.dtype == .float32 {
            lk_add_f32(out.floatPointer, a.floatPointer, b.floatPointer, out.count)
        } else {
            lk_add_bf16(out.bfloat16Pointer, a.bfloat16Pointer, b.bfloat16Pointer, out.count)
        }
    }

    func subtract(_ out: Tensor, _ a: Tensor, _ b: Tensor) {
        if out.dtype == .float32 {
            lk_sub_f32(out.floatPointer, a.floatPointer, b.floatPointer, out.count)
        } else {
            lk_sub_bf16(out.bfloat16Pointer, a.bfloat16Pointer, b.bfloat16Pointer, out.count)
        }
    }

    func multiply(_ out: Tensor, _ a: Tensor, _ b: Tensor) {
        if out.dtype == .float32 {
            lk_mul_f32(out.floatPointer, a.floatPointer, b.floatPointer, out.count)
        } else {
            lk_mul_bf16(out.bfloat16Pointer, a.bfloat16Pointer, b.bfloat16Pointer, out.count)
        }
    }

    func divide(_ out: Tensor, _ a: Tensor, _ b: Tensor) {
        if out.dtype == .float32 {
            lk_div_f32(out.floatPointer, a.floatPointer, b.floatPointer, out.count)
        } else {
            lk_div_bf16(out.bfloat16Pointer, a.bfloat16Pointer, b.bfloat16Pointer, out.count)
        }
    }

    func scale(_ out: Tensor, _ input: Tensor, by factor: Float) {
        if out.dtype == .float32 {
            lk_scale_f32(out.floatPointer, input.floatPointer, factor, out.count)
        } else {
            lk_scale_bf16(out.bfloat16Pointer, input.bfloat16Pointer, factor, out.count)
        }
    }

    func offset(_ out: Tensor, _ input: Tensor, by amount: Float) {
        if out.dtype == .float32 {
            lk_add_scalar_f32(out.floatPointer, input.floatPointer, amount, out.count)
        } else {
            lk_add_scalar_bf16(out.bfloat16Pointer, input.bfloat16Pointer, amount, out.count)
        }
    }

    func addRow(_ out: Tensor, _ input: Tensor, row: Tensor) {
        if out.dtype == .float32 {
            lk_add_row_f32(out.floatPointer, input.floatPointer, row.floatPointer, input.count / row.count, row.count)
        } else {
            lk_add_row_bf16(
                out.bfloat16Pointer, input.bfloat16Pointer, row.floatPointer, input.count / row.count, row.count)
        }
    }

    func unary(_ out: Tensor, _ input: Tensor, _ function: UnaryFunction) {
        if out.dtype == .float32 {
            lk_unary_f32(out.floatPointer, input.floatPointer, function.code, out.count)
        } else {
            lk_unary_bf16(out.bfloat16Pointer, input.bfloat16Pointer, function.code, out.count)
        }
    }

    func unaryBackward(_ dInput: Tensor, _ dOutput: Tensor, _ input: Tensor, _ function: UnaryFunction) {
        if dInput.dtype == .float32 {
            lk_unary_backward_f32(
                dInput.floatPointer, dOutput.floatPointer, input.floatPointer, function.code, input.count)
        } else {
            lk_unary_backward_bf16(
                dInput.bfloat16Pointer, dOutput.bfloat16Pointer, input.bfloat16Pointer, function.code, input.count)
        }
    }

    func dropout(_ out: Tensor, _ input: Tensor, _ mask: DropoutMask) {
        if out.dtype == .float32 {
            lk_dropout_f32(
                out.floatPointer, input.floatPointer, mask.probability, mask.seed, mask.stream, out.count)
        } else {
            lk_dropout_bf16(
                out.bfloat16Pointer, input.bfloat16Pointer, mask.probability, mask.seed, mask.stream, out.count)
        }
    }

    func columnSum(_ out: Tensor, _ input: Tensor) {
        let rows = input.count / max(out.count, 1)
        if input.dtype == .float32 {
            lk_column_sum_f32(out.floatPointer, input.floatPointer, rows, out.count)
        } else {
            lk_column_sum_bf16(out.floatPointer, input.bfloat16Pointer, rows, out.count)
        }
    }

    func sum(_ input: Tensor) -> Double {
        input.dtype == .float32
            ? lk_sum_f32(input.floatPointer, input.count) : lk_sum_bf16(input.bfloat16Pointer, input.count)
    }

    func squareSum(_ input: Tensor) -> Double {
        input.dtype == .float32
            ? lk_square_sum_f32(input.floatPointer, input.count)
            : lk_square_sum_bf16(input.bfloat16Pointer, input.count)
    }
}

extension UnaryFunction {
    /// CKernels' code of this function.
    fileprivate var code: lk_unary { lk_unary(rawValue: UInt32(rawValue)) }
}
