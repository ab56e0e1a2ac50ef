import Foundation
import LinnetFormats
import LinnetModels
import LinnetTensors
import LinnetTraining
import TestSupport
import Testing

@Suite struct LanguageModelingTests {
    /// A GPT-2 of one block over eight tokens, with dropout.
    private func task(dropout: Double = 0.1) throws -> LanguageModeling {
        let json: JSON = [
            "model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 8, "n_positions": 8,
            "n_embd": 16, "n_layer": 1, "n_head": 2, "embd_pdrop": .number(dropout), "attn_pdrop": .number(dropout),
            "resid_pdrop": .number(dropout), "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5,
            "initializer_range": 0.02, "tie_word_embeddings": true,
        ]
        let model = try PretrainedModel.causal(configuration: ModelConfiguration(json, path: "tiny"), seed: 1)
        return LanguageModeling(model) { _ in }
    }

    /// Tokens that count up, with a hiccup, so that there is something to learn.
    private let corpus = (0..<200).map { Int32(($0 + $0 / 13) % 8) }

    private func trainer(
        _ task: LanguageModeling, _ directory: TemporaryDirectory, steps: Int, precision: Precision = .float32,
        stop: StopFlag = StopFlag(), callbacks: [any TrainingCallback] = []
    ) throws -> Trainer<LanguageModeling> {
        var arguments = TrainingArguments(output: directory.path)
        arguments.maxSteps = steps
        arguments.batchSize = 3
        arguments.gradientAccumulationSteps = 2
        arguments.learningRate = 1e-2
        arguments.schedule = .cosineWithMinimum
        arguments.minimumLearningRate = 1e-3
        arguments.weightDecay = 0.1
        arguments.precision = precision
        arguments.saveStrategy = .never
        return try Trainer(
            task, arguments: arguments,
            training: try TokenWindows(Array(corpus[..<160]), context: 8, .drawn, name: "corpus"),
            evaluation: try TokenWindows(Array(corpus[160...]), context: 8, .consecutive, name: "corpus"),
            model: "tiny", callbacks: callbacks, stop: stop
        ) { loss, _, _ in EvaluationScores(["perplexity": exp(loss)]) }
    }

    @Test func theLossBeginsAtTheLogOfTheVocabularyAndFalls() throws {
        let trainer = try trainer(try task(dropout: 0), try TemporaryDirectory(), steps: 60)
        let before = try trainer.evaluate().entry
        #expect(abs((before["eval_loss"] ?? 0) - log(8.0)) < 0.1)
        _ = try trainer.train()
        let after = try trainer.evaluate().entry
        #expect((after["eval_loss"] ?? 9) < 0.7)
        #expect(abs((after["eval_perplexity"] ?? 0) - exp(after["eval_loss"] ?? 0)) < 1e-9)
    }

    /// A loss over all windows at once is the mean over tokens, not over windows: the last window is shorter.
    @Test func theEvaluationCountsTokens() throws {
        let task = try task(dropout: 0)
        let windows = try TokenWindows(Array(corpus[..<20]), context: 8, .consecutive, name: "corpus")
        let arguments = TrainingArguments(output: "x")
        func mean(_ examples: [TokenWindow]) -> (sum: Double, count: Int) {
            let batch = task.batch(examples)
            return (task.evaluate(batch, arguments: arguments).lossSum, task.lossCount(batch))
        }
        let all = (0..<windows.count).map { windows[$0] }
        let together = mean(all)
        let apart = all.map { mean([$0]) }
        #expect(together.count == 19)
        #expect(apart.map(\.count) == [8, 8, 3])
        #expect(abs(together.sum - apart.reduce(0) { $0 + $1.sum }) < 1e-4)
    }

    @Test(arguments: [Precision.float32, .bfloat16])
    func aRunThatWasInterruptedEndsWithTheSameBits(precision: Precision) throws {
        let whole = try task()
        #expect(try trainer(whole, try TemporaryDirectory(), steps: 9, precision: precision).train().step == 9)
        for step in [1, 4, 8] {
            let directory = try TemporaryDirectory()
            let (recorder, stop) = (Recorder(), StopFlag())
            var steps = 0
            recorder.watch = { event in
                if case .stepped = event { steps += 1 }
                if steps == step { stop.raise() }
            }
            let first = try trainer(
                try task(), directory, steps: 9, precision: precision, stop: stop, callbacks: [recorder])
            #expect(try first.train().step == step)
            let resumed = try task()
            #expect(try trainer(resumed, directory, steps: 9, precision: precision).train(.resuming).step == 9)
            for (found, wanted) in zip(resumed.parameters, whole.parameters) {
                #expect(found.master.floats() == wanted.master.floats(), "\(found.name) after step \(step)")
            }
        }
    }

    @Test func anotherCorpusIsNotContinued() throws {
        let directory = try TemporaryDirectory()
        let (recorder, stop) = (Recorder(), StopFlag())
        recorder.watch = { if case .stepped = $0 { stop.raise() } }
        _ = try trainer(try task(), directory, steps: 3, stop: stop, callbacks: [recorder]).train()
        var arguments = TrainingArguments(output: directory.path)
        arguments.maxSteps = 3
        let other = try Trainer(
            try task(), arguments: arguments,
            training: try TokenWindows(corpus.reversed(), context: 8, .drawn, name: "corpus"), model: "tiny")
        let error = #expect(throws: TrainingError.self) { try other.train(.resuming) }
        guard case .mismatch(_, "training data", _, _) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
    }
}
