import Foundation
import LinnetFormats
import LinnetTraining
import TestSupport
import Testing

@Suite struct JSONLinesLogTests {
    private func lines(_ path: String) throws -> [JSON] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
            try JSON.parse(Array($0.utf8), path: path)
        }
    }

    @Test func everyEventIsOneObject() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/logs/run.jsonl"
        let log = JSONLinesLog(path: path)
        let progress = try RunSamples.progress()
        for event in [
            TrainingEvent.began(resumedFrom: nil), .stepped, .logged(RunSamples.training),
            .evaluated(RunSamples.evaluation, confusion: [[1]]), .saved("runs/x/checkpoint-433"),
            .noticed("a \"quoted\" word"), .ended(RunSamples.result(.stoppedEarly)),
        ] { try log.handle(event, progress) }
        let objects = try lines(path)
        #expect(
            objects.map { $0["event"]?.stringValue }
                == ["began", "log", "evaluation", "saved", "notice", "ended"])
        #expect(objects[1]["loss"]?.doubleValue == 0.5)
        #expect(objects[1]["step"]?.intValue == 433)
        #expect(objects[2]["eval_accuracy"]?.doubleValue == 0.884)
        #expect(objects[4]["text"]?.stringValue == "a \"quoted\" word")
        #expect(objects[5]["reason"]?.stringValue == "stopped_early")
    }

    @Test func aResumedRunAppends() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/run.jsonl"
        let progress = try RunSamples.progress()
        try JSONLinesLog(path: path).handle(.began(resumedFrom: nil), progress)
        try JSONLinesLog(path: path).handle(.began(resumedFrom: "runs/x/checkpoint-1"), progress)
        #expect(
            try lines(path).map { $0["resumed_from"] } == [.null, "runs/x/checkpoint-1"])
    }
}
