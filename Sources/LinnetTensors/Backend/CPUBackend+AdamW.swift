import CKernels
import Foundation

extension CPUBackend {
    func adamW(_ update: AdamWUpdate, shadow: Tensor?) {
        guard let gradient = update.gradient else { return }
        var settings = update.settings
        lk_adamw(
            update.values.floatPointer, update.firstMoment.floatPointer, update.secondMoment.floatPointer,
            gradient.floatPointer, shadow?.bfloat16Pointer, update.values.count, &settings, 0)
    }

    func adamWRows(_ update: AdamWUpdate, gradient: RowGradient?, touched: inout [UInt8], shadow: Tensor?) {
        var settings = update.settings
        let (rows, columns) = (update.values.rows, update.values.columns)
        let place = gradient?.place ?? Array(repeating: -1, count: rows)
        lk_adamw_rows(
            update.values.floatPointer, update.firstMoment.floatPointer, update.secondMoment.floatPointer,
            gradient?.values.floatPointer, place, &touched, shadow?.bfloat16Pointer, rows, columns, &settings)
    }
}

extension AdamWUpdate {
    /// The settings as CKernels reads them; corrections are computed in double precision and rounded once.
    fileprivate var settings: lk_adamw_settings {
        lk_adamw_settings(
            learning_rate: step.learningRate, beta1: Float(step.beta1), beta2: Float(step.beta2),
            epsilon: step.epsilon, weight_decay: step.weightDecay,
            bias_correction1: Float(1 - pow(step.beta1, Double(step.step))),
            bias_correction2_sqrt: Float((1 - pow(step.beta2, Double(step.step))).squareRoot()),
            gradient_scale: step.gradientScale)
    }
}
