import COneDNN
import Synchronization

/// Matrix products through oneDNN's matmul primitive on plain row-major buffers.
///
/// Creating a primitive takes 0.2–0.5 ms, so primitives are kept by shape. The least recently used ones go when there
/// are too many: ragged batches come in many row counts.
final class MatmulCache: Sendable {
    private static let capacity = 1024
    private let state = Mutex(State())

    private struct State {
        var primitives: [MatmulKey: MatmulPrimitive] = [:]
        var clock: UInt64 = 0
        var engine: OneDNNEngine?
    }

    func primitive(for key: MatmulKey) -> MatmulPrimitive {
        state.withLock { state in
            state.clock += 1
            if let known = state.primitives[key] {
                known.lastUse = state.clock
                return known
            }
            if state.primitives.count >= Self.capacity {
                let median = state.primitives.values.map(\.lastUse).sorted()[Self.capacity / 2]
                state.primitives = state.primitives.filter { $0.value.lastUse > median }
            }
            let engine = state.engine ?? OneDNNEngine()
            state.engine = engine
            let created = MatmulPrimitive(key: key, engine: engine)
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
}

extension CPUBackend {
    func matmul(_ out: Tensor, _ a: Tensor, _ b: Tensor, bias: Tensor?, _ layout: MatmulLayout) {
        guard layout.m > 0, layout.n > 0, layout.batch > 0 else { return }
        let key = MatmulKey(layout: layout, input: a.dtype, output: out.dtype, hasBias: bias != nil)
        require(a.dtype == b.dtype, "matmul of \(a.dtype) by \(b.dtype)")
        products.primitive(for: key).execute(
            out: out.storage.pointer, a: a.storage.pointer, b: b.storage.pointer, bias: bias?.storage.pointer)
    }
}

/// The engine and stream of this process's processor.
///
/// Unchecked: oneDNN's engine and stream are only used under the cache's lock or by the one computing thread.
final class OneDNNEngine: @unchecked Sendable {
    let engine: dnnl_engine_t?
    let stream: dnnl_stream_t?

    init() {
        var engine: dnnl_engine_t?
        check(dnnl_engine_create(&engine, dnnl_cpu, 0), "create the engine")
        var stream: dnnl_stream_t?
        check(dnnl_stream_create(&stream, engine, UInt32(dnnl_stream_default_flags.rawValue)), "create a stream")
        self.engine = engine
        self.stream = stream
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

    fileprivate init(key: MatmulKey, engine: OneDNNEngine) {
        self.engine = engine
        let layout = key.layout
        var a = Self.descriptor(layout.batch, layout.m, layout.k, key.input, transposed: layout.transposeA)
        var b = Self.descriptor(layout.batch, layout.k, layout.n, key.input, transposed: layout.transposeB)
        var out = Self.descriptor(layout.batch, layout.m, layout.n, key.output, transposed: false)
        var bias = Self.biasDescriptor(layout)

        var operation = dnnl_matmul_desc_t()
        let status = withUnsafePointer(to: &bias) { pointer in
            dnnl_matmul_desc_init(&operation, &a, &b, key.hasBias ? pointer : nil, &out)
        }
        check(status, "describe the product \(layout)")
        var description: dnnl_primitive_desc_t?
        check(
            dnnl_primitive_desc_create(&description, &operation, nil, engine.engine, nil), "plan the product \(layout)")
        check(dnnl_primitive_create(&primitive, description), "compile the product \(layout)")
        dnnl_primitive_desc_destroy(description)

        check(dnnl_memory_create(&self.a, &a, engine.engine, nil), "describe a")
        check(dnnl_memory_create(&self.b, &b, engine.engine, nil), "describe b")
        check(dnnl_memory_create(&self.out, &out, engine.engine, nil), "describe the output")
        if key.hasBias { check(dnnl_memory_create(&self.bias, &bias, engine.engine, nil), "describe the bias") }
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
                arguments[0] = dnnl_exec_arg_t(arg: Argument.source, memory: a)
                arguments[1] = dnnl_exec_arg_t(arg: Argument.weights, memory: b)
                arguments[2] = dnnl_exec_arg_t(arg: Argument.destination, memory: out)
                arguments[3] = dnnl_exec_arg_t(arg: Argument.bias, memory: bias)
                let count: Int32 = biasPointer == nil ? 3 : 4
                check(dnnl_primitive_execute(primitive, engine.stream, count, arguments.baseAddress), "multiply")
            }
        }
    }

    /// oneDNN's argument numbers, macros in its header.
    private enum Argument {
        static let source: Int32 = 1
        static let destination: Int32 = 17
        static let weights: Int32 = 33
        static let bias: Int32 = 41
    }

    private static func descriptor(
        _ batch: Int, _ rows: Int, _ columns: Int, _ dtype: DType, transposed: Bool
    ) -> dnnl_memory_desc_t {
        let inner = transposed ? [1, rows] : [columns, 1]
        let dimensions: [dnnl_dim_t]
        let strides: [dnnl_dim_t]
        if batch == 1 {
            dimensions = [dnnl_dim_t(rows), dnnl_dim_t(columns)]
            strides = inner.map { dnnl_dim_t($0) }
        } else {
            dimensions = [dnnl_dim_t(batch), dnnl_dim_t(rows), dnnl_dim_t(columns)]
            strides = [dnnl_dim_t(rows * columns)] + inner.map { dnnl_dim_t($0) }
        }
        return descriptor(dimensions, strides, dtype)
    }

    private static func biasDescriptor(_ layout: MatmulLayout) -> dnnl_memory_desc_t {
        layout.batch == 1
            ? descriptor([1, dnnl_dim_t(layout.n)], [dnnl_dim_t(layout.n), 1], .float32)
            : descriptor([1, 1, dnnl_dim_t(layout.n)], [dnnl_dim_t(layout.n), dnnl_dim_t(layout.n), 1], .float32)
    }

    private static func descriptor(
        _ dimensions: [dnnl_dim_t], _ strides: [dnnl_dim_t], _ dtype: DType
    ) -> dnnl_memory_desc_t {
        var result = dnnl_memory_desc_t()
        let type = dtype == .bfloat16 ? dnnl_bf16 : dnnl_f32
        check(
            dnnl_memory_desc_init_by_strides(&result, Int32(dimensions.count), dimensions, type, strides),
            "describe a matrix of \(dimensions)")
        return result
    }
}

/// Stops on a failure of oneDNN: shapes and types were checked before, so what remains is a lack of memory.
private func check(_ status: dnnl_status_t, _ action: @autoclosure () -> String) {
    precondition(status == dnnl_success, "oneDNN could not \(action()): status \(status.rawValue)")
}
