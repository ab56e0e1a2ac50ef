import Foundation
import LinnetFormats
import LinnetTraining

// What every fine-tuning from files does at its beginning and its end.

extension ModelHub {
    /// What is recorded as the base model of a run: a hub name stays a name, so that an adapter can be used on another
    /// machine; a directory becomes absolute.
    static func reference(to model: String, at directory: String) -> String {
        FileManager.default.fileExists(atPath: model)
            ? URL(fileURLWithPath: directory).standardizedFileURL.path : model
    }
}

extension Trainer {
    /// What the model scores at the end; measured now if the run did not.
    func finalEvaluation(of result: TrainingResult) throws -> LogEntry? {
        guard result.evaluation == nil, !result.isInterrupted else { return result.evaluation }
        return try evaluate().entry
    }
}
