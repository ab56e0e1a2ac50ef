import LinnetLayers
import LinnetModels
import LinnetTensors

/// The keys and values of running and earlier sequences, with the tokens they belong to.
///
/// A prompt that begins as one of them does takes over what was computed, whether that sequence is still running or was
/// answered before: examples that prompts share, and the earlier turns of a conversation, are computed once.
final class PrefixCache {
    private(set) var storage: KVCache
    private var held: [[Int32]]
    private let model: any CausalLanguageModel
    private let dtype: DType
    private let memoryLimit: Int
    private let isShared: Bool

    private static let capacityMultiple = 256

    /// An empty cache.
    ///
    /// - Parameters:
    ///   - memoryLimit: The most bytes of keys and values.
    ///   - isShared: Whether prompts take over anything; without, every prompt is computed whole.
    init(model: any CausalLanguageModel, dtype: DType, memoryLimit: Int, isShared: Bool = true) {
        self.isShared = isShared
        self.model = model
        self.dtype = dtype
        self.memoryLimit = memoryLimit
        storage = model.makeCache(slots: 1, capacity: 1, dtype: dtype)
        held = [[]]
    }

    /// Makes room for sequences; what is held is lost if the memory has to be taken anew.
    ///
    /// - Parameters:
    ///   - slots: Sequences wanted at the same time.
    ///   - capacity: The most tokens of one.
    /// - Returns: Sequences there is memory for: at least one.
    /// - Throws: ``GenerationError/cacheTooLarge(tokens:sequences:mebibytes:limit:)``.
    func reserve(slots: Int, capacity: Int) throws -> Int {
        if storage.capacity >= capacity, storage.slots >= slots { return slots }
        var tokens = (capacity + Self.capacityMultiple - 1) / Self.capacityMultiple * Self.capacityMultiple
        if storage.slots >= slots, tokens > storage.capacity {
            tokens = max(tokens, storage.capacity + storage.capacity / 2)  // A conversation grows turn by turn.
        }
        tokens = max(capacity, min(tokens, model.maximumLength))
        if bytes(slots: 1, capacity: tokens) > memoryLimit { tokens = capacity }
        let each = bytes(slots: 1, capacity: tokens)
        guard each <= memoryLimit else {
            throw GenerationError.cacheTooLarge(
                tokens: capacity, sequences: 1, mebibytes: each >> 20, limit: memoryLimit >> 20)
        }
        let count = min(slots, memoryLimit / max(each, 1))
        storage = model.makeCache(slots: 1, capacity: 1, dtype: dtype)  // Lets go of the old memory first.
        storage = model.makeCache(slots: count, capacity: tokens, dtype: dtype)
        held = Array(repeating: [], count: count)
        return count
    }

    /// Finds a slot for a prompt and leaves in it what the prompt shares with a held sequence.
    ///
    /// - Parameter busy: Slots of running sequences; they are copied from and not taken.
    /// - Returns: The slot, and how many of the prompt's tokens it holds; at least the last one is left to compute.
    func place(_ prompt: [Int32], busy: Set<Int>) -> (slot: Int, reused: Int) {
        let matches = held.map { isShared ? commonPrefix($0, prompt, limit: prompt.count - 1) : 0 }
        let donor = matches.indices.max { matches[$0] < matches[$1] } ?? 0
        // What costs least: tokens to copy, and tokens of another prompt to forget.
        let free = held.indices.filter { !busy.contains($0) }
        func cost(_ slot: Int) -> Int { matches[donor] - matches[slot] + held[slot].count - matches[slot] }
        let slot = free.min { cost($0) < cost($1) } ?? 0
        let reused = matches[donor]
        if matches[slot] < reused {
            storage.copy(slot: donor, to: slot, length: reused)
        } else {
            storage.truncate(slot: slot, to: reused)
        }
        held[slot] = Array(prompt[..<reused])
        return (slot, reused)
    }

    /// How many tokens it would spare to compute the first `length` of a prompt once for several.
    func gain(of prompt: [Int32], length: Int) -> Int {
        guard isShared else { return 0 }
        return length - held.reduce(0) { max($0, commonPrefix($1, prompt, limit: prompt.count - 1)) }
    }

    /// Tokens held in a slot.
    func length(of slot: Int) -> Int { held[slot].count }

    /// Notes the tokens that a forward pass appended.
    func record(_ tokens: [Int32], slot: Int) { held[slot] += tokens }

    /// Forgets the tokens of a slot from `length` on.
    func truncate(slot: Int, to length: Int) {
        storage.truncate(slot: slot, to: length)
        held[slot].removeLast(held[slot].count - length)
    }

    /// Makes a slot hold what another one does.
    func copy(slot: Int, to target: Int) {
        storage.copy(slot: slot, to: target, length: held[slot].count)
        held[target] = held[slot]
    }

    private func bytes(slots: Int, capacity: Int) -> Int {
        KVCache.byteCount(
            layers: model.layerCount, slots: slots, capacity: capacity, width: model.keyValueWidth, dtype: dtype)
            ?? .max
    }
}

/// How many tokens two sequences begin with in common, at most `limit`.
func commonPrefix(_ left: [Int32], _ right: [Int32], limit: Int = .max) -> Int {
    let bound = max(min(left.count, right.count, limit), 0)
    var length = 0
    while length < bound, left[length] == right[length] { length += 1 }
    return length
}
