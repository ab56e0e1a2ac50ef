/// One tensor to be written to a GGUF file: name, type, shape and where its bytes come from.
public struct GGUFRecord {
    /// Takes the next bytes of a tensor.
    public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    /// Its name; at most 63 bytes, which is what llama.cpp reads.
    public let name: String
    /// How its elements are stored.
    public let type: GGUFType
    /// Its dimensions, outermost first.
    public let shape: [Int]
    private let produce: (Sink) throws -> Void

    /// A tensor whose bytes are produced while the file is written, so that no second copy of them is needed.
    /// - Parameter produce: passes exactly `type.byteCount(shape:)` bytes to the sink it is given.
    public init(name: String, type: GGUFType, shape: [Int], produce: @escaping (Sink) throws -> Void) {
        self.name = name
        self.type = type
        self.shape = shape
        self.produce = produce
    }

    /// Passes all bytes (little endian, row after row) to the sink, in as many pieces as the record likes.
    public func pass(to sink: Sink) throws { try produce(sink) }

    /// A tensor of bytes that are in memory already.
    public init(name: String, type: GGUFType, shape: [Int], bytes: [UInt8]) {
        self.init(name: name, type: type, shape: shape) { sink in try bytes.withUnsafeBytes(sink) }
    }

    /// A tensor of single precision numbers.
    public init(name: String, shape: [Int], floats: [Float]) {
        self.init(name: name, type: .float32, shape: shape) { sink in try floats.withUnsafeBytes(sink) }
    }
}
