import Foundation
import LinnetFormats
import LinnetTensors

/// The files of a checkpoint that are the trainer's own; the others are the model's.
private enum CheckpointFile {
    static let optimizer = "optimizer.safetensors"
    static let state = "trainer_state.json"
    static let arguments = "training_arguments.json"
    static let resume = "resume.json"
}

extension Trainer {
    /// The checkpoint of the best evaluation, when it is there.
    var bestCheckpoint: String? {
        guard let step = state.bestStep else { return nil }
        let path = store.path(step: step)
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    /// Writes a checkpoint of this moment, then removes the oldest ones beyond `saveTotalLimit`.
    func save(_ optimizer: AdamW) throws {
        let identity = identity()
        let best = state.bestStep == state.step ? store.path(step: state.step) : bestCheckpoint
        let path = try store.commit(step: state.step) { directory in
            try task.save(to: directory)
            try optimizer.save(to: "\(directory)/\(CheckpointFile.optimizer)")
            for (name, json) in [
                (CheckpointFile.state, state.trainerState(arguments, plan, bestCheckpoint: best)),
                (CheckpointFile.arguments, arguments.json), (CheckpointFile.resume, resumeRecord(identity)),
            ] {
                try FileBytes.write(text: json.text(pretty: true) + "\n", to: "\(directory)/\(name)")
            }
        }
        notify(.saved(path))
        try store.rotate(limit: arguments.saveTotalLimit, best: arguments.bestMetricName == nil ? nil : state.bestStep)
    }

    /// Prepares the first step: nothing for a fresh run; weights, moments, log and step of a checkpoint otherwise.
    ///
    /// - Returns: the checkpoint the run goes on from.
    func begin(_ start: RunStart, _ optimizer: AdamW) throws -> String? {
        state = RunState()
        switch start {
        case .fresh:
            if let step = try store.steps().last {
                throw TrainingError.invalidArgument(
                    name: "output_dir", expected: "a directory without checkpoints, or to resume or overwrite the run",
                    found: store.path(step: step))
            }
            return nil
        case .overwriting:
            for step in try store.steps() { try store.remove(step: step) }
            return nil
        case .resuming:
            let step = try store.newestIntact { notify(.noticed($0)) }
            let path = store.path(step: step)
            try restore(from: path, optimizer)
            return path
        }
    }

    private func restore(from path: String, _ optimizer: AdamW) throws {
        let resume = try JSON.read(path: "\(path)/\(CheckpointFile.resume)")
        try identity().check(against: resume["identity"] ?? .null, checkpoint: path)
        let trainerState = try JSON.read(path: "\(path)/\(CheckpointFile.state)")
        guard let stored = RunState(trainerState: trainerState, remainder: resume["state"] ?? .null) else {
            throw TrainingError.damagedCheckpoint(
                path: path,
                reason: "\(CheckpointFile.state) or \(CheckpointFile.resume) lacks a part of the run's state")
        }
        try task.restore(from: path)
        guard resume["weights"]?.stringValue == weightsChecksum() else {
            throw TrainingError.damagedCheckpoint(
                path: path, reason: "the model's files do not give back the weights that were saved")
        }
        try optimizer.restore(from: "\(path)/\(CheckpointFile.optimizer)")
        guard optimizer.step == stored.step else {
            throw TrainingError.damagedCheckpoint(
                path: path, reason: "the optimizer is at step \(optimizer.step), the run at \(stored.step)")
        }
        state = stored
        if let steps = trainerState["max_steps"]?.intValue, steps != plan.totalSteps {
            notify(
                .noticed(
                    "the run now has \(plan.totalSteps) steps instead of \(steps); "
                        + "the learning rate follows the new number"))
        }
    }

    private func identity() -> RunIdentity {
        RunIdentity(model: model, trainable: trainable, examples: training, arguments: arguments)
    }

    /// What continues the run beside weights and moments; position and generator are written for people to read, since
    /// both follow from the step.
    private func resumeRecord(_ identity: RunIdentity) -> JSON {
        let stepOfEpoch = state.step % plan.stepsPerEpoch
        return [
            "version": 1,
            "identity": identity.json,
            "state": .object(state.remainder),
            "weights": .string(weightsChecksum()),
            "position": [
                "epoch": JSON(state.step / plan.stepsPerEpoch),
                "batch": JSON(plan.batches(ofStep: stepOfEpoch).lowerBound),
            ],
            "generator": [
                "name": "philox4x32-10", "seed": .integer(Int64(bitPattern: arguments.seed)),
                "next_stream": JSON(
                    state.step / plan.stepsPerEpoch * plan.batchesPerEpoch
                        + plan.batches(ofStep: stepOfEpoch).lowerBound),
            ],
        ]
    }

    /// A checksum over the values of everything that is trained, to prove that a restored model is the one saved.
    private func weightsChecksum() -> String {
        var checksum = CyclicChecksum()
        for parameter in trainable {
            parameter.master.withFloats { checksum.update(UnsafeRawBufferPointer($0)) }
        }
        return checksum.hexadecimal
    }
}
