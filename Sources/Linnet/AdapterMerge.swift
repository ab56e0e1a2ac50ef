import Foundation
import LinnetFormats
import LinnetModels
import LinnetTokenizers

/// Folds an adapter into its base model and saves a full model directory.
///
/// - Parameters:
///   - directory: An adapter directory, from Linnet or PEFT.
///   - output: Written as a whole, or not at all; not over a directory that holds other files.
public func mergeAdapter(directory: String, output: String) throws {
    guard AdapterDirectory.exists(at: directory) else {
        throw ModelError("\(directory): no adapter_config.json: not an adapter directory")
    }
    let model = try TextClassifier.load(directory)
    try model.store.mergeActiveAdapter()
    let base = try ModelHub().directory(for: AdapterDirectory(path: directory).baseModel)
    let tokenizer = try (try? Tokenizer(directory: directory)) ?? Tokenizer(directory: base)
    try DirectoryCommit.removeAbandoned(beside: output)
    try DirectoryCommit.write(to: output, keepsOthers: true) { temporary in
        try model.save(to: temporary)
        try tokenizer.save(to: temporary)
    }
}
