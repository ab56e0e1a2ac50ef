import Linnet
import TestSupport
import Testing

/// The losses of sentence-transformers on the tiny encoder `models/bert-embedding`.
@Suite struct EmbeddingLossTests {
    private static let directory = "models/bert-embedding"
    private static let losses: [(file: String, loss: EmbeddingLoss, columns: Int)] = [
        ("ranking", .multipleNegativesRanking(), 2),
        ("ranking-negatives-plain", .multipleNegativesRanking(scale: 5), 4),
        ("cosine-plain", .cosineSimilarity, 2),
        ("triplet", .triplet(margin: 0.3, distance: .euclidean), 3),
        ("triplet-cosine", .triplet(margin: 0.05, distance: .cosine), 3),
    ]

    /// What one golden file was computed from.
    private struct Case {
        let golden: Golden
        let texts: [[Int32]]
        let scores: [Float]
        let model: PretrainedModel<any TextEncoder>

        init(_ file: String) throws {
            golden = try Golden("\(directory)/losses/\(file).safetensors")
            let offsets = try golden.integers("offsets").map { Int($0) }
            let ids = try golden.integers("ids")
            texts = zip(offsets, offsets.dropFirst()).map { Array(ids[$0..<$1]) }
            scores = golden.names.contains("scores") ? try golden.floats("scores") : []
            model = try PretrainedModel.encoder(directory: Fixtures.path(directory))
        }

        /// The vectors of all texts, column by column.
        func embeddings(normalized: Bool) -> Tensor {
            let batch = TokenBatch(texts)
            let means = model.network(batch, tokens: .all, dtype: .float32).segmentMeans(offsets: batch.offsets)
            return normalized ? means.l2Normalized() : means
        }

        func training(_ loss: @escaping () -> Tensor) -> GoldenTraining {
            // A bare encoder's file leaves out the prefix that the model has inside a classifier.
            let parameters = model.store.parameters.map { (model.bareName($0.name), $0) }
            return GoldenTraining(
                golden: golden, parameters: Dictionary(uniqueKeysWithValues: parameters), loss: loss)
        }
    }

    @Test(arguments: 0..<5)
    func valueGradientsAndTenStepsEqualSentenceTransformers(number: Int) throws {
        let (file, objective, columnCount) = Self.losses[number]
        let example = try Case(file)
        let normalized = !file.hasSuffix("-plain")
        let count = example.texts.count / columnCount
        func loss() -> Tensor {
            let all = example.embeddings(normalized: normalized)
            let columns = (0..<columnCount).map { all.slice(($0 * count)..<(($0 + 1) * count)) }
            return objective(columns, scores: example.scores, divisor: count)
        }
        expectClose(
            example.embeddings(normalized: normalized), try example.golden.tensor("embeddings"), "embeddings")
        expectClose(loss(), try example.golden.tensor("loss"), "loss of \(file)")
        let training = example.training(loss)
        try training.expectGradients()
        for parameter in example.model.store.parameters { parameter.clearGradient() }
        try training.expectTenSteps()
    }

    @Test func theTaskEncodesAllColumnsInOnePassAndGivesTheSameLoss() throws {
        let example = try Case("ranking")
        let modules = try SentenceModules(directory: Fixtures.path(Self.directory))
        let task = SentenceEmbedding(
            example.model, modules: modules, objective: .multipleNegativesRanking(), baseModel: "tiny"
        ) { _ in }
        let count = example.texts.count / 2
        let examples = (0..<count).map { SentenceExample(columns: [example.texts[$0], example.texts[$0 + count]]) }
        let arguments = TrainingArguments(output: "unused")
        let batch = task.batch(examples)
        #expect(task.lossCount(batch) == count)
        let expected = try example.golden.tensor("loss")
        expectClose(task.loss(batch, divisor: count, arguments: arguments), expected, "loss")

        let (sum, judgments) = withoutGradient { task.evaluate(batch, arguments: arguments) }
        expectClose([Float(sum) / Float(count)], expected.floats(), "evaluation loss")
        let vectors = try example.golden.tensor("embeddings")
        for (row, judgment) in judgments.enumerated() {
            func cosine(_ document: Int) -> Float {
                (vectors.slice(row..<(row + 1)) * vectors.slice((count + document)..<(count + document + 1))).sum()
                    .item()
            }
            expectClose([judgment.similarity], [cosine(row)], "similarity of \(row)")
            #expect(judgment.rank == 1 + (0..<count).count { cosine($0) > cosine(row) })
            #expect(judgment.hardestNegative == nil)
        }
    }
}
