import Foundation

extension VerbTable {
    /// The verbs of `linnet`.
    static let linnet = VerbTable(verbs: [
        PullVerb.verb, PretrainVerb.verb, FinetuneClassifyVerb.verb, FinetuneEmbedVerb.verb, ClassifyVerb.verb,
        EmbedVerb.verb, GenerateVerb.verb, PromptTaskVerbs.zeroShot, PromptTaskVerbs.fewShot,
        PromptChainOfThoughtVerb.verb, ChatVerb.verb, IndexVerb.verb, SearchVerb.verb, AskVerb.verb, ExtractVerb.verb,
        EvaluateRetrievalVerb.verb, EvaluateAnswersVerb.verb, BenchGenerateVerb.verb, BenchQualityVerb.verb,
        BenchSearchVerb.verb, BenchTokenizeVerb.verb, InspectVerb.verb, MergeVerb.verb, QuantizeVerb.verb,
        HelpVerb.verb, VersionVerb.verb,
    ])
}

/// The process around a verb: where results, errors and the exit status go.
enum CommandProcess {
    /// Runs a command line and says how the process should end.
    static func run(_ words: [String]) -> ExitStatus {
        signal(SIGPIPE, SIG_IGN)
        do {
            switch try VerbTable.linnet.request(words) {
            case .run(let verb, let arguments): return try verb.run(arguments)
            case .help(let verb): try StandardOutput().write(text: HelpPage.page(of: verb))
            case .overview: try StandardOutput().write(text: HelpPage.overview(of: .linnet))
            case .version: return try VersionVerb.verb.run(Arguments())
            }
            return .success
        } catch is StandardOutput.ReaderHasGone {
            return .success
        } catch let error as UsageError {
            report(error)
            return .usage
        } catch {
            report(error)
            return .failure
        }
    }

    /// One line on standard error, whatever the error says.
    private static func report(_ error: any Error) {
        let text = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
        StandardOutput.message("linnet: \(text)")
    }
}
