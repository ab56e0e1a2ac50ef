/// Rows of codes as the search kernels read them: blocks of 64 rows, interleaved by four inputs.
///
/// Memory grows by segments, so that adding a row never copies the others.
struct CodeBlocks {
    /// Rows that lie interleaved.
    static let blockRows = 64
    private static let segmentBytes = 16 << 20

    /// Inputs of a row by fours, rounded up.
    let quads: Int
    /// Blocks of a segment.
    let segmentBlocks: Int
    private(set) var segments: [PackedMemory] = []
    /// A scale for every row of every block; NaN where there is no row.
    var scales: [Float] = []

    init(dimension: Int) {
        quads = (dimension + 3) / 4
        segmentBlocks = max(1, Self.segmentBytes / (quads * 4 * Self.blockRows))
    }

    var blockCount: Int { scales.count / Self.blockRows }
    var blockByteCount: Int { quads * 4 * Self.blockRows }

    /// Makes room for so many rows, and gives back what more than that would need.
    mutating func resize(rows: Int) {
        let blocks = (rows + Self.blockRows - 1) / Self.blockRows
        while segments.count * segmentBlocks < blocks {
            segments.append(PackedMemory(byteCount: segmentBlocks * blockByteCount))
        }
        while (segments.count - 1) * segmentBlocks >= blocks && !segments.isEmpty { segments.removeLast() }
        let size = blocks * Self.blockRows
        if size > scales.count {
            scales.append(contentsOf: repeatElement(.nan, count: size - scales.count))
        } else {
            scales.removeLast(scales.count - size)
        }
    }

    func place(ofRow row: Int) -> CodePlace {
        let block = row / Self.blockRows
        let segment = segments[block / segmentBlocks]
        return CodePlace(
            block: segment.pointer + block % segmentBlocks * blockByteCount, row: row % Self.blockRows)
    }
}

/// Where a row lies: its block, and its number within it.
struct CodePlace {
    let block: UnsafeMutableRawPointer
    let row: Int
}

/// Vectors as codes, one after the other with zeros up to a multiple of four codes, and their scales.
struct EncodedVectors {
    let stride: Int
    var codes: [Int8]
    var scales: [Float]

    var count: Int { scales.count }

    /// Encodes row-major vectors; one that is not finite has the scale NaN.
    init(_ vectors: UnsafeBufferPointer<Float>, dimension: Int) {
        let count = vectors.count / dimension
        stride = (dimension + 3) / 4 * 4
        codes = [Int8](repeating: 0, count: count * stride)
        scales = [Float](repeating: 0, count: count)
        backend.encode(&self, vectors, dimension: dimension)
    }
}
