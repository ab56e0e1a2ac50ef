import LinnetFormats
import LinnetTensors

/// Where stored weights come from: a checkpoint on disk, or values in memory.
public protocol WeightSource {
    /// Names of all tensors.
    var names: [String] { get }
    /// Shape of a tensor; `nil` if there is none of that name.
    func shape(of name: String) -> [Int]?
    /// Values in row-major order as `float32`.
    func floats(_ name: String) throws -> [Float]
}

extension WeightFiles: WeightSource {
    /// Shape of a stored tensor; `nil` if there is none of that name.
    public func shape(of name: String) -> [Int]? { entry(name)?.shape }
}

/// How a parameter begins when the checkpoint does not hold it.
public enum InitialValue: Sendable {
    /// The checkpoint must hold it.
    case stored
    case zeros
    case ones
    /// Normal with mean 0 and this standard deviation.
    case normal(Float)
    /// Uniform in ±bound.
    case uniform(Float)
}

/// A path cursor over a checkpoint: `weights["encoder"]["layer"][0]["query"]`.
///
/// Asking it for a parameter loads the stored values, checking the shape, or initialises them, and records the parameter
/// under its full name in the ``ParameterStore``; so counting, freezing, saving and LoRA need no reflection.
public struct Weights {
    /// Dotted path of this place; empty at the root.
    public let path: String
    let store: ParameterStore
    private let source: (any WeightSource)?
    /// Path prefix that the checkpoint lacks: a bare encoder stores `embeddings…` where a model with a head
    /// stores `bert.embeddings…`.
    private let omittedPrefix: String

    /// The root of a model.
    ///
    /// - Parameters:
    ///   - store: Collects what is asked for.
    ///   - source: The checkpoint; `nil` initialises everything.
    ///   - omittedPrefix: Leading path, such as `bert.`, that stored names may lack.
    public init(store: ParameterStore, source: (any WeightSource)? = nil, omittedPrefix: String = "") {
        self.init(path: "", store: store, source: source, omittedPrefix: omittedPrefix)
    }

    private init(path: String, store: ParameterStore, source: (any WeightSource)?, omittedPrefix: String) {
        self.path = path
        self.store = store
        self.source = source
        self.omittedPrefix = omittedPrefix
    }

    /// The place one component further down.
    public subscript(_ component: String) -> Weights {
        Weights(path: join(component), store: store, source: source, omittedPrefix: omittedPrefix)
    }

    /// The place of an element of a list.
    public subscript(_ index: Int) -> Weights { self[String(index)] }

    /// The parameter of this name at this place.
    ///
    /// - Throws: ``ModelError`` naming the full path and both shapes when the stored shape differs, or the path when the
    ///   checkpoint lacks a tensor that must be stored.
    public func parameter(_ name: String, shape: [Int], initial: InitialValue = .stored) throws -> Parameter {
        let full = join(name)
        if let known = store[full] {
            guard known.shape == shape else { throw mismatch(full, expected: shape, found: known.shape) }
            return known
        }
        let values: [Float]
        if let source, let stored = storedName(full, in: source) {
            let found = source.shape(of: stored) ?? []
            guard found == shape else { throw mismatch(stored, expected: shape, found: found) }
            values = try source.floats(stored)
            store.noteUsed(stored)
        } else {
            values = try store.initialize(full, count: shape.reduce(1, *), initial, hasCheckpoint: source != nil)
        }
        let parameter = Parameter(name: full, values: Tensor(values, shape: shape))
        store.register(parameter)
        return parameter
    }

    private func join(_ component: String) -> String {
        path.isEmpty ? component : "\(path).\(component)"
    }

    /// The name in the checkpoint, with legacy spellings of norm weights (`gamma`, `beta`) and the omitted prefix.
    private func storedName(_ full: String, in source: any WeightSource) -> String? {
        var candidates = [full]
        if !omittedPrefix.isEmpty, full.hasPrefix(omittedPrefix) {
            candidates.append(String(full.dropFirst(omittedPrefix.count)))
        }
        for name in candidates {
            if source.shape(of: name) != nil { return name }
            for (current, legacy) in [("LayerNorm.weight", "LayerNorm.gamma"), ("LayerNorm.bias", "LayerNorm.beta")]
            where name.hasSuffix(current) {
                let old = name.dropLast(current.count) + legacy
                if source.shape(of: String(old)) != nil { return String(old) }
            }
        }
        return nil
    }

    private func mismatch(_ name: String, expected: [Int], found: [Int]) -> ModelError {
        ModelError("\(name): expected shape \(expected) from the configuration, found \(found) in the checkpoint")
    }
}
