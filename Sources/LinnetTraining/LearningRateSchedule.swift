import Foundation

/// The shape of the learning rate over a run, under Hugging Face's names (`lr_scheduler_type`).
public enum ScheduleKind: String, Sendable, CaseIterable {
    /// Falls in a straight line from the peak to 0 at the last step.
    case linear
    /// Falls along half a cosine from the peak to 0 at the last step.
    case cosine
    /// Falls along half a cosine from the peak to the smallest learning rate at the last step.
    case cosineWithMinimum = "cosine_with_min_lr"
    /// Stays at the peak from the first step; warm-up is ignored.
    case constant
    /// Rises to the peak, then stays there.
    case constantWithWarmup = "constant_with_warmup"
}

/// How long the learning rate rises from 0 to its peak.
public enum Warmup: Sendable, Equatable {
    /// A number of optimizer steps.
    case steps(Int)
    /// A share of all optimizer steps, in 0 ..< 1; rounded up to whole steps.
    case ratio(Double)

    /// The warm-up in optimizer steps.
    public func stepCount(of totalSteps: Int) -> Int {
        switch self {
        case .steps(let count): count
        case .ratio(let share): Int((Double(totalSteps) * share).rounded(.up))
        }
    }
}

/// The factor on the learning rate at each optimizer step.
///
/// Equal to transformers' `get_linear_schedule_with_warmup`, `get_cosine_schedule_with_warmup`,
/// `get_cosine_with_min_lr_schedule_with_warmup`, `get_constant_schedule` and `get_constant_schedule_with_warmup`: the
/// first update (step 0) of a run with warm-up has
/// learning rate 0.
public struct LearningRateSchedule: Sendable, Equatable {
    /// The shape.
    public let kind: ScheduleKind
    /// How many steps the rate rises.
    public let warmupSteps: Int
    /// How many optimizer steps the run has.
    public let totalSteps: Int
    /// The factor at which `cosine_with_min_lr` ends.
    public let minimum: Double

    /// A schedule over `totalSteps` optimizer steps.
    ///
    /// - Parameter minimum: the factor at which `cosine_with_min_lr` ends, in 0…1.
    public init(kind: ScheduleKind, warmupSteps: Int, totalSteps: Int, minimum: Double = 0) {
        self.kind = kind
        self.warmupSteps = warmupSteps
        self.totalSteps = totalSteps
        self.minimum = minimum
    }

    /// The factor in 0…1 on the peak learning rate for the update after `step` earlier updates.
    public func factor(at step: Int) -> Double {
        if kind == .constant { return 1 }
        if step < warmupSteps { return Double(step) / Double(max(1, warmupSteps)) }
        switch kind {
        case .constant, .constantWithWarmup:
            return 1
        case .linear:
            return max(0, Double(totalSteps - step) / Double(max(1, totalSteps - warmupSteps)))
        case .cosine: return max(0, cosine(at: step))
        case .cosineWithMinimum: return max(0, cosine(at: step) * (1 - minimum) + minimum)
        }
    }

    /// 1 after the warm-up, 0 at the last step.
    private func cosine(at step: Int) -> Double {
        let progress = Double(step - warmupSteps) / Double(max(1, totalSteps - warmupSteps))
        return 0.5 * (1 + cos(Double.pi * progress))
    }
}
