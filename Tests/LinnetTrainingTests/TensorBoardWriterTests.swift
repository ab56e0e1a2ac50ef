import Foundation
import TestSupport
import Testing

@testable import LinnetTraining

@Suite struct TensorBoardWriterTests {
    // From tensorboard 2.21.0:
    //
    //     writer = RecordWriter(file)
    //     writer.write(event_pb2.Event(wall_time=1.5, file_version="brain.Event:2").SerializeToString())
    //     event = event_pb2.Event(wall_time=2.5, step=300)
    //     event.summary.value.add(tag="train/loss", simple_value=0.25)
    //     event.summary.value.add(tag="eval/f1", simple_value=-3.0)
    //     writer.write(event.SerializeToString())
    @Test func recordsAreByteForByteThoseOfTensorBoard() {
        let records =
            EventRecord.fileVersion(wallTime: 1.5).framed
            + EventRecord.scalars([("train/loss", 0.25), ("eval/f1", -3)], step: 300, wallTime: 2.5).framed
        #expect(
            records.map { String(format: "%02x", $0) }.joined()
                == "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c31000000000000009d8383"
                + "e909000000000000044010ac022a230a110a0a747261696e2f6c6f7373150000803e0a0e0a076576616c2f663115000040c0d4"
                + "b2a665")
    }

    @Test func aRunWritesOneFileWithHuggingFacesTags() throws {
        let directory = try TemporaryDirectory()
        let writer = TensorBoardWriter(directory: directory.path + "/logs")
        let progress = try RunSamples.progress()
        try writer.handle(.began(resumedFrom: nil), progress)
        try writer.handle(.logged(RunSamples.training), progress)
        try writer.handle(.evaluated(RunSamples.evaluation, confusion: nil), progress)
        try writer.handle(.ended(RunSamples.result()), progress)
        let path = try #require(writer.path)
        #expect((path as NSString).lastPathComponent.hasPrefix("events.out.tfevents."))
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for tag in ["train/loss", "train/grad_norm", "train/learning_rate", "eval/loss", "eval/accuracy"] {
            #expect(bytes.range(of: Data(tag.utf8)) != nil, "\(tag)")
        }
        #expect(bytes.range(of: Data("train/eval_loss".utf8)) == nil)

        let second = TensorBoardWriter(directory: directory.path + "/logs")
        try second.handle(.began(resumedFrom: "runs/x/checkpoint-1"), progress)
        #expect(second.path != path, "a resumed run writes beside the first, not over it")
    }
}
