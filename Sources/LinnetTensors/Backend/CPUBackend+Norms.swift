import CKernels

// Norms, softmax, losses.
extension CPUBackend {
    func norm(_ out: Tensor, _ state: NormState, _ input: Tensor, _ norm: NormWeights) {
        let (mean, deviation) = (state.mean?.floatPointer, state.reciprocalDeviation?.floatPointer)
        let (gamma, beta) = (norm.gamma.floatPointer, norm.beta?.floatPointer)
        if out.dtype == .float32 {
            lk_norm_f32(
                out.floatPointer, mean, deviation, input.floatPointer, gamma, beta, norm.epsilon, input.rows,
                input.columns)
        } else {
            lk_norm_bf16(
                out.bfloat16Pointer, mean, deviation, input.bfloat16Pointer, gamma, beta, norm.epsilon, input.rows,
                input.columns)
        }
    }

    func normBackward(
        _ dInput: Tensor, _ dGamma: Tensor?, _ dBeta: Tensor?, _ dOutput: Tensor, _ input: Tensor, _ state: NormState,
        _ norm: NormWeights
    ) {
        let (mean, deviation) = (state.mean?.floatPointer, state.reciprocalDeviation?.floatPointer)
        let (dGamma, dBeta, gamma) = (dGamma?.floatPointer, dBeta?.floatPointer, norm.gamma.floatPointer)
        if input.dtype == .float32 {
            lk_norm_backward_f32(
                dInput.floatPointer, dGamma, dBeta, dOutput.floatPointer, input.floatPointer, mean, deviation, gamma,
                input.rows, input.columns)
        } else {
            lk_norm_backward_bf16(
                dInput.bfloat16Pointer, dGamma, dBeta, dOutput.bfloat16Pointer, input.bfloat16Pointer, mean, deviation,
                gamma, input.rows, input.columns)
        }
    }

    func dropoutAddNorm(
        _ out: Tensor, _ sum: Tensor, _ state: NormState, _ input: Tensor, _ residual: Tensor, _ mask: DropoutMask,
        _ norm: NormWeights
    ) {
        let (mean, deviation) = (state.mean?.floatPointer, state.reciprocalDeviation?.floatPointer)
        let (gamma, beta) = (norm.gamma.floatPointer, norm.beta?.floatPointer)
        if out.dtype == .float32 {
            lk_dropout_add_norm_f32(
                out.floatPointer, sum.floatPointer, mean, deviation, input.floatPointer, residual.floatPointer,
                mask.probability, mask.seed, mask.stream, gamma, beta, norm.epsilon, input.rows, input.columns)
        } else {
            lk_dropout_add_norm_bf16(
                out.bfloat16Pointer, sum.bfloat16Pointer, mean, deviation, input.bfloat16Pointer,
                residual.bfloat16Pointer, mask.probability, mask.seed, mask.stream, gamma, beta, norm.epsilon,
                input.rows, input.columns)
        }
    }

    func dropoutAddNormBackward(
        _ dInput: Tensor, _ dResidual: Tensor, _ dGamma: Tensor?, _ dBeta: Tensor?, _ dOutput: Tensor, _ sum: Tensor,
        _ state: NormState, _ mask: DropoutMask, _ norm: NormWeights
    ) {
        let (mean, deviation) = (state.mean?.floatPointer, state.reciprocalDeviation?.floatPointer)
        let (dGamma, dBeta, gamma) = (dGamma?.floatPointer, dBeta?.floatPointer, norm.gamma.floatPointer)
        if sum.dtype == .float32 {
            lk_dropout_add_norm_backward_f32(
                dInput.floatPointer, dResidual.floatPointer, dGamma, dBeta, dOutput.floatPointer, sum.floatPointer,
                mean, deviation, gamma, mask.probability, mask.seed, mask.stream, sum.rows, sum.columns)
        } else {
            lk_dropout_add_norm_backward_bf16(
                dInput.bfloat16Pointer, dResidual.bfloat16Pointer, dGamma, dBeta, dOutput.bfloat16Pointer,
                sum.bfloat16Pointer, mean, deviation, gamma, mask.probability, mask.seed, mask.stream, sum.rows,
                sum.columns)
        }
    }

    func softmax(_ out: Tensor, _ input: Tensor) {
        if out.dtype == .float32 {
            lk_softmax_f32(out.floatPointer, input.floatPointer, input.rows, input.columns)
        } else {
            lk_softmax_bf16(out.bfloat16Pointer, input.bfloat16Pointer, input.rows, input.columns)
        }
    }

    func softmaxBackward(_ dInput: Tensor, _ dOutput: Tensor, _ output: Tensor) {
        let (rows, columns) = (output.rows, output.columns)
        if output.dtype == .float32 {
            lk_softmax_backward_f32(
                dInput.floatPointer, dOutput.floatPointer, output.floatPointer, rows, columns)
        } else {
            lk_softmax_backward_bf16(
                dInput.bfloat16Pointer, dOutput.bfloat16Pointer, output.bfloat16Pointer, rows, columns)
        }
    }

    func logSoftmax(_ out: Tensor, _ input: Tensor) {
        if out.dtype == .float32 {
            lk_log_softmax_f32(out.floatPointer, input.floatPointer, input.rows, input.columns)
        } else {
            lk_log_softmax_bf16(out.bfloat16Pointer, input.bfloat16Pointer, input.rows, input.columns)
        }
    }

    func logSoftmaxBackward(_ dInput: Tensor, _ dOutput: Tensor, _ output: Tensor) {
        let (rows, columns) = (output.rows, output.columns)
        if output.dtype == .float32 {
            lk_log_softmax_backward_f32(
                dInput.floatPointer, dOutput.floatPointer, output.floatPointer, rows, columns)
        } else {
            lk_log_softmax_backward_bf16(
                dInput.bfloat16Pointer, dOutput.bfloat16Pointer, output.bfloat16Pointer, rows, columns)
        }
    }

    func crossEntropy(
        _ losses: Tensor, _ logSumExp: Tensor, _ logits: Tensor, targets: [Int32], smoothing: Float
    ) {
        let (rows, classes) = (logits.rows, logits.columns)
        if logits.dtype == .float32 {
            lk_cross_entropy_f32(
                losses.floatPointer, logSumExp.floatPointer, logits.floatPointer, targets, smoothing, rows, classes)
        } else {
            lk_cross_entropy_bf16(
                losses.floatPointer, logSumExp.floatPointer, logits.bfloat16Pointer, targets, smoothing, rows, classes)
        }
    }

    func crossEntropyBackward(
        _ dLogits: Tensor, _ logits: Tensor, _ logSumExp: Tensor, targets: [Int32], smoothing: Float, scale: Float
    ) {
        let (rows, classes) = (dLogits.rows, dLogits.columns)
        if dLogits.dtype == .float32 {
            lk_cross_entropy_backward_f32(
                dLogits.floatPointer, logits.floatPointer, logSumExp.floatPointer, targets, smoothing, scale, rows,
                classes)
        } else {
            lk_cross_entropy_backward_bf16(
                dLogits.bfloat16Pointer, logits.bfloat16Pointer, logSumExp.floatPointer, targets, smoothing, scale,
                rows, classes)
        }
    }
}
