import LinnetFormats
import LinnetTensors

/// AdamW over the trainable parameters of a model, with Hugging Face's rule for what decays.
public final class AdamW {
    /// Steps applied so far.
    public private(set) var step = 0
    private let arguments: TrainingArguments
    private let parameters: [Parameter]
    private var moments: [AdamWMoments]

    /// An optimizer whose moments are zero.
    ///
    /// - Parameters:
    ///   - parameters: what is trained.
    ///   - arguments: betas, epsilon and weight decay.
    public init(_ parameters: [Parameter], arguments: TrainingArguments) {
        self.parameters = parameters
        self.arguments = arguments
        moments = parameters.map { AdamWMoments(for: $0) }
    }

    /// Whether weight decay applies to a parameter: not to biases and norms.
    ///
    /// By the name as `Trainer.get_decay_parameter_names` has it; and never to a vector, since a norm may have any name
    /// (GPT-2's `ln_1`), as that function tells by the type of the module.
    public static func decays(_ name: String, shape: [Int]) -> Bool {
        guard shape.count >= 2 else { return false }
        let name = name.lowercased()
        if name.contains("bias") || name.contains("layernorm") || name.contains("rmsnorm") { return false }
        return !name.split(separator: ".").contains { $0 == "norm" || $0.hasSuffix("_norm") }
    }

    /// The global norm of all gradients, √Σ‖g‖².
    ///
    /// - Throws: `TrainingError.notFinite` naming the first parameter whose gradient holds NaN or infinity.
    public func gradientNorm() throws -> Double {
        var total = 0.0
        for parameter in parameters {
            let squares = parameter.gradientSquareSum()
            guard squares.isFinite else {
                throw TrainingError.notFinite(
                    what: "the gradient of \(parameter.name)", value: "not finite", step: step + 1)
            }
            total += squares
        }
        return total.squareRoot()
    }

    /// Applies one step with the accumulated gradients and forgets them.
    ///
    /// - Parameters:
    ///   - learningRate: the rate of this step.
    ///   - gradientScale: a factor on every gradient: the clipping coefficient.
    public func apply(learningRate: Double, gradientScale: Double) {
        step += 1
        var update = AdamWStep(step: step, learningRate: Float(learningRate))
        update.beta1 = arguments.adamBeta1
        update.beta2 = arguments.adamBeta2
        update.epsilon = Float(arguments.adamEpsilon)
        update.gradientScale = Float(gradientScale)
        for (index, parameter) in parameters.enumerated() {
            update.weightDecay = Self.decays(parameter.name, shape: parameter.shape) ? Float(arguments.weightDecay) : 0
            parameter.applyAdamW(update, moments: &moments[index])
        }
    }

    /// What clips gradients of this norm to `maximum`: min(1, maximum / (norm + 10⁻⁶)) as PyTorch; 1 when not clipping.
    public static func clippingFactor(norm: Double, maximum: Double) -> Double {
        maximum > 0 ? min(1, maximum / (norm + 1e-6)) : 1
    }

    // MARK: Saving

    /// Writes the moments to a safetensors file; the step is in its metadata.
    public func save(to path: String) throws {
        let records = zip(parameters, moments).flatMap { parameter, moments in
            [
                Self.record(parameter.name + ".exp_avg", moments.first),
                Self.record(parameter.name + ".exp_avg_sq", moments.second),
                TensorRecord(
                    name: parameter.name + ".touched_rows", dtype: .uint8, shape: [moments.touchedRows.count],
                    bytes: moments.touchedRows),
            ]
        }
        try SafetensorsWriter.write(records, metadata: ["format": "pt", "step": "\(step)"], to: path)
    }

    /// Takes the moments and the step from a file that ``save(to:)`` wrote for the same parameters.
    ///
    /// - Throws: `TrainingError.damagedCheckpoint` when a tensor is missing or has another size, or one is left over.
    public func restore(from path: String) throws {
        let file = try SafetensorsFile(path: path)
        guard let step = file.metadata["step"].flatMap({ Int($0) }), step >= 0 else {
            throw TrainingError.damagedCheckpoint(path: path, reason: "metadata holds no step")
        }
        guard file.entries.count == 3 * parameters.count else {
            throw TrainingError.damagedCheckpoint(
                path: path, reason: "expected \(3 * parameters.count) tensors, found \(file.entries.count)")
        }
        for (index, parameter) in parameters.enumerated() {
            let first = try tensor(parameter.name + ".exp_avg", in: file, shape: parameter.shape)
            let second = try tensor(parameter.name + ".exp_avg_sq", in: file, shape: parameter.shape)
            let touched = try bytes(parameter.name + ".touched_rows", in: file)
            guard touched.count == moments[index].touchedRows.count else {
                throw TrainingError.damagedCheckpoint(path: path, reason: "\(parameter.name): wrong number of rows")
            }
            moments[index].first = first
            moments[index].second = second
            moments[index].touchedRows = touched
        }
        self.step = step
    }

    private static func record(_ name: String, _ tensor: Tensor) -> TensorRecord {
        TensorRecord(name: name, dtype: .float32, shape: tensor.shape) { sink in
            try tensor.withFloats { try sink(UnsafeRawBufferPointer($0)) }
        }
    }

    private func tensor(_ name: String, in file: SafetensorsFile, shape: [Int]) throws -> Tensor {
        guard let entry = file.entry(name), entry.shape == shape else {
            let found = file.entry(name).map { "shape \($0.shape)" } ?? "nothing"
            throw TrainingError.damagedCheckpoint(
                path: file.path, reason: "\(name): expected shape \(shape), found \(found)")
        }
        return Tensor(try file.floats(name), shape: shape)
    }

    private func bytes(_ name: String, in file: SafetensorsFile) throws -> [UInt8] {
        guard let entry = file.entry(name) else {
            throw TrainingError.damagedCheckpoint(path: file.path, reason: "\(name) is missing")
        }
        return file.withBytes(of: entry) { Array($0) }
    }
}
