import Foundation

/// How rotary positions are stretched beyond the length a model was first trained on; transformers' `rope_type`.
public enum RotaryScaling: Sendable, Equatable {
    /// `default`: `1 / θ^(2i / headDim)`.
    case none
    /// `linear`: all frequencies divided by the factor (Chen et al., 2023).
    case linear(factor: Double)
    /// `dynamic`: a base that grows with the sequence once it exceeds the trained length ("NTK-aware").
    case dynamic(factor: Double)
    /// `yarn` (Peng et al., 2023).
    case yarn(YarnScaling)
    /// `llama3`: slow frequencies divided by the factor, fast ones kept, a ramp between them.
    case llama3(factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalPositions: Int)
    /// `longrope` (Ding et al., 2024): a divisor per frequency, one list for short and one for long sequences.
    case longrope(short: [Double], long: [Double], attentionFactor: Double, originalPositions: Int)
}

/// What `yarn` needs: a ramp between interpolated and kept frequencies, and a factor on the attention scores.
public struct YarnScaling: Sendable, Equatable {
    /// By how much positions are stretched.
    public var factor: Double
    /// Length the model was first trained on.
    public var originalPositions: Int
    /// Factor on cosine and sine; derived from `factor` when absent.
    public var attentionFactor: Double?
    /// Rotations over the original length above which a frequency is kept.
    public var betaFast: Double
    /// Rotations over the original length below which a frequency is interpolated.
    public var betaSlow: Double
    /// Weights of the derived attention factor, as DeepSeek sets them.
    public var mscale: Double?
    /// See ``mscale``.
    public var mscaleAllDim: Double?
    /// Whether the ramp begins and ends at whole dimensions.
    public var truncates: Bool

    /// Settings with the paper's defaults.
    public init(
        factor: Double, originalPositions: Int, attentionFactor: Double? = nil, betaFast: Double = 32,
        betaSlow: Double = 1, mscale: Double? = nil, mscaleAllDim: Double? = nil, truncates: Bool = true
    ) {
        self.factor = factor
        self.originalPositions = originalPositions
        self.attentionFactor = attentionFactor
        self.betaFast = betaFast
        self.betaSlow = betaSlow
        self.mscale = mscale
        self.mscaleAllDim = mscaleAllDim
        self.truncates = truncates
    }
}

/// Rotary position settings of a model (Su et al., 2021), with the numbers transformers' `modeling_rope_utils` derives.
public struct RotarySettings: Sendable, Equatable {
    /// Width of one head; even.
    public let headDim: Int
    /// θ, the base of the wavelengths.
    public let theta: Double
    /// `max_position_embeddings`.
    public let positions: Int
    /// How positions are stretched.
    public let scaling: RotaryScaling

    /// Settings; the caller has checked that `headDim` is even and the numbers are finite and positive.
    public init(headDim: Int, theta: Double = 10000, positions: Int, scaling: RotaryScaling = .none) {
        self.headDim = headDim
        self.theta = theta
        self.positions = positions
        self.scaling = scaling
    }

    /// Most tokens in a sequence: the trained length, stretched where `max_position_embeddings` does not say so itself.
    public var maximumLength: Int {
        switch scaling {
        case .none, .llama3, .longrope: positions
        case .linear(let factor), .dynamic(let factor): stretched(positions, by: factor)
        case .yarn(let yarn): max(positions, stretched(yarn.originalPositions, by: yarn.factor))
        }
    }

    private func stretched(_ length: Int, by factor: Double) -> Int {
        Int(min(Double(length) * factor, Double(Int32.max)))
    }

    /// Whether the frequencies depend on the length of the sequence.
    var variesWithLength: Bool {
        switch scaling {
        case .dynamic, .longrope: true
        case .none, .linear, .yarn, .llama3: false
        }
    }

    /// Angle per position of each pair of dimensions, and the factor on cosine and sine.
    ///
    /// - Parameter length: Tokens of the longest sequence; only ``RotaryScaling/dynamic(factor:)`` and `longrope` ask.
    /// - Returns: `headDim / 2` frequencies.
    public func frequencies(length: Int) -> (values: [Float], attentionFactor: Float) {
        switch scaling {
        case .none: return (inverse(theta), 1)
        case .linear(let factor): return (inverse(theta).map { $0 / Float(factor) }, 1)
        case .dynamic(let factor): return (inverse(dynamicBase(factor, length: length)), 1)
        case .yarn(let yarn): return (interpolated(yarn), Float(yarn.attentionFactor ?? yarn.derivedAttentionFactor))
        case .llama3(let factor, let low, let high, let original):
            return (inverse(theta).map { stretch($0, factor, low, high, Float(original)) }, 1)
        case .longrope(let short, let long, let attention, let original):
            let divisors = length > original ? long : short
            return (zip(divisors, powers(theta)).map { 1 / (Float($0) * $1) }, Float(attention))
        }
    }

    /// `base^(2i / headDim)`, in single precision as transformers computes it.
    private func powers(_ base: Double) -> [Float] {
        (0..<headDim / 2).map { pow(Float(base), Float(2 * $0) / Float(headDim)) }
    }

    private func inverse(_ base: Double) -> [Float] {
        powers(base).map { 1 / $0 }
    }

    private func dynamicBase(_ factor: Double, length: Int) -> Double {
        let ratio = Double(max(length, positions)) / Double(positions)
        let exponent = Double(headDim) / Double(headDim - 2)
        return theta * pow(factor * ratio - (factor - 1), exponent)
    }

    private func stretch(_ value: Float, _ factor: Double, _ low: Double, _ high: Double, _ original: Float) -> Float {
        let wavelength = 2 * Float.pi / value
        if wavelength < original / Float(high) { return value }
        if wavelength > original / Float(low) { return value / Float(factor) }
        let smooth = (original / wavelength - Float(low)) / Float(high - low)
        return (1 - smooth) * value / Float(factor) + smooth * value
    }

    /// Fast frequencies as they are, slow ones divided by the factor, a linear ramp between.
    private func interpolated(_ yarn: YarnScaling) -> [Float] {
        func dimension(_ rotations: Double) -> Double {
            Double(headDim) * log(Double(yarn.originalPositions) / (rotations * 2 * Double.pi)) / (2 * log(theta))
        }
        var (low, high) = (dimension(yarn.betaFast), dimension(yarn.betaSlow))
        if yarn.truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
        (low, high) = (max(low, 0), min(high, Double(headDim - 1)))
        if low == high { high += 0.001 }
        return powers(theta).enumerated().map { index, power in
            let ramp = Float(min(max((Double(index) - low) / (high - low), 0), 1))
            return ramp / (Float(yarn.factor) * power) + (1 - ramp) / power
        }
    }
}

extension YarnScaling {
    /// `0.1 · ln(factor) + 1`, or the quotient of two such terms when both weights are given.
    var derivedAttentionFactor: Double {
        func scale(_ weight: Double) -> Double { factor <= 1 ? 1 : 0.1 * weight * log(factor) + 1 }
        if let mscale, let mscaleAllDim, mscale != 0, mscaleAllDim != 0 { return scale(mscale) / scale(mscaleAllDim) }
        return scale(1)
    }
}
