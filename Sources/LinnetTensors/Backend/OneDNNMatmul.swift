import COneDNN
import Synchronization

/// Matrix products through oneDNN's matmul primitive on plain row-major buffers.
///
/// Creating a primitive takes 0.2–0.5 ms, so primitives are kept by shape. The least recently used ones go when there
/// are too many: ragged batches come in many row counts.
final class MatmulCache: Sendable {
    private static let capacity = 1024
    private let state = Mutex(State())
    private let multipliesBFloat16 = OneDNN.multipliesBFloat16()

    /// The type in which operands of a type are multiplied.
    func multipliedType(_ dtype: DType) -> DType { multipliesBFloat16 ? dtype : .float32 }

    private struct State {
        var primitives: [MatmulKey: MatmulPrimitive] = [:]
        var orders: [PreparedOrder.Key: PreparedOrder] = [:]
        var clock: UInt64 = 0
        let engine = OneDNNEngine()
    }

    /// The order of prepared second operands of such products.
    func order(for layout: MatmulLayout, _ dtype: DType) -> PreparedOrder {
        let key = PreparedOrder.Key(rows: layout.k, columns: layout.n, dtype: dtype)
        return state.withLock { state in
            if let known = state.orders[key] { return known }
            let created = PreparedOrder(key, engine: state.engine)
            state.orders[key] = created
            return created
        }
    }

    func primitive(for key: MatmulKey) -> MatmulPrimitive {
        let order = key.isPrepared ? order(for: key.layout, key.input) : nil
        return state.withLock { state in
            state.clock += 1
            if let known = state.primitives[key] {
                known.lastUse = state.clock
                return known
            }
            if state.primitives.count >= Self.capacity {
                let median = state.primitives.values.map(\.lastUse).sorted()[Self.capacity / 2]
                state.primitives = state.primitives.filter { $0.value.lastUse > median }
            }
            let created = MatmulPrimitive(key: key, order: order, engine: state.engine)
            created.lastUse = state.clock
            state.primitives[key] = created
            return created
        }
    }
}

/// Everything a matmul primitive is specialised for.
struct MatmulKey: Hashable {
    let layout: MatmulLayout
    let input: DType
    let output: DType
    let hasBias: Bool
    /// Whether the second operand lies in its ``PreparedOrder``.
    var isPrepared = false
}

extension CPUBackend {
    func matmul(_ out: Tensor, _ a: Tensor, _ b: Tensor, bias: Tensor?, _ layout: MatmulLayout) {
        guard layout.m > 0, layout.n > 0, layout.batch > 0 else { return }
        require(a.dtype == b.dtype, "matmul of \(a.dtype) by \(b.dtype)")
        inMultipliedType(out, a) { out, a in
            let key = MatmulKey(layout: layout, input: a.dtype, output: out.dtype, hasBias: bias != nil)
            multiply(key, out, a, converted(b, to: a.dtype).storage, bias)
        }
    }

    func matmul(_ out: Tensor, _ a: Tensor, _ b: PreparedMatrix, bias: Tensor?) {
        let layout = b.direction.layout(rows: a.rows, outputs: b.outputs, inputs: b.inputs)
        guard layout.m > 0 else { return }
        require(a.dtype == b.dtype && a.columns == layout.k, "\(a.dtype) \(a.shape) by a prepared \(b.dtype) matrix")
        inMultipliedType(out, a) { out, a in
            let key = MatmulKey(
                layout: layout, input: a.dtype, output: out.dtype, hasBias: bias != nil, isPrepared: true)
            multiply(key, out, a, b.storage, bias)
        }
    }

    func prepared(_ weight: Tensor, as dtype: DType, for direction: PreparedMatrix.Direction) -> Storage {
        let layout = direction.layout(rows: 1, outputs: weight.shape[0], inputs: weight.shape[1])
        let multiplied = products.multipliedType(dtype)
        // The numbers are those of `dtype`, also where they are multiplied in single precision.
        let rounded = multiplied == dtype ? weight : converted(converted(weight, to: dtype), to: multiplied)
        return products.order(for: layout, multiplied).copy(rounded, layout)
    }

    func prepared(_ matrix: PackedMatrix) -> Storage? {
        let layout = PreparedMatrix.Direction.forward.layout(rows: 1, outputs: matrix.outputs, inputs: matrix.inputs)
        guard matrix.isCoded || matrix.format.blockSize > 1, products.multipliedType(.bfloat16) == .bfloat16 else {
            return nil
        }
        let order = products.order(for: layout, .bfloat16)
        guard order.isTiledByPairs else { return nil }
        let storage = Storage(byteCount: order.byteCount)
        writeTiles(storage, matrix)
        return storage
    }

    private func multiply(_ key: MatmulKey, _ out: Tensor, _ a: Tensor, _ b: Storage, _ bias: Tensor?) {
        products.primitive(for: key).execute(
            out: out.storage.pointer, a: a.storage.pointer, b: b.pointer, bias: bias?.storage.pointer)
    }

    /// Does a product in the type that this processor multiplies, which is single precision where it cannot do bfloat16.
    private func inMultipliedType(_ out: Tensor, _ a: Tensor, _ product: (_ out: Tensor, _ a: Tensor) -> Void) {
        let type = products.multipliedType(a.dtype)
        guard type != a.dtype else { return product(out, a) }
        let wide = out.dtype == type ? out : Tensor(uninitialized: out.shape, dtype: type)
        product(wide, converted(a, to: type))
        if wide.storage !== out.storage { convert(out, wide) }
    }

    private func converted(_ tensor: Tensor, to dtype: DType) -> Tensor {
        guard tensor.dtype != dtype else { return tensor }
        let result = Tensor(uninitialized: tensor.shape, dtype: dtype)
        convert(result, tensor)
        return result
    }
}

/// One compiled product with its memory descriptors.
///
/// Unchecked: the handles are set and used inside `execute`, under its lock.
final class MatmulPrimitive: @unchecked Sendable {
    fileprivate(set) var lastUse: UInt64 = 0
    private let engine: OneDNNEngine
    private let lock = Mutex(())
    private var primitive: dnnl_primitive_t?
    private var a: dnnl_memory_t?
    private var b: dnnl_memory_t?
    private var bias: dnnl_memory_t?
    private var out: dnnl_memory_t?

    fileprivate init(key: MatmulKey, order: PreparedOrder?, engine: OneDNNEngine) {
        self.engine = engine
        let layout = key.layout
        var a = OneDNNMemory.a(layout, key.input)
        var b = order?.descriptor ?? OneDNNMemory.b(layout, key.input)
        var out = OneDNNMemory.out(layout, key.output)
        var bias = OneDNNMemory.bias(layout)

        var operation = dnnl_matmul_desc_t()
        let status = withUnsafePointer(to: &bias) { pointer in
            dnnl_matmul_desc_init(&operation, &a, &b, key.hasBias ? pointer : nil, &out)
        }
        OneDNN.check(status, "describe the product \(layout)")
        var description: dnnl_primitive_desc_t?
        OneDNN.check(
            dnnl_primitive_desc_create(&description, &operation, nil, engine.engine, nil), "plan the product \(layout)")
        OneDNN.check(dnnl_primitive_create(&primitive, description), "compile the product \(layout)")
        dnnl_primitive_desc_destroy(description)

        OneDNN.check(dnnl_memory_create(&self.a, &a, engine.engine, nil), "describe a")
        OneDNN.check(dnnl_memory_create(&self.b, &b, engine.engine, nil), "describe b")
        OneDNN.check(dnnl_memory_create(&self.out, &out, engine.engine, nil), "describe the output")
        if key.hasBias { OneDNN.check(dnnl_memory_create(&self.bias, &bias, engine.engine, nil), "describe the bias") }
    }

    deinit {
        dnnl_primitive_destroy(primitive)
        for memory in [a, b, bias, out] where memory != nil { dnnl_memory_destroy(memory) }
    }

    func execute(
        out outPointer: UnsafeMutableRawPointer, a aPointer: UnsafeMutableRawPointer,
        b bPointer: UnsafeMutableRawPointer, bias biasPointer: UnsafeMutableRawPointer?
    ) {
        lock.withLock { _ in
            dnnl_memory_set_data_handle(a, aPointer)
            dnnl_memory_set_data_handle(b, bPointer)
            dnnl_memory_set_data_handle(out, outPointer)
            if let biasPointer { dnnl_memory_set_data_handle(bias, biasPointer) }
            withUnsafeTemporaryAllocation(of: dnnl_exec_arg_t.self, capacity: 4) { arguments in
                arguments[0] = dnnl_exec_arg_t(arg: OneDNN.Argument.source, memory: a)
                arguments[1] = dnnl_exec_arg_t(arg: OneDNN.Argument.weights, memory: b)
                arguments[2] = dnnl_exec_arg_t(arg: OneDNN.Argument.destination, memory: out)
                arguments[3] = dnnl_exec_arg_t(arg: OneDNN.Argument.bias, memory: bias)
                let count: Int32 = biasPointer == nil ? 3 : 4
                OneDNN.check(dnnl_primitive_execute(primitive, engine.stream, count, arguments.baseAddress), "multiply")
            }
        }
    }
}
