/// Where one tensor lies in a file.
protocol MappedTensor: Sendable {
    /// Its name, as in the file.
    var name: String { get }
    /// Its bytes, as offsets from the start of the file.
    var byteRange: Range<Int> { get }
}

/// The tensors of a mapped file, found by name and read in place.
struct MappedTensors<Entry: MappedTensor>: Sendable {
    /// The tensors in the order of their bytes.
    let entries: [Entry]
    private let file: MappedFile
    private let table: ByteKeyTable

    /// - Parameter table: The places of the entries, by name.
    init(_ entries: [Entry], table: ByteKeyTable, file: MappedFile) {
        self.entries = entries
        self.table = table
        self.file = file
    }

    /// The tensor with this name; names are compared as bytes.
    func entry(_ name: String) -> Entry? {
        table.place(of: name) { entries[$0].name }.map { entries[$0] }
    }

    /// Gives `body` the bytes of a tensor of this file, which are valid only during the call.
    func withBytes<Result>(of entry: Entry, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let range = entry.byteRange.clamped(to: 0..<file.bytes.count)
        return try withExtendedLifetime(file) { try body(UnsafeRawBufferPointer(rebasing: file.bytes[range])) }
    }
}
