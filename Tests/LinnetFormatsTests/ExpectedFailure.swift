import Foundation
import Testing

@testable import LinnetFormats

/// Runs `body`, which must throw a `FormatError` of this kind whose one-line description contains every one of `words`.
func expectFailure(
    _ kind: FormatError.Kind, _ words: String..., label: String = "", location: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("\(label): expected an error of kind \(kind)", sourceLocation: location)
    } catch let error as FormatError {
        #expect(error.kind == kind, "\(label): \(error)", sourceLocation: location)
        for word in words { #expect(error.description.contains(word), "\(label): \(error)", sourceLocation: location) }
        #expect(!error.description.contains("\n"), "\(label): \(error)", sourceLocation: location)
    } catch {
        Issue.record("\(label): expected a FormatError, found \(error)", sourceLocation: location)
    }
}
