import LinnetFormats
import LinnetTensors

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
    /// Whether a tensor that the checkpoint lacks is an error, whatever its initial value.
    private let isComplete: Bool
    private let storage: WeightStorage
    private let keepsRest: Bool
    private let isSketched: Bool

    /// The root of a model.
    ///
    /// - Parameters:
    ///   - store: Collects what is asked for.
    ///   - source: The checkpoint; `nil` initialises everything.
    ///   - omittedPrefix: Leading path, such as `bert.`, that stored names may lack.
    ///   - isComplete: Whether the checkpoint must hold every tensor that is asked for: nothing is added to it.
    ///   - storage: How stored matrices are held in memory.
    public init(
        store: ParameterStore, source: (any WeightSource)? = nil, omittedPrefix: String = "", isComplete: Bool = false,
        storage: WeightStorage = .master
    ) {
        path = ""
        self.store = store
        self.source = source
        self.omittedPrefix = omittedPrefix
        self.isComplete = isComplete
        self.storage = storage
        (keepsRest, isSketched) = (false, false)
    }

    private init(
        _ parent: Weights, path: String, storage: WeightStorage? = nil, keepsRest: Bool? = nil, isSketched: Bool? = nil
    ) {
        self.path = path
        store = parent.store
        source = parent.source
        omittedPrefix = parent.omittedPrefix
        isComplete = parent.isComplete
        self.storage = storage ?? parent.storage
        self.keepsRest = keepsRest ?? parent.keepsRest
        self.isSketched = isSketched ?? parent.isSketched
    }

    /// The same place, with matrices held more finely: in 8 bits where others have 4, and with what 8 bits leave of them
    /// (`Parameter.rest`) where others have 8.
    public var finer: Weights {
        switch storage {
        case .packed(.q4): Weights(self, path: path, storage: .packed(.q8))
        case .packed(.q8): Weights(self, path: path, keepsRest: true)
        default: self
        }
    }

    /// The same place, with packed matrices of many rows also in a form to find the greatest products with
    /// (`Parameter.sketch`).
    public var sketched: Weights { Weights(self, path: path, isSketched: true) }

    /// The place one component further down.
    public subscript(_ component: String) -> Weights { Weights(self, path: join(component)) }

    /// The place of an element of a list.
    public subscript(_ index: Int) -> Weights { self[String(index)] }

    /// The parameter of this name at this place.
    ///
    /// - Parameters:
    ///   - shape: Extent of each dimension, as the model computes with it.
    ///   - initial: How it begins when the checkpoint does not hold it.
    ///   - isStoredTransposed: Whether the checkpoint holds a matrix `[inputs, outputs]` where the model computes with
    ///     `[outputs, inputs]`; saving turns it back.
    ///   - isPackable: Whether a matrix may be held packed; a small table that is only looked up is not worth rounding.
    /// - Throws: ``ModelError`` naming the full path and both shapes when the stored shape differs, or the path when the
    ///   checkpoint lacks a tensor that must be stored.
    public func parameter(
        _ name: String, shape: [Int], initial: InitialValue = .stored, isStoredTransposed: Bool = false,
        isPackable: Bool = true
    ) throws -> Parameter {
        let full = join(name)
        if let known = store[full] {
            guard known.shape == shape else { throw mismatch(full, expected: shape, found: known.shape) }
            return known
        }
        let parameter =
            try stored(full, shape: shape, isTransposed: isStoredTransposed, isPackable: isPackable)
            ?? initialized(full, shape: shape, initial)
        if isStoredTransposed { store.noteTransposed(full) }
        store.register(parameter)
        return parameter
    }

    /// The parameter with the checkpoint's values; `nil` if it does not hold them.
    private func stored(_ full: String, shape: [Int], isTransposed: Bool, isPackable: Bool) throws -> Parameter? {
        guard let source, let name = storedName(full, in: source) else { return nil }
        let found = source.shape(of: name) ?? []
        let expected = isTransposed ? shape.reversed() : shape
        guard found == expected else { throw mismatch(name, expected: expected, found: found) }
        defer { store.noteUsed(name) }
        if case .packed(let format) = storage, isPackable, shape.count == 2, shape.allSatisfy({ $0 > 0 }) {
            guard isTransposed else {
                let matrix = try source.packed(name, outputs: shape[0], inputs: shape[1], format)
                let rest = keepsRest ? try source.packedRest(name, outputs: shape[0], inputs: shape[1]) : nil
                let sketch = isSketched ? ScoreSketch(of: matrix) : nil
                return Parameter(name: full, packed: matrix, rest: rest, sketch: sketch)
            }
            let turned = Tensor(try turned(source.floats(name), found), shape: shape)
            return Parameter(name: full, packed: PackedMatrix(turned, format: format))
        }
        let floats = try source.floats(name)
        return Parameter(name: full, values: Tensor(isTransposed ? turned(floats, found) : floats, shape: shape))
    }

    private func turned(_ values: [Float], _ shape: [Int]) -> [Float] {
        values.transposed(rows: shape[0], columns: shape[1])
    }

    private func initialized(_ full: String, shape: [Int], _ initial: InitialValue) throws -> Parameter {
        let values = try store.initialize(
            full, count: shape.reduce(1, *), isComplete && source != nil ? .stored : initial,
            hasCheckpoint: source != nil)
        return Parameter(name: full, values: Tensor(values, shape: shape))
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

extension Array where Element == Float {
    /// A `[rows, columns]` matrix turned into `[columns, rows]`.
    public func transposed(rows: Int, columns: Int) -> [Float] {
        precondition(count == rows * columns, "\(count) values for \(rows) × \(columns)")
        let side = 32  // Squares of this side stay in the first cache, both ways.
        return [Float](unsafeUninitializedCapacity: count) { target, filled in
            for top in stride(from: 0, to: rows, by: side) {
                for left in stride(from: 0, to: columns, by: side) {
                    for column in left..<Swift.min(left + side, columns) {
                        for row in top..<Swift.min(top + side, rows) {
                            target[column * rows + row] = self[row * columns + column]
                        }
                    }
                }
            }
            filled = count
        }
    }
}
