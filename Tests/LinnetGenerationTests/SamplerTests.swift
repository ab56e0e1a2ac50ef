import Foundation
import LinnetFormats
import TestSupport
import Testing

@testable import LinnetGeneration

/// Processors against transformers', in the order of its `generate`.
@Suite struct SamplerTests {
    @Test func everyProcessorEqualsTransformers() throws {
        let golden = try JSON.read(path: Fixtures.path("generation/goldens.json"))
        let cases = golden["cases"]?.arrayValue ?? []
        #expect(cases.count == 22)
        for entry in cases { try expectMatches(entry) }
    }

    private func expectMatches(_ entry: JSON) throws {
        let name = entry["name"]?.stringValue ?? ""
        let settings = try #require(entry["options"]?.objectValue)
        let options = try GenerationOptions().merged(with: settings, path: "options")
        let row = ScoreRow(floats(entry["scores"]))
        let result = Sampler(options, seed: 0, sample: 0).processed(row.logits, try history(entry))
        let left = Set((result.candidates ?? (0..<Int32(row.count)).map { $0 }).filter { result[$0] ?? 0 > -.infinity })
        let expected = floats(entry["processed"])
        #expect(left == Set(expected.indices.filter { expected[$0] > -.infinity }.map { Int32($0) }), "\(name)")
        for id in left {
            #expect(abs((result[id] ?? 0) - expected[Int(id)]) <= 1e-6 * abs(expected[Int(id)]), "\(name) \(id)")
        }
        let probabilities = floats(entry["probabilities"])
        for (id, probability) in result.probabilities() {
            #expect(abs(probability - probabilities[Int(id)]) < 1e-6, "\(name) \(id)")
        }
        #expect(Int(result.best) == entry["best"]?.intValue, "\(name)")
    }

    private func floats(_ json: JSON?) -> [Float] {
        (json?.arrayValue ?? []).map { $0.doubleValue.map { Float($0) } ?? -.infinity }
    }

    private func history(_ entry: JSON) throws -> TokenHistory {
        let tokens = (entry["tokens"]?.arrayValue ?? []).compactMap { $0.intValue.map { Int32($0) } }
        let length = try #require(entry["prompt_length"]?.intValue)
        var history = TokenHistory(prompt: Array(tokens[..<length]))
        for id in tokens[length...] { history.append(id) }
        return history
    }

    @Test func penaltiesCountTheAnswerAlone() {
        var options = GenerationOptions()
        options.presencePenalty = 0.5
        options.frequencyPenalty = 0.25
        var history = TokenHistory(prompt: [1, 2])
        for id: Int32 in [3, 3, 4] { history.append(id) }
        let row = ScoreRow([1, 1, 1, 1, 1])
        let result = Sampler(options, seed: 0, sample: 0).processed(row.logits, history)
        #expect(Array(result.values) == [1, 1, 1, 0, 0.25])
    }

    @Test func drawsFollowTheProbabilities() {
        var options = GenerationOptions()
        options.doSample = true
        options.topK = 0
        let row = ScoreRow([log(0.5), log(0.3), -.infinity, log(0.2)])
        var counts = [0, 0, 0, 0]
        let draws = 4000
        for seed in 0..<draws {
            counts[
                Int(Sampler(options, seed: UInt64(seed), sample: 0).choose(row.logits, TokenHistory(prompt: [0])))] += 1
        }
        for (count, probability) in zip(counts, [0.5, 0.3, 0, 0.2]) {
            let deviation = (Double(draws) * probability * (1 - probability)).squareRoot()
            #expect(abs(Double(count) - Double(draws) * probability) <= 4 * deviation)
        }
    }

    @Test func aDrawDependsOnSeedSampleAndPlace() {
        var options = GenerationOptions()
        options.doSample = true
        options.topK = 0
        func draw(_ seed: UInt64, _ sample: Int, _ place: Int) -> Int32 {
            var history = TokenHistory(prompt: [0])
            for _ in 0..<place { history.append(1) }
            return Sampler(options, seed: seed, sample: sample).choose(
                ScoreRow(.init(repeating: 0, count: 5000)).logits, history)
        }
        #expect(draw(1, 0, 0) == draw(1, 0, 0))
        #expect(Set([draw(1, 0, 0), draw(2, 0, 0), draw(1, 1, 0), draw(1, 0, 1)]).count == 4)
    }

    @Test func theNucleusOfALargeVocabularyIsFoundWithoutSortingIt() {
        let scores = ScriptedModel.hashed([1, 2, 3], 6000)
        for probability in [0.3, 0.9, 0.999999] {
            var row = ScoreRow(scores).logits
            let sorted = row.probabilities().sorted { $0.probability > $1.probability }
            TopP(probability: probability).process(&row, TokenHistory(prompt: []))
            var mass = 0.0
            let expected = sorted.prefix { entry in
                defer { mass += Double(entry.probability) }
                return mass < probability
            }
            #expect(row.candidates == expected.map(\.id).sorted())
        }
    }

    @Test(arguments: [1, 15, 16, 17, 100])
    func theFirstOfEqualScoresIsTaken(count: Int) {
        for place in 0..<count {
            var scores = [Float](repeating: -2, count: count)
            for index in place..<count { scores[index] = 3 }
            #expect(Int(ScoreRow(scores).logits.best) == place)
        }
        #expect(ScoreRow([Float](repeating: -.infinity, count: count)).logits.best == 0)
    }
}

/// Scores in memory that is not given back: a row only borrows it.
private struct ScoreRow {
    private let buffer: UnsafeMutableBufferPointer<Float>
    var logits: LogitRow { LogitRow(buffer) }
    var count: Int { buffer.count }

    init(_ scores: [Float]) {
        buffer = .allocate(capacity: scores.count)
        _ = buffer.initialize(from: scores)
    }
}
