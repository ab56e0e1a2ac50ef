import Foundation
import LinnetTensors

/// All parameters of a model by name, in the order the model asked for them, and its linear layers by path.
public final class ParameterStore {
    /// The model's own parameters, in order of construction; adapters are beside them.
    public private(set) var parameters: [Parameter] = []
    /// Names that the checkpoint did not hold and that start from random or constant values.
    public private(set) var initializedNames: [String] = []
    /// Names of matrices that checkpoints hold `[inputs, outputs]`, as GPT-2's are, and the model `[outputs, inputs]`.
    public private(set) var transposedNames: Set<String> = []
    /// Linear layers by path, in order of construction: what an adapter can attach to.
    public private(set) var linears: [(path: String, layer: Linear)] = []
    /// Adapters in memory by name.
    public internal(set) var adapters: [String: LoRAAdapter] = [:]
    /// The adapter that takes part in the forward pass.
    public internal(set) var activeAdapter: String?

    private var byName: [String: Parameter] = [:]
    private var usedNames: Set<String> = []
    private var randomNumbers: RandomNumbers
    private var initializedBytes = 0

    /// An empty store.
    ///
    /// - Parameter seed: Decides the values of parameters that no checkpoint holds.
    public init(seed: UInt64 = 42) {
        randomNumbers = RandomNumbers(seed: seed, stream: 1)
    }

    /// The parameter of this full name.
    public subscript(_ name: String) -> Parameter? { byName[name] }

    /// What takes part in the forward pass: parameters of the model and of the active adapter, frozen ones too.
    public var activeParameters: [Parameter] {
        let adapter = activeAdapter.flatMap { adapters[$0] }
        return parameters + (adapter?.parameters ?? [])
    }

    /// What training changes.
    public var trainable: [Parameter] { activeParameters.filter(\.isTrainable) }

    /// Number of elements that training changes, and of all, counted as PEFT counts them.
    public var counts: (trainable: Int, total: Int) {
        (trainable.map(\.count).reduce(0, +), activeParameters.map(\.count).reduce(0, +))
    }

    /// Freezes every parameter whose name contains one of the patterns; `*` matches any run of characters.
    ///
    /// - Returns: The names frozen.
    @discardableResult
    public func freeze(matching patterns: [String]) -> [String] {
        let chosen = parameters.filter { parameter in
            patterns.contains { NamePattern($0).isFound(in: parameter.name) }
        }
        for parameter in chosen { parameter.isTrainable = false }
        return chosen.map(\.name)
    }

    /// Stored tensors that the model did not ask for.
    public func unusedNames(of source: any WeightSource) -> [String] {
        source.names.filter { !usedNames.contains($0) }
    }

    func register(_ parameter: Parameter) {
        parameters.append(parameter)
        byName[parameter.name] = parameter
    }

    func register(_ layer: Linear, at path: String) {
        linears.append((path, layer))
    }

    func noteUsed(_ name: String) {
        usedNames.insert(name)
    }

    func noteTransposed(_ name: String) {
        transposedNames.insert(name)
    }

    func initialize(_ name: String, count: Int, _ initial: InitialValue, hasCheckpoint: Bool) throws -> [Float] {
        if hasCheckpoint { initializedNames.append(name) }
        if case .stored = initial { throw ModelError("\(name): the checkpoint does not hold this tensor") }
        try claim(count * DType.float32.byteCount, for: name)
        switch initial {
        case .stored, .zeros: return Array(repeating: 0, count: count)
        case .ones: return Array(repeating: 1, count: count)
        case .normal(let deviation): return (0..<count).map { _ in Float(randomNumbers.normal()) * deviation }
        case .uniform(let bound): return (0..<count).map { _ in Float(randomNumbers.uniform() * 2 - 1) * bound }
        }
    }

    /// Refuses a configuration whose fresh parameters alone fill the machine's memory.
    private func claim(_ bytes: Int, for name: String) throws {
        let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        guard bytes <= memory - initializedBytes else {
            throw ModelError(
                "\(name): the configuration asks for more parameters than the machine's memory of \(memory >> 20) MiB "
                    + "holds")
        }
        initializedBytes += bytes
    }
}

/// A parameter name with `*` for any run of characters, found anywhere in a name.
struct NamePattern {
    private let pieces: [[UInt8]]

    init(_ text: String) {
        pieces = text.utf8.split(separator: UInt8(ascii: "*")).map { Array($0) }
    }

    func isFound(in name: String) -> Bool {
        let bytes = Array(name.utf8)
        var start = 0
        for piece in pieces {
            let lastStart = bytes.count - piece.count
            guard start <= lastStart,
                let place = (start...lastStart).first(where: { bytes[$0..<($0 + piece.count)].elementsEqual(piece) })
            else { return false }
            start = place + piece.count
        }
        return !pieces.isEmpty
    }
}
