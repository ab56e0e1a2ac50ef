import Linnet
import TestSupport
import Testing

/// What a golden run trains: parameters and a loss, as ten steps of Hugging Face's Trainer see them.
struct GoldenTraining {
    let golden: Golden
    /// Trainable parameters under the names of the golden file.
    let parameters: [String: Parameter]
    let loss: () -> Tensor

    /// Softmax does not change when all scores of a row move together: the gradient of a key bias is zero, in fp32 noise,
    /// and Adam divides noise by noise. Everything else is compared.
    private static let keyBiases = ["key.bias", "k_lin.bias", "c_attn.bias"]

    /// Expects the gradient of every parameter after one backward pass.
    func expectGradients() throws {
        for parameter in parameters.values { parameter.clearGradient() }
        loss().backward()
        #expect(Set(parameters.keys) == Set(golden.names(under: "gradient.")))
        for (name, parameter) in parameters {
            expectClose(parameter.gradient, try golden.tensor("gradient.\(name)"), "gradient of \(name)")
        }
    }

    /// Expects the loss, the gradient norm and the learning rate of ten steps, and the parameters after them.
    func expectTenSteps() throws {
        var arguments = TrainingArguments(output: "")
        arguments.learningRate = 1e-3
        arguments.weightDecay = 0.2
        let steps = 10
        let schedule = LearningRateSchedule(kind: .linear, warmupSteps: 2, totalSteps: steps)
        let optimizer = AdamW(Array(parameters.values), arguments: arguments)
        var (losses, norms, rates): ([Float], [Float], [Float]) = ([], [], [])
        for step in 0..<steps {
            let loss = loss()
            loss.backward()
            let norm = try optimizer.gradientNorm()
            let rate = arguments.learningRate * schedule.factor(at: step)
            let clipping = AdamW.clippingFactor(norm: norm, maximum: arguments.maxGradientNorm)
            optimizer.apply(learningRate: rate, gradientScale: clipping)
            losses.append(loss.item())
            norms.append(Float(norm))
            rates.append(Float(rate))
        }
        expectClose(losses, try golden.floats("training.losses"), "losses")
        expectClose(norms, try golden.floats("training.gradient_norms"), "gradient norms")
        expectClose(rates, try golden.floats("training.learning_rates"), tolerance: .scalar, "learning rates")
        for (name, parameter) in parameters where !Self.keyBiases.contains(where: { name.hasSuffix($0) }) {
            expectClose(parameter.master, try golden.tensor("final.\(name)"), "\(name) after ten steps")
        }
    }
}
