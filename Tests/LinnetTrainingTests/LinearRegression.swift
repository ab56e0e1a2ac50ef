import LinnetFormats
import LinnetTensors
import LinnetTraining

/// A point of a plane: two numbers and the height to learn.
struct Point: TrainingExample {
    let x: [Float]
    let y: Float
    var tokenCount = 1

    func add(to fingerprint: inout CyclicChecksum) {
        for value in x + [y] { withUnsafeBytes(of: value) { fingerprint.update($0) } }
    }

    /// Points on the plane 2 x₀ − 3 x₁ + 1, at fixed places.
    static func samples(_ count: Int, shift: Int = 0) -> [Point] {
        var numbers = RandomNumbers(seed: 9, stream: UInt64(shift))
        return (0..<count).map { index in
            let x = [Float(numbers.normal()), Float(numbers.normal())]
            return Point(x: x, y: 2 * x[0] - 3 * x[1] + 1, tokenCount: 1 + index % 9)
        }
    }
}

/// The process dies here, as far as the loop can tell.
struct Killed: Error {}

/// The smallest model with everything the trainer treats specially: a matrix, a bias, dropout, and a frozen part.
final class LinearRegression: Trainable {
    struct Batch {
        let x: Tensor
        let y: Tensor
    }

    let weight: Parameter
    let bias: Parameter
    let scale: Parameter
    let dropout: Float
    /// Called before each loss with the number of losses before it; may throw, or change the model.
    var beforeLoss: (Int) throws -> Void = { _ in }
    private var losses = 0

    init(dropout: Float = 0) {
        weight = Parameter(name: "plane.weight", values: Tensor([0.5, -0.25], shape: [2, 1]))
        bias = Parameter(name: "plane.bias", values: Tensor([0.125], shape: [1]))
        scale = Parameter(name: "scale", values: Tensor([1], shape: [1]), isTrainable: false)
        self.dropout = dropout
    }

    var parameters: [Parameter] { [weight, bias, scale] }
    var values: [Float] { weight.master.floats() + bias.master.floats() }

    func freeze(matching pattern: String) -> [String] {
        let chosen = parameters.filter { $0.name.contains(pattern) }
        for parameter in chosen { parameter.isTrainable = false }
        return chosen.map(\.name)
    }

    func batch(_ examples: [Point]) -> Batch {
        Batch(
            x: Tensor(examples.flatMap(\.x), shape: [examples.count, 2]),
            y: Tensor(examples.map(\.y), shape: [examples.count, 1]))
    }

    func lossCount(_ batch: Batch) -> Int { batch.y.count }

    private func squares(_ batch: Batch) -> Tensor {
        let error = batch.x.dropout(dropout).matmul(weight.tensor()) + bias.tensor() - batch.y
        return error * error * scale.tensor()
    }

    func loss(_ batch: Batch, divisor: Int, arguments: TrainingArguments) throws -> Tensor {
        defer { losses += 1 }
        try beforeLoss(losses)
        return squares(batch).sum() / Float(divisor)
    }

    func evaluate(_ batch: Batch, arguments: TrainingArguments) -> (lossSum: Double, outputs: [Float]) {
        let squares = squares(batch).floats()
        return (squares.reduce(0) { $0 + Double($1) }, squares)
    }

    func save(to directory: String) throws {
        let records = parameters.map { TensorRecord(name: $0.name, shape: $0.shape, floats: $0.master.floats()) }
        try SafetensorsWriter.write(records, to: directory + "/model.safetensors")
    }

    func restore(from directory: String) throws {
        let file = try SafetensorsFile(path: directory + "/model.safetensors")
        for parameter in parameters where parameter.isTrainable { parameter.setValues(try file.floats(parameter.name)) }
    }
}

/// Remembers everything that happened.
final class Recorder: TrainingCallback {
    private(set) var events: [TrainingEvent] = []
    /// Called on every event.
    var watch: (TrainingEvent) throws -> Void = { _ in }

    func handle(_ event: TrainingEvent, _ progress: TrainingProgress) throws {
        events.append(event)
        try watch(event)
    }

    var notices: [String] {
        events.compactMap { if case .noticed(let text) = $0 { text } else { nil } }
    }

    var saved: [String] {
        events.compactMap { if case .saved(let path) = $0 { path } else { nil } }
    }

    /// The rows logged, without the numbers that depend on the clock.
    var rows: [LogEntry] {
        events.compactMap { event in
            switch event {
            case .logged(let entry), .evaluated(let entry, _):
                LogEntry(
                    step: entry.step, epoch: entry.epoch,
                    values: entry.values.filter { !$0.name.contains("runtime") && !$0.name.contains("per_second") })
            default: nil
            }
        }
    }
}
