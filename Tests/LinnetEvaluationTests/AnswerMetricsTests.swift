import Foundation
import LinnetFormats
import TestSupport
import Testing

@testable import LinnetEvaluation

/// Numbers of SQuAD's rules, rouge-score, sacrebleu and NLTK (`Tests/Fixtures/evaluation`).
@Suite struct AnswerMetricsTests {
    private struct Sample {
        let prediction: String
        let references: [String]
        let golden: JSON

        func number(_ key: String) throws -> Double { try #require(golden[key]?.doubleValue) }

        func numbers(_ key: String) throws -> [Double] {
            try #require(golden[key]?.arrayValue).compactMap(\.doubleValue)
        }
    }

    private let goldens: JSON
    private let samples: [Sample]

    init() throws {
        goldens = try JSON.read(path: Fixtures.path("evaluation/answers.json"))
        samples = try #require(goldens["samples"]?.arrayValue).map { golden in
            Sample(
                prediction: try #require(golden["prediction"]?.stringValue),
                references: try #require(golden["references"]?.arrayValue).compactMap(\.stringValue), golden: golden)
        }
        #expect(samples.count > 30)
    }

    @Test func exactMatchAndF1EqualSquad() throws {
        for sample in samples {
            let score = SquadScore(prediction: sample.prediction, references: sample.references)
            let (match, f1) = try (sample.number("exact_match"), sample.number("f1"))
            #expect(score.exactMatch == match, "\(sample.prediction)")
            #expect(abs(score.f1 - f1) < 1e-12, "\(sample.prediction)")
        }
    }

    @Test func rougeLEqualsRougeScore() throws {
        for sample in samples {
            for (stems, key) in [(false, "rougeL"), (true, "rougeL_stemmed")] {
                let score = RougeL(prediction: sample.prediction, references: sample.references, stems: stems)
                let expected = try sample.numbers(key)
                for (found, golden) in zip([score.precision, score.recall, score.f1], expected) {
                    #expect(abs(found - golden) < 1e-12, "\(key): \(sample.prediction)")
                }
            }
        }
    }

    @Test func bleuEqualsSacrebleu() throws {
        for sample in samples {
            let tokens = MTEvalTokenizer.tokens(sample.prediction).map { String(String.UnicodeScalarView($0)) }
            let expected = try #require(sample.golden["bleu_tokens"]?.arrayValue).compactMap(\.stringValue)
            #expect(tokens == expected)
            let score = BLEUScore([(sample.prediction, sample.references)])
            let bleu = try sample.number("bleu")
            #expect(abs(score.value - bleu) < 1e-9, "\(sample.prediction)")
            let lengths = try sample.numbers("bleu_lengths")
            #expect([score.length, score.referenceLength].map(Double.init) == lengths, "\(sample.prediction)")
        }
        let corpus = BLEUScore(samples.map { ($0.prediction, $0.references) })
        let bleu = try #require(goldens["bleu"]?.doubleValue)
        #expect(abs(corpus.value - bleu) < 1e-9)
        let precisions = try #require(goldens["bleu_precisions"]?.arrayValue).compactMap(\.doubleValue)
        for (found, golden) in zip(corpus.precisions, precisions) { #expect(abs(found - golden) < 1e-9) }
    }

    @Test func stemsEqualThoseOfNLTK() throws {
        let stems = try #require(goldens["stems"]?.objectValue)
        #expect(stems.count > 200)
        for (word, golden) in stems {
            let stem = String(decoding: PorterStemmer.stem(Array(word.utf8)), as: UTF8.self)
            #expect(stem == golden.stringValue, "\(word)")
        }
    }

    @Test func meansAreOverTheAnswersThatCount() throws {
        let metrics = try AnswerMetrics([
            .init(id: "1", prediction: "Paris", references: ["paris"]),
            .init(id: "2", prediction: "Rome", references: []),
            .init(id: "3", prediction: "It is red [1].", sources: ["The sky is red."]),
        ])
        #expect(metrics.exactMatch == 0.5)
        #expect(metrics.f1 == 0.5)
        #expect(metrics.faithfulness == 1)
        #expect(metrics.summary.map(\.name) == ["exact_match", "f1", "rougeL", "bleu", "faithfulness"])
        #expect(throws: EvaluationError.noSamples) { try AnswerMetrics([]) }
    }
}
