import Foundation
import LinnetRetrieval
import Testing

/// The built `linnet` beside the test bundle: what reads HTML and PDF in a child process.
enum BuiltProgram {
    /// Extraction by it, under limits that a test can wait for.
    static func extraction(cpuSeconds: Int = 5, outputBytes: Int = 64 << 20) throws -> ChildExtraction {
        let bundle = try #require(Bundle.main.executableURL)
        let binary = bundle.deletingLastPathComponent().appendingPathComponent("linnet").path
        try #require(FileManager.default.isExecutableFile(atPath: binary), "\(binary) is not built")
        var limits = ExtractionLimits()
        limits.cpuSeconds = cpuSeconds
        limits.wallSeconds = 60
        limits.outputBytes = outputBytes
        return ChildExtraction(program: binary, limits: limits)
    }

    /// A reader with it.
    static func reader(cpuSeconds: Int = 5, outputBytes: Int = 64 << 20) throws -> DocumentReader {
        var options = DocumentReader.Options()
        options.extraction = try extraction(cpuSeconds: cpuSeconds, outputBytes: outputBytes)
        return DocumentReader(options: options)
    }

    /// The documents of a file, or the one error it ends in, whose line must name the file.
    static func outcome(of path: String, _ reader: DocumentReader) -> Result<[Document], RetrievalError> {
        do {
            return .success(try reader.documents(ofFile: path, source: "source"))
        } catch let error as RetrievalError {
            #expect(error.kind == .unreadable)
            #expect(!error.description.contains("\n"))
            #expect(error.description.contains((path as NSString).lastPathComponent.prefix(8)))
            return .failure(error)
        } catch {
            Issue.record("expected a RetrievalError, found \(error)")
            return .failure(RetrievalError(.unreadable, "\(error)"))
        }
    }
}
