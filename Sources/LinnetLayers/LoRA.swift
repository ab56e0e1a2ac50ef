import LinnetTensors

/// Settings of a low-rank adapter (Hu et al., 2021), under PEFT's names.
///
/// ```swift
/// try model.store.attach(LoRA(rank: 8, alpha: 32, dropout: 0.1, targets: ["query", "value"]))
/// ```
public struct LoRA: Sendable, Equatable {
    /// Width `r` of the bottleneck.
    public var rank: Int
    /// Numerator of the scale.
    public var alpha: Float
    /// Dropout on the adapter's input while training.
    public var dropout: Float
    /// Layers that get an adapter: the last component of their path, a dotted suffix of it, or `all-linear`.
    public var targets: [String]
    /// Scale by `alpha / √rank` instead of `alpha / rank` (Kalajdzievski, 2023).
    public var usesRankStabilization: Bool
    /// Modules that are trained and saved in full beside the adapter: the new classification head.
    public var modulesToSave: [String]

    /// Settings with PEFT's defaults.
    public init(
        rank: Int = 8, alpha: Float = 8, dropout: Float = 0, targets: [String] = ["query", "value"],
        usesRankStabilization: Bool = false, modulesToSave: [String] = []
    ) {
        self.rank = rank
        self.alpha = alpha
        self.dropout = dropout
        self.targets = targets
        self.usesRankStabilization = usesRankStabilization
        self.modulesToSave = modulesToSave
    }

    /// Factor on the low-rank update.
    public var scale: Float {
        usesRankStabilization ? alpha / Float(rank).squareRoot() : alpha / Float(rank)
    }

    /// Whether the layer at `path` gets an adapter.
    func matches(_ path: String) -> Bool {
        guard !modulesToSave.contains(where: { path == $0 || path.hasSuffix(".\($0)") || path.hasPrefix("\($0).") })
        else { return false }
        return targets.contains { $0 == "all-linear" || path == $0 || path.hasSuffix(".\($0)") }
    }
}

/// The low-rank update of one linear layer: `scale · dropout(x) · Aᵀ · Bᵀ`.
public final class LowRank {
    /// `[rank, inputs]`; starts uniform in ±1/√inputs, as PEFT initialises it.
    public let a: Parameter
    /// `[outputs, rank]`; starts at zero, so that a fresh adapter changes nothing.
    public let b: Parameter
    let scale: Float
    private let dropout: Float

    init(path: String, layer: Linear, settings: LoRA, a: [Float], b: [Float]) {
        self.a = Parameter(
            name: "\(path).lora_A.weight", values: Tensor(a, shape: [settings.rank, layer.inputs]))
        self.b = Parameter(
            name: "\(path).lora_B.weight", values: Tensor(b, shape: [layer.outputs, settings.rank]))
        scale = settings.scale
        dropout = settings.dropout
    }

    /// Widest bottleneck of the fused kernels; wider ones are two ordinary products.
    private static let largestFusedRank = 64

    func update(_ y: Tensor, input: Tensor) -> Tensor {
        let x = input.dropout(dropout)
        guard a.shape[0] <= Self.largestFusedRank else {
            return y + x.linear(a.tensor(as: x.dtype)).linear(b.tensor(as: x.dtype)) * scale
        }
        return y.addingLowRank(of: x, a: a.tensor(), b: b.tensor(), scale: scale)
    }
}

/// A named adapter: one ``LowRank`` per target layer, and the modules that are saved in full with it.
public final class LoRAAdapter {
    /// The settings it was made with.
    public let settings: LoRA
    /// Updates by path of the layer, in the model's order.
    public let updates: [(path: String, layer: Linear, update: LowRank)]
    /// The model's parameters that belong to this adapter (`modulesToSave`).
    public let savedParameters: [Parameter]
    /// Their values while another adapter is active.
    fileprivate var parkedValues: [[Float]]?

    fileprivate init(
        settings: LoRA, updates: [(path: String, layer: Linear, update: LowRank)], savedParameters: [Parameter]
    ) {
        self.settings = settings
        self.updates = updates
        self.savedParameters = savedParameters
    }

    /// The adapter's own parameters: A and B of every target.
    public var parameters: [Parameter] { updates.flatMap { [$0.update.a, $0.update.b] } }
}

extension ParameterStore {
    /// Freezes the model, attaches a fresh or stored adapter to every target layer, and makes it the active one.
    ///
    /// - Parameters:
    ///   - settings: What to attach where.
    ///   - name: Several adapters may be in memory; see ``activate(_:)``.
    ///   - seed: Decides the initial values of A.
    ///   - stored: Values by name (`<path>.lora_A.weight`, and full parameters of `modulesToSave`).
    /// - Throws: ``ModelError`` if no layer matches, the settings make no sense, or a stored shape differs.
    public func attach(
        _ settings: LoRA, named name: String = "default", seed: UInt64 = 42, stored: (any WeightSource)? = nil
    ) throws {
        try check(settings)
        var numbers = RandomNumbers(seed: seed, stream: 2)
        let updates = try linears.filter { settings.matches($0.path) }.map { path, layer in
            let bound = 1 / Double(layer.inputs).squareRoot()
            let a =
                try values("\(path).lora_A.weight", shape: [settings.rank, layer.inputs], in: stored)
                ?? (0..<(settings.rank * layer.inputs)).map { _ in Float((numbers.uniform() * 2 - 1) * bound) }
            let b =
                try values("\(path).lora_B.weight", shape: [layer.outputs, settings.rank], in: stored)
                ?? Array(repeating: 0, count: layer.outputs * settings.rank)
            return (path: path, layer: layer, update: LowRank(path: path, layer: layer, settings: settings, a: a, b: b))
        }
        guard !updates.isEmpty else {
            let known = Set(linears.map { $0.path.split(separator: ".").last.map(String.init) ?? $0.path }).sorted()
            throw ModelError(
                "LoRA targets \(settings.targets.joined(separator: ",")) match no linear layer; the model has "
                    + known.joined(separator: ", "))
        }
        let saved = parameters.filter { parameter in
            settings.modulesToSave.contains { parameter.name.hasPrefix("\($0).") || parameter.name.contains(".\($0).") }
        }
        let adapter = LoRAAdapter(settings: settings, updates: updates, savedParameters: saved)
        park()
        if let stored {
            for parameter in saved {
                if let values = try values(parameter.name, shape: parameter.shape, in: stored) {
                    parameter.setValues(values)
                }
            }
        }
        adapters[name] = adapter
        activeAdapter = name
        for parameter in parameters { parameter.isTrainable = false }
        for parameter in saved { parameter.isTrainable = true }
        for (_, layer, update) in updates { layer.adapter = update }
    }

    /// Makes another adapter in memory the active one; `nil` leaves the bare model.
    public func activate(_ name: String?) throws {
        guard let name else {
            park()
            return
        }
        guard let adapter = adapters[name] else {
            throw ModelError("no adapter named \(name); in memory: \(adapters.keys.sorted().joined(separator: ", "))")
        }
        park()
        for (parameter, values) in zip(adapter.savedParameters, adapter.parkedValues ?? []) {
            parameter.setValues(values)
        }
        for (_, layer, update) in adapter.updates { layer.adapter = update }
        activeAdapter = name
    }

    /// Adds `scale · B · A` of the active adapter to the weights and lets go of the adapter.
    public func mergeActiveAdapter() throws {
        guard let name = activeAdapter, let adapter = adapters[name] else {
            throw ModelError("there is no active adapter to merge")
        }
        for (_, layer, update) in adapter.updates {
            let delta = withoutGradient { update.b.master.matmul(update.a.master) * update.scale }
            layer.weight.setValues(zip(layer.weight.master.floats(), delta.floats()).map { $0 + $1 })
            layer.adapter = nil
        }
        adapters[name] = nil
        activeAdapter = nil
    }

    /// Detaches the active adapter, keeping the values of its saved modules.
    private func park() {
        guard let name = activeAdapter, let adapter = adapters[name] else { return }
        adapter.parkedValues = adapter.savedParameters.map { $0.master.floats() }
        for (_, layer, _) in adapter.updates { layer.adapter = nil }
        activeAdapter = nil
    }

    private func check(_ settings: LoRA) throws {
        guard settings.rank > 0, settings.rank <= 1024 else {
            throw ModelError("LoRA rank: expected 1…1024, found \(settings.rank)")
        }
        guard settings.alpha.isFinite, settings.alpha > 0 else {
            throw ModelError("LoRA alpha: expected a positive number, found \(settings.alpha)")
        }
        guard settings.dropout >= 0, settings.dropout < 1 else {
            throw ModelError("LoRA dropout: expected a probability below 1, found \(settings.dropout)")
        }
    }

    private func values(_ name: String, shape: [Int], in source: (any WeightSource)?) throws -> [Float]? {
        guard let source else { return nil }
        guard let found = source.shape(of: name) else {
            throw ModelError("\(name): the adapter does not hold this tensor")
        }
        guard found == shape else {
            throw ModelError("\(name): expected shape \(shape), found \(found) in the adapter")
        }
        return try source.floats(name)
    }
}
