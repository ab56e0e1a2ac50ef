import LinnetFormats
import LinnetLayers

/// A matrix of a checkpoint, read a few rows at a time in the orientation and the order of rows of a GGUF file.
struct CheckpointMatrix {
    private let files: WeightFiles
    private let entry: TensorEntry
    private let layout: GGUFPlace.Layout
    private let decode: FloatDecoding

    /// `[outputs, inputs]`.
    let outputs: Int
    /// Numbers in a row.
    let inputs: Int

    /// - Throws: `ModelError` when the tensor is no matrix of floats, or its rows are no whole heads.
    init(_ entry: TensorEntry, layout: GGUFPlace.Layout, files: WeightFiles) throws {
        guard entry.shape.count == 2 else {
            throw ModelError("\(files.directory): \(entry.name): expected a matrix, found shape \(entry.shape)")
        }
        guard let decode = FloatDecoding(entry.dtype) else {
            throw ModelError("\(files.directory): \(entry.name): \(entry.dtype.rawValue) holds no weights")
        }
        let isTransposed = layout == .transposed
        (outputs, inputs) = (entry.shape[isTransposed ? 1 : 0], entry.shape[isTransposed ? 0 : 1])
        if case .rotated(let order) = layout, outputs % order.headDim != 0 {
            throw ModelError(
                "\(files.directory): \(entry.name): expected rows of whole heads of \(order.headDim), found \(outputs)")
        }
        (self.files, self.entry, self.layout, self.decode) = (files, entry, layout, decode)
    }

    /// The rows `range` of the file's matrix, one after the other.
    func floats(rows range: Range<Int>) throws -> [Float] {
        try files.withBytes(of: entry.name) { _, bytes in
            let width = entry.dtype.byteCount
            return [Float](unsafeUninitializedCapacity: range.count * inputs) { target, count in
                switch layout {
                case .same:
                    decode(part(bytes, range.lowerBound * inputs * width, range.count * inputs * width), into: target)
                case .rotated(let order):
                    for (place, row) in range.enumerated() {
                        let start = order.checkpointRow(ofFileRow: row) * inputs * width
                        let row = UnsafeMutableBufferPointer(
                            rebasing: target[(place * inputs)..<((place + 1) * inputs)])
                        decode(part(bytes, start, inputs * width), into: row)
                    }
                case .transposed:
                    turn(bytes, range, width: width, into: target)
                }
                count = range.count * inputs
            }
        }
    }

    /// Columns of a matrix `[inputs, outputs]` as rows.
    private func turn(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, width: Int, into target: UnsafeMutableBufferPointer<Float>
    ) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: range.count) { line in
            for input in 0..<inputs {
                let start = (input * outputs + range.lowerBound) * width
                decode(part(bytes, start, range.count * width), into: line)
                for place in 0..<range.count { target[place * inputs + input] = line[place] }
            }
        }
    }

    private func part(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[start..<(start + count)])
    }
}
