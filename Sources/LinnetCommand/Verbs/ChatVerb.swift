import Foundation
import Linnet

/// `linnet chat`: a conversation on the terminal.
enum ChatVerb {
    private static let name = "chat"

    private static let system = Flag<String?>.text(
        "system", "TEXT", help: "What the model is told before the conversation.")
    private static let json = Flag<Bool>.toggle("json", help: "Print an object per answer, as linnet generate does.")

    private static let commands =
        "/reset forgets the conversation, /system TEXT sets what the model is told before it, /save FILE writes the "
        + "messages as JSON, /exit leaves"

    static let verb = Verb(
        name, summary: "talk with a language model",
        discussion: [
            "Reads a message per line and uses the model's chat template; earlier turns are not computed again. "
                + "\(commands).",
            "Ctrl-C ends the answer and keeps what was said; at the prompt it leaves.",
        ],
        groups: [
            Verb.Group("Model", GenerationFlags.modelGroup + [system.declaration]), GenerationFlags.group,
            Verb.Group("Run", [json.declaration]),
        ],
        examples: [
            Verb.Example("Talk", "linnet chat --model HuggingFaceTB/SmolLM2-135M-Instruct"),
            Verb.Example(
                "A conversation from a file",
                "linnet chat --model HuggingFaceTB/SmolLM2-135M-Instruct --system \"Be brief.\" < messages.txt"),
        ],
        run: run)

    private static func run(_ given: Arguments) throws -> ExitStatus {
        let model = try LanguageModel(
            directory: given[GenerationFlags.model], weights: given[GenerationFlags.weights].format)
        let options = try GenerationFlags.options(given, over: model.generator.defaults, newTokens: 1024, verb: name)
        let isTerminal = isatty(STDIN_FILENO) == 1
        if model.template == nil {
            StandardOutput.message("linnet: this model has no chat template; it was probably not trained to converse")
        }
        if isTerminal { StandardOutput.message("linnet: \(commands); Ctrl-C ends an answer") }
        let conversation = Conversation(
            session: ChatSession(PromptEngine(model), options: options, system: given[system]), json: given[json])
        let lines = try TextLines(path: nil, terminalHint: nil)
        while true {
            if isTerminal { StandardOutput.message("> ", terminator: "") }
            guard let line = try lines.next(limit: 1).first else { break }
            let text = line.trimmingCharacters(in: .whitespaces)
            do {
                guard try conversation.take(text) else { return .success }
            } catch let error as StandardOutput.ReaderHasGone {
                throw error
            } catch  where isTerminal {
                StandardOutput.message("linnet: \(error)")
            }
        }
        if isTerminal { StandardOutput.message("") }
        return .success
    }
}

/// What the lines of a chat do.
private final class Conversation {
    private let session: ChatSession
    private let json: Bool
    private let interrupts = AnswerInterrupts()
    private let output = StandardOutput()

    init(session: ChatSession, json: Bool) {
        self.session = session
        self.json = json
    }

    /// Carries out a command or answers a message; false when the chat is over.
    func take(_ text: String) throws -> Bool {
        guard text.hasPrefix("/") else {
            if !text.isEmpty { try answer(text) }
            return true
        }
        let words = text.split(separator: " ", maxSplits: 1).map(String.init)
        let rest = words.count > 1 ? words[1].trimmingCharacters(in: .whitespaces) : ""
        switch words[0] {
        case "/exit", "/quit": return false
        case "/reset": session.reset()
        case "/system":
            if rest.isEmpty {
                StandardOutput.message(session.system ?? "no system message")
            } else {
                session.system = rest
            }
        case "/save":
            guard !rest.isEmpty else { throw CommandError("/save: expected the name of a file") }
            try FileBytes.write(text: session.json.text(pretty: true) + "\n", to: rest)
            StandardOutput.message("saved: \(rest)")
        default:
            throw CommandError("\(words[0]): no such command; there are /reset, /system, /save and /exit")
        }
        return true
    }

    private func answer(_ text: String) throws {
        var isFirst = true
        let answer = try interrupts.stopping { flag in
            try session.respond(to: text, cancellation: flag) { token in
                guard !json else { return }
                let piece = isFirst ? String(token.text.drop { $0 == " " }) : token.text
                if !piece.isEmpty { isFirst = false }
                try output.write(text: piece)
            }
        }
        if json {
            try output.write(text: JSON.object(AnswerLine.object(answer)).text() + "\n")
        } else {
            try output.write(text: "\n")
        }
    }
}
