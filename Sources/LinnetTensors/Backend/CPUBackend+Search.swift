import CKernels

// Search among vectors as codes.
extension CPUBackend {
    func encode(_ out: inout EncodedVectors, _ vectors: UnsafeBufferPointer<Float>, dimension: Int) {
        let (count, stride) = (out.count, out.stride)
        lk_search_encode(&out.codes, &out.scales, vectors.baseAddress, count, dimension, stride)
    }

    func writeCodes(_ place: CodePlace, _ codes: UnsafeBufferPointer<Int8>) {
        lk_search_write_row(
            place.block.assumingMemoryBound(to: UInt8.self), place.row, codes.baseAddress, codes.count)
    }

    func readCodes(_ codes: inout [Int8], _ place: CodePlace) {
        let count = codes.count
        lk_search_read_row(&codes, place.block.assumingMemoryBound(to: UInt8.self), place.row, count)
    }

    func nearest(_ rows: CodeBlocks, to queries: EncodedVectors, count: Int) -> [[(row: Int, score: Float)]] {
        let segments = rows.segments.map { Optional(UnsafePointer($0.pointer.assumingMemoryBound(to: UInt8.self))) }
        var hits = [lk_search_hit](repeating: lk_search_hit(), count: queries.count * count)
        var found = [Int](repeating: 0, count: queries.count)
        withExtendedLifetime(rows) {
            segments.withUnsafeBufferPointer { segments in
                rows.scales.withUnsafeBufferPointer { scales in
                    queries.codes.withUnsafeBufferPointer { codes in
                        queries.scales.withUnsafeBufferPointer { queryScales in
                            var described = lk_search_rows(
                                segments: segments.baseAddress, segment_blocks: rows.segmentBlocks,
                                scales: scales.baseAddress, blocks: rows.blockCount, quads: rows.quads)
                            var asked = lk_search_queries(
                                codes: codes.baseAddress, scales: queryScales.baseAddress, count: queries.count)
                            lk_search_nearest(&hits, &found, &described, &asked, count)
                        }
                    }
                }
            }
        }
        return found.enumerated().map { query, found in
            hits[query * count..<query * count + found].map { (row: Int($0.row), score: $0.score) }
        }
    }
}
