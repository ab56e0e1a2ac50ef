import COneDNN

/// What every use of oneDNN shares.
enum OneDNN {
    /// oneDNN's argument numbers, macros in its header.
    enum Argument {
        static let source: Int32 = 1
        static let destination: Int32 = 17
        static let weights: Int32 = 33
        static let bias: Int32 = 41
    }

    /// Stops on a failure of oneDNN: shapes and types were checked before, so what remains is a lack of memory.
    static func check(_ status: dnnl_status_t, _ action: @autoclosure () -> String) {
        precondition(status == dnnl_success, "oneDNN could not \(action()): status \(status.rawValue)")
    }

    /// Whether the processor multiplies bfloat16 matrices; those without AVX-512 do not.
    static func multipliesBFloat16() -> Bool {
        let layout = MatmulLayout(m: 16, n: 16, k: 16)
        var (a, b) = (OneDNNMemory.a(layout, .bfloat16), OneDNNMemory.b(layout, .bfloat16))
        var out = OneDNNMemory.out(layout, .bfloat16)
        var operation = dnnl_matmul_desc_t()
        check(dnnl_matmul_desc_init(&operation, &a, &b, nil, &out), "describe the product \(layout)")
        var description: dnnl_primitive_desc_t?
        let status = dnnl_primitive_desc_create(&description, &operation, nil, OneDNNEngine().engine, nil)
        if status == dnnl_success { dnnl_primitive_desc_destroy(description) }
        return status == dnnl_success
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
        OneDNN.check(dnnl_engine_create(&engine, dnnl_cpu, 0), "create the engine")
        var stream: dnnl_stream_t?
        OneDNN.check(dnnl_stream_create(&stream, engine, UInt32(dnnl_stream_default_flags.rawValue)), "create a stream")
        self.engine = engine
        self.stream = stream
    }
}

/// Descriptions of the buffers of a product.
enum OneDNNMemory {
    static func a(_ layout: MatmulLayout, _ dtype: DType) -> dnnl_memory_desc_t {
        matrix(layout.batch, layout.m, layout.k, dtype, transposed: layout.transposeA)
    }

    static func b(_ layout: MatmulLayout, _ dtype: DType) -> dnnl_memory_desc_t {
        matrix(layout.batch, layout.k, layout.n, dtype, transposed: layout.transposeB)
    }

    static func out(_ layout: MatmulLayout, _ dtype: DType) -> dnnl_memory_desc_t {
        matrix(layout.batch, layout.m, layout.n, dtype, transposed: false)
    }

    static func bias(_ layout: MatmulLayout) -> dnnl_memory_desc_t {
        matrix(1, 1, layout.n, .float32, transposed: false, dimensions: layout.batch == 1 ? 2 : 3)
    }

    /// A matrix in whatever order oneDNN likes best.
    static func anyOrder(rows: Int, columns: Int, _ dtype: DType) -> dnnl_memory_desc_t {
        var result = dnnl_memory_desc_t()
        let dimensions = [dnnl_dim_t(rows), dnnl_dim_t(columns)]
        OneDNN.check(
            dnnl_memory_desc_init_by_tag(&result, 2, dimensions, type(dtype), dnnl_format_tag_any),
            "describe a matrix of \(dimensions)")
        return result
    }

    private static func matrix(
        _ batch: Int, _ rows: Int, _ columns: Int, _ dtype: DType, transposed: Bool, dimensions count: Int? = nil
    ) -> dnnl_memory_desc_t {
        let inner = transposed ? [1, rows] : [columns, 1]
        let skipped = 3 - (count ?? (batch == 1 ? 2 : 3))
        let dimensions = [batch, rows, columns].dropFirst(skipped).map { dnnl_dim_t($0) }
        let strides = ([rows * columns] + inner).dropFirst(skipped).map { dnnl_dim_t($0) }
        var result = dnnl_memory_desc_t()
        OneDNN.check(
            dnnl_memory_desc_init_by_strides(&result, Int32(dimensions.count), dimensions, type(dtype), strides),
            "describe a matrix of \(dimensions)")
        return result
    }

    private static func type(_ dtype: DType) -> dnnl_data_type_t { dtype == .bfloat16 ? dnnl_bf16 : dnnl_f32 }
}
