/// The one seam to the hardware: every primitive that operations are made of.
///
/// Outputs come first, then inputs, then settings. Activations may be `float32` or `bfloat16` (all of one call alike);
/// parameters, statistics and parameter gradients are `float32`. Gradients of parameters accumulate (`+=`), gradients of
/// activations are written. A second kind of hardware is a second implementation of this protocol.
protocol ComputeBackend: Sendable {
    // Elementwise
    func convert(_ out: Tensor, _ input: Tensor)
    func add(_ out: Tensor, _ a: Tensor, _ b: Tensor)
    func subtract(_ out: Tensor, _ a: Tensor, _ b: Tensor)
    func multiply(_ out: Tensor, _ a: Tensor, _ b: Tensor)
    func divide(_ out: Tensor, _ a: Tensor, _ b: Tensor)
    func scale(_ out: Tensor, _ input: Tensor, by factor: Float)
    func offset(_ out: Tensor, _ input: Tensor, by amount: Float)
    func addRow(_ out: Tensor, _ input: Tensor, row: Tensor)
    func unary(_ out: Tensor, _ input: Tensor, _ function: UnaryFunction)
    func unaryBackward(_ dInput: Tensor, _ dOutput: Tensor, _ input: Tensor, _ function: UnaryFunction)
    func dropout(_ out: Tensor, _ input: Tensor, _ mask: DropoutMask)

    // Reductions
    func columnSum(_ out: Tensor, _ input: Tensor)
    func sum(_ input: Tensor) -> Double
    func squareSum(_ input: Tensor) -> Double

    // Products
    func matmul(_ out: Tensor, _ a: Tensor, _ b: Tensor, bias: Tensor?, _ layout: MatmulLayout)
    func matmul(_ out: Tensor, _ a: Tensor, _ b: PreparedMatrix, bias: Tensor?)
    func prepared(_ weight: Tensor, as dtype: DType, for direction: PreparedMatrix.Direction) -> Storage
    func prepared(_ matrix: PackedMatrix) -> Storage?
    func lowRankProject(_ h: Tensor, _ x: Tensor, _ a: Tensor)
    func lowRankExpand(_ y: Tensor, _ h: Tensor, _ b: Tensor, scale: Float, transposed: Bool)
    func lowRankReduce(_ dh: Tensor, _ dy: Tensor, _ b: Tensor, scale: Float)
    func lowRankGradientA(_ dA: Tensor, _ dh: Tensor, _ x: Tensor)
    func lowRankGradientB(_ dB: Tensor, _ dy: Tensor, _ h: Tensor, scale: Float)

    // Packed matrices
    func packedByteCount(_ format: WeightFormat, outputs: Int, inputs: Int) -> Int
    func pack(_ matrix: PackedMatrix, from bytes: UnsafeRawBufferPointer, dtype: DType)
    func pack(_ matrix: PackedMatrix, rowsFrom first: Int, _ rows: Tensor)
    var codesBfloat16: Bool { get }
    func coded(_ bytes: UnsafeRawBufferPointer, dtype: DType, outputs: Int, inputs: Int) -> PackedMemory?
    func packRest(_ matrix: PackedMatrix, from bytes: UnsafeRawBufferPointer, dtype: DType)
    func packBlocks(_ matrix: PackedMatrix, from blocks: UnsafeRawBufferPointer)
    func unpackBlocks(_ matrix: PackedMatrix, to blocks: UnsafeMutableRawBufferPointer)
    func unpack(_ out: Tensor, _ matrix: PackedMatrix)
    func packedRows(_ out: Tensor, _ matrix: PackedMatrix, _ ids: [Int32])
    func packedProducts(_ products: [PackedProduct], of x: Tensor)
    func packedGroups(_ groups: [Int32], _ product: PackedProduct, of x: Tensor)
    func groupMaxima(_ numbers: UnsafeMutableBufferPointer<Float>) -> [Float]

    // Search among vectors as codes
    func encode(_ out: inout EncodedVectors, _ vectors: UnsafeBufferPointer<Float>, dimension: Int)
    func writeCodes(_ place: CodePlace, _ codes: UnsafeBufferPointer<Int8>)
    func readCodes(_ codes: inout [Int8], _ place: CodePlace)
    func nearest(_ rows: CodeBlocks, to queries: EncodedVectors, count: Int) -> [[(row: Int, score: Float)]]

    // Rows and tables
    func embeddingSum(_ out: Tensor, _ tables: EmbeddingTables)
    func gatherRows(_ out: Tensor, _ input: Tensor, _ index: [Int32])
    func scatterAddRows(_ out: Tensor, _ input: Tensor, _ index: [Int32])
    func segmentMean(_ out: Tensor, _ input: Tensor, offsets: [Int32])
    func segmentMeanBackward(_ dInput: Tensor, _ dOutput: Tensor, offsets: [Int32])
    func l2Normalize(_ out: Tensor, _ input: Tensor)
    func rowDots(_ out: Tensor, _ a: Tensor, _ b: Tensor)
    func scaleRows(_ out: Tensor, _ input: Tensor, by factors: Tensor)

    // Norms, softmax, losses
    func norm(_ out: Tensor, _ state: NormState, _ input: Tensor, _ norm: NormWeights)
    func normBackward(
        _ dInput: Tensor, _ dGamma: Tensor?, _ dBeta: Tensor?, _ dOutput: Tensor, _ input: Tensor, _ state: NormState,
        _ norm: NormWeights)
    func dropoutAddNorm(
        _ out: Tensor, _ sum: Tensor, _ state: NormState, _ input: Tensor, _ residual: Tensor, _ mask: DropoutMask,
        _ norm: NormWeights)
    func dropoutAddNormBackward(
        _ dInput: Tensor, _ dResidual: Tensor, _ dGamma: Tensor?, _ dBeta: Tensor?, _ dOutput: Tensor, _ sum: Tensor,
        _ state: NormState, _ mask: DropoutMask, _ norm: NormWeights)
    func softmax(_ out: Tensor, _ input: Tensor)
    func softmaxBackward(_ dInput: Tensor, _ dOutput: Tensor, _ output: Tensor)
    func logSoftmax(_ out: Tensor, _ input: Tensor)
    func logSoftmaxBackward(_ dInput: Tensor, _ dOutput: Tensor, _ output: Tensor)
    func crossEntropy(_ losses: Tensor, _ logSumExp: Tensor, _ logits: Tensor, targets: [Int32], smoothing: Float)
    func crossEntropyBackward(
        _ dLogits: Tensor, _ logits: Tensor, _ logSumExp: Tensor, targets: [Int32], smoothing: Float, scale: Float)

    // Attention, and what stands around it in causal models
    func attention(
        _ out: Tensor, _ logSumExp: Tensor?, _ q: Tensor, _ k: Tensor, _ v: Tensor, _ layout: AttentionLayout,
        _ mask: DropoutMask)
    func attentionBackward(
        _ dq: Tensor, _ dk: Tensor, _ dv: Tensor, _ dOut: Tensor, _ forward: AttentionForward,
        _ layout: AttentionLayout, _ mask: DropoutMask)
    func rotate(_ out: Tensor, _ input: Tensor, _ tables: RotaryTables, positions: [Int32], direction: Float)
    func siluGated(_ out: Tensor, _ gate: Tensor, _ up: Tensor)
    func siluGatedBackward(_ dGate: Tensor, _ dUp: Tensor, _ dOutput: Tensor, _ gate: Tensor, _ up: Tensor)
    func argmax(_ out: UnsafeMutablePointer<Int32>, _ input: Tensor)

    // Optimizer
    func adamW(_ update: AdamWUpdate, shadow: Tensor?)
    func adamWRows(_ update: AdamWUpdate, gradient: RowGradient?, touched: inout [UInt8], shadow: Tensor?)
}

/// The hardware in use.
let backend: any ComputeBackend = CPUBackend()

/// Elementwise functions of one argument; raw values are CKernels' codes.
enum UnaryFunction: Int32, Sendable {
    case negate, exp, log, sqrt, tanh, sigmoid, relu, gelu, geluTanh, silu, reciprocal, square, absolute
}

/// Which elements a dropout drops: a pure function of these three.
struct DropoutMask {
    let probability: Float
    let seed: UInt64
    let stream: UInt64

    static let none = DropoutMask(probability: 0, seed: 0, stream: 0)
}

/// `out[m, n] = op(a) · op(b)` per batch; `op` transposes the stored matrix where asked.
struct MatmulLayout: Hashable {
    var batch = 1
    let m: Int
    let n: Int
    let k: Int
    var transposeA = false
    var transposeB = false
}

/// `out = x · matrixᵀ + bias`, one of several products of the same x.
struct PackedProduct {
    let matrix: PackedMatrix
    /// `[outputs]`, fp32.
    let bias: Tensor?
    let out: Tensor
}

/// Tables whose looked-up rows are summed; index −1 gives a row of zeros.
struct EmbeddingTables {
    let word: Tensor
    let ids: [Int32]
    var position: Tensor?
    var positions: [Int32] = []
    var type: Tensor?
    var types: [Int32] = []
}

/// Scale and shift of a norm over the last dimension; without a shift it is the root-mean-square norm.
struct NormWeights {
    let gamma: Tensor
    let beta: Tensor?
    let epsilon: Float
}

/// Mean (of a layer norm) and reciprocal deviation of each row, fp32, kept for the backward.
struct NormState {
    let mean: Tensor?
    let reciprocalDeviation: Tensor?

    /// Nothing is kept.
    static var none: NormState { NormState(mean: nil, reciprocalDeviation: nil) }
}

/// Segments of queries and keys in ragged attention, and how they see each other.
struct AttentionLayout {
    let segments: AttentionSegments
    let heads: Int
    let keyHeads: Int
    let headDim: Int
    let scale: Float
    /// Keys that a query sees at most; without a sliding window ``unlimited``.
    let window: Int

    /// A window that holds every key.
    static let unlimited = 1 << 30
}

/// What the backward of attention needs from its forward.
struct AttentionForward {
    let q: Tensor
    let k: Tensor
    let v: Tensor
    let out: Tensor
    let logSumExp: Tensor
}
