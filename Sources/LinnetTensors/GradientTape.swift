import Synchronization

/// One recorded operation, or a leaf whose gradient is kept.
///
/// Nodes are numbered in the order of recording; visiting them in falling order is a valid reverse-mode schedule.
final class Node {
    typealias Backward = (_ outputGradient: Tensor) -> [Tensor?]

    private static let recorded = Atomic<UInt64>(0)

    let sequence: UInt64
    let inputs: [Node?]
    /// `nil` for a leaf, and after the node has run: what it saved is then released.
    private(set) var backward: Backward?
    /// Gradient of the loss with respect to this node's value; sums over all uses.
    var gradient: Tensor?
    /// Gradient of a leaf table that arrives row by row (an embedding), kept sparse.
    var rowGradient: RowGradient?
    let isLeaf: Bool

    /// A leaf.
    init() {
        sequence = Self.recorded.wrappingAdd(1, ordering: .relaxed).newValue
        inputs = []
        isLeaf = true
    }

    init(inputs: [Node?], backward: @escaping Backward) {
        sequence = Self.recorded.wrappingAdd(1, ordering: .relaxed).newValue
        self.inputs = inputs
        self.backward = backward
        isLeaf = false
    }

    func accumulate(_ contribution: Tensor) {
        gradient = gradient.map { sum($0, contribution) } ?? contribution.detached()
    }

    private func sum(_ left: Tensor, _ right: Tensor) -> Tensor {
        let result = Tensor(uninitialized: left.shape, dtype: left.dtype)
        backend.add(result, left, right.converted(to: left.dtype))
        return result
    }

    /// Passes the gradient on to the inputs and lets go of everything saved.
    fileprivate func propagate() {
        guard let backward, let outputGradient = gradient else { return }
        for (input, contribution) in zip(inputs, backward(outputGradient)) {
            if let input, let contribution { input.accumulate(contribution) }
        }
        self.backward = nil
        gradient = nil
    }
}

/// Whether operations are recorded; see ``withoutGradient(_:)``.
enum GradientMode {
    @TaskLocal static var isRecording = true
}

/// Runs `body` without recording operations: nothing is saved for a backward pass.
public func withoutGradient<R>(_ body: () throws -> R) rethrows -> R {
    try GradientMode.$isRecording.withValue(false, operation: body)
}

extension Tensor {
    /// Whether a gradient would flow through this tensor.
    public var requiresGradient: Bool { node != nil }

    /// The accumulated gradient of a tensor made with `requiresGradient: true`; `nil` before ``backward()``.
    public var gradient: Tensor? { node?.isLeaf == true ? node?.gradient : nil }

    /// Computes the gradient of this scalar with respect to every leaf it depends on, adding to what is there.
    ///
    /// The graph is consumed: what operations saved is released while the pass runs.
    public func backward() {
        require(count == 1, "backward() without a gradient needs a scalar; the shape is \(shape)")
        backward(gradient: Tensor.full(shape, 1).converted(to: dtype))
    }

    /// Computes vector-Jacobian products: `upstream` is the gradient of some scalar with respect to this tensor.
    public func backward(gradient upstream: Tensor) {
        require(upstream.shape == shape, "gradient of shape \(upstream.shape) for a tensor of shape \(shape)")
        guard let node else { return }
        node.accumulate(upstream.converted(to: dtype))
        withoutGradient {
            for node in Self.schedule(from: node) { node.propagate() }
        }
    }

    private static func schedule(from root: Node) -> [Node] {
        var seen: Set<ObjectIdentifier> = [ObjectIdentifier(root)]
        var pending = [root]
        var nodes: [Node] = []
        while let node = pending.popLast() {
            if !node.isLeaf { nodes.append(node) }
            for case let input? in node.inputs where seen.insert(ObjectIdentifier(input)).inserted {
                pending.append(input)
            }
        }
        return nodes.sorted { $0.sequence > $1.sequence }
    }

    /// Whether an operation on these tensors is to be recorded. Operations of a decoding step ask before they allocate
    /// what only a backward needs.
    @inline(__always)
    static func records(_ a: Tensor, _ b: Tensor? = nil, _ c: Tensor? = nil, _ d: Tensor? = nil) -> Bool {
        (a.node != nil || b?.node != nil || c?.node != nil || d?.node != nil) && GradientMode.isRecording
    }

    /// This result, with its backward recorded if any input asks for a gradient.
    ///
    /// `backward` returns one gradient per input, in the order of `inputs`; `nil` where none flows.
    func recorded(from inputs: [Tensor], backward: @escaping Node.Backward) -> Tensor {
        guard GradientMode.isRecording, inputs.contains(where: { $0.node != nil }) else { return self }
        return Tensor(
            storage: storage, shape: shape, dtype: dtype,
            node: Node(inputs: inputs.map(\.node), backward: backward))
    }
}
