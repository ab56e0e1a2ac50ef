import COneDNN

/// The order that oneDNN gives the second operand of a product when it may choose.
///
/// It follows from the operand's size and type; how many rows the first operand has makes no difference to it.
struct PreparedOrder {
    /// Size and type of the operand, as the product reads it.
    struct Key: Hashable {
        let rows: Int
        let columns: Int
        let dtype: DType
    }

    let descriptor: dnnl_memory_desc_t
    private let engine: OneDNNEngine

    /// Asks for the order.
    init(_ key: Key, engine: OneDNNEngine) {
        self.engine = engine
        let layout = MatmulLayout(m: 1024, n: key.columns, k: key.rows)
        var a = OneDNNMemory.a(layout, key.dtype)
        var b = OneDNNMemory.anyOrder(rows: key.rows, columns: key.columns, key.dtype)
        var out = OneDNNMemory.out(layout, key.dtype)
        var operation = dnnl_matmul_desc_t()
        OneDNN.check(dnnl_matmul_desc_init(&operation, &a, &b, nil, &out), "describe the product \(layout)")
        var description: dnnl_primitive_desc_t?
        OneDNN.check(
            dnnl_primitive_desc_create(&description, &operation, nil, engine.engine, nil), "plan the product \(layout)")
        defer { dnnl_primitive_desc_destroy(description) }
        descriptor = dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0)?.pointee ?? b
    }

    /// Size of an operand in this order.
    var byteCount: Int {
        var descriptor = descriptor
        return dnnl_memory_desc_get_size(&descriptor)
    }

    /// Whether the order is that of `lk_packed_tiles`: tiles of 32 rows and 64 columns, those of the same columns one after
    /// another, pairs of rows together.
    var isTiledByPairs: Bool {
        let blocks = descriptor.format_desc.blocking
        let rows = (descriptor.dims.0 + 31) / 32
        return descriptor.format_kind == dnnl_blocked && descriptor.data_type == dnnl_bf16 && blocks.inner_nblks == 3
            && (blocks.inner_blks.0, blocks.inner_blks.1, blocks.inner_blks.2) == (16, 64, 2)
            && (blocks.inner_idxs.0, blocks.inner_idxs.1, blocks.inner_idxs.2) == (0, 1, 0)
            && (blocks.strides.0, blocks.strides.1) == (2048, 2048 * rows) && descriptor.offset0 == 0
    }

    /// A `float32` weight in this order.
    func copy(_ weight: Tensor, _ layout: MatmulLayout) -> Storage {
        var (source, target) = (OneDNNMemory.b(layout, .float32), descriptor)
        let storage = Storage(byteCount: byteCount)
        var description: dnnl_primitive_desc_t?
        OneDNN.check(
            dnnl_reorder_primitive_desc_create(&description, &source, engine.engine, &target, engine.engine, nil),
            "plan a new order for a matrix of \(weight.shape)")
        defer { dnnl_primitive_desc_destroy(description) }
        var primitive: dnnl_primitive_t?
        OneDNN.check(dnnl_primitive_create(&primitive, description), "compile a new order for a matrix")
        defer { dnnl_primitive_destroy(primitive) }
        var (from, to): (dnnl_memory_t?, dnnl_memory_t?)
        OneDNN.check(dnnl_memory_create(&from, &source, engine.engine, weight.storage.pointer), "describe a matrix")
        OneDNN.check(dnnl_memory_create(&to, &target, engine.engine, storage.pointer), "describe its copy")
        defer { for memory in [from, to] { dnnl_memory_destroy(memory) } }
        let arguments = [
            dnnl_exec_arg_t(arg: OneDNN.Argument.source, memory: from),
            dnnl_exec_arg_t(arg: OneDNN.Argument.destination, memory: to),
        ]
        OneDNN.check(dnnl_primitive_execute(primitive, engine.stream, 2, arguments), "copy a matrix")
        return storage
    }
}
