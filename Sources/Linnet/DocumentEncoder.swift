import Foundation
import LinnetFormats
import LinnetGeneration
import LinnetRetrieval

/// How documents are cut.
public struct ChunkSettings: Sendable, Equatable {
    /// The most tokens of a chunk, at least 8; more than the embedder reads are as many as it reads.
    public var tokens: Int
    /// The most tokens that a chunk shares with the one before, up to half of a chunk.
    public var overlap: Int

    /// Settings; by default chunks of 200 tokens that share 30, which leaves room for headings in the 256 tokens that
    /// small sentence encoders read.
    public init(tokens: Int = 200, overlap: Int = 30) {
        self.tokens = tokens
        self.overlap = overlap
    }
}

/// Documents to chunks with vectors: what a store takes.
struct DocumentEncoder {
    let embedder: TextEmbedder
    let settings: ChunkSettings
    private let chunker: Chunker
    private let identity: EmbedderIdentity

    /// - Parameter settings: Cut to what the embedder reads of a text.
    init(embedder: TextEmbedder, identity: EmbedderIdentity, settings: ChunkSettings) {
        var settings = settings
        settings.tokens = min(settings.tokens, Self.longestChunk(of: embedder))
        settings.overlap = min(settings.overlap, settings.tokens / 2)
        self.embedder = embedder
        self.identity = identity
        self.settings = settings
        chunker = Chunker(maximumTokens: settings.tokens, overlapTokens: settings.overlap) { texts in
            embedder.tokenCounts(texts)
        }
    }

    /// The most tokens that an embedder reads of a text, without the special ones around it.
    static func longestChunk(of embedder: TextEmbedder) -> Int { max(embedder.maximumTokens - 2, 8) }

    /// Everything but the content that decides chunks and vectors.
    var settingsText: String {
        "chunks 1 \(settings.tokens) \(settings.overlap) \(identity.digest) \(identity.pooling)"
    }

    /// Digest of a document and of everything that decides its chunks and vectors.
    func fingerprint(_ document: Document) -> String {
        var hash = SHA256()
        func add(_ text: String) {
            let bytes = Array(text.utf8)
            withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hash.update($0) }
            bytes.withUnsafeBytes { hash.update($0) }
        }
        add(settingsText)
        add(document.id)
        add(document.source ?? "")
        add(document.text)
        for (key, value) in document.metadata.sorted(by: { $0.key < $1.key }) {
            add(key)
            add(value.json.text())
        }
        for section in document.sections {
            add("\(section.bytes) \(section.headings) \(section.page ?? 0) \(section.origin)")
        }
        return hash.finish()
    }

    /// The chunks of a document.
    func chunks(of document: Document) -> [Chunk] { chunker.chunks(of: document) }

    /// Vectors of the chunks, in order; equal texts are embedded once.
    func vectors(of chunks: [Chunk]) throws -> [[Float]] {
        var places: [String: Int] = [:]
        var texts: [String] = []
        let indices = chunks.map { chunk in
            let text = chunk.searchableText
            if let place = places[text] { return place }
            places[text] = texts.count
            texts.append(text)
            return texts.count - 1
        }
        let vectors = try embedder.unitVectors(texts)
        return indices.map { vectors[$0] }
    }
}

extension TextEmbedder {
    /// Vectors of length 1, computed on the compute thread: their inner product is the cosine similarity.
    func unitVectors(_ texts: [String]) throws -> [[Float]] {
        let vectors = try ComputeThread.shared.run { embed(texts) }
        if isNormalized { return vectors }
        return vectors.map { vector in
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return length > 0 && length.isFinite ? vector.map { $0 / length } : vector
        }
    }
}
