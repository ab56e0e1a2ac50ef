import Foundation
import Synchronization

/// A block of memory that tensors share by reference; it returns to the ``CachingAllocator`` when the last one lets go.
final class Storage {
    let pointer: UnsafeMutableRawPointer
    private let capacity: Int
    /// Whose memory this is, when it is not the allocator's: the weights of a ``PackedMatrix``, read in place.
    private let owner: PackedMemory?

    init(byteCount: Int) {
        capacity = CachingAllocator.sizeClass(of: byteCount)
        pointer = CachingAllocator.shared.take(capacity)
        owner = nil
    }

    init(reading owner: PackedMemory) {
        capacity = 0
        pointer = owner.pointer
        self.owner = owner
    }

    deinit {
        if owner == nil { CachingAllocator.shared.give(back: pointer, capacity: capacity) }
    }
}

/// Keeps released blocks by size class, so that a training step allocates nothing new after its first run.
///
/// Size classes are eighths of a power of two: at most 12.5 % of a block is unused. Blocks are aligned to 64 bytes
/// (a cache line, an AVX-512 register).
public final class CachingAllocator: Sendable {
    /// The allocator that every tensor uses.
    public static let shared = CachingAllocator()

    private struct Block: @unchecked Sendable {  // An address that only the list below refers to.
        let address: UnsafeMutableRawPointer
    }

    private struct State {
        var free: [Int: [Block]] = [:]
        var freshAllocations = 0
    }

    private static let alignment = 64
    private let state = Mutex(State())

    /// How many blocks were asked of the operating system so far; constant once a repeated step is warm.
    public var freshAllocations: Int { state.withLock { $0.freshAllocations } }

    /// Returns every block that no tensor uses to the operating system.
    public func releaseUnused() {
        let blocks = state.withLock { state in
            let blocks = state.free.values.flatMap { $0 }
            state.free.removeAll()
            return blocks
        }
        for block in blocks { free(block.address) }
    }

    static func sizeClass(of byteCount: Int) -> Int {
        let minimum = 512
        guard byteCount > minimum else { return minimum }
        let power = Int.bitWidth - 1 - (byteCount - 1).leadingZeroBitCount
        let step = 1 << max(power - 3, 0)
        return (byteCount + step - 1) / step * step
    }

    func take(_ capacity: Int) -> UnsafeMutableRawPointer {
        let cached = state.withLock { state -> Block? in
            if let block = state.free[capacity]?.popLast() { return block }
            state.freshAllocations += 1
            return nil
        }
        if let cached { return cached.address }
        return Self.allocate(capacity, alignment: Self.alignment)
    }

    /// Fresh memory of the operating system; the process ends with a message if there is none.
    static func allocate(_ byteCount: Int, alignment: Int) -> UnsafeMutableRawPointer {
        var address: UnsafeMutableRawPointer?
        guard posix_memalign(&address, alignment, byteCount) == 0, let address else {
            fatalError("out of memory: \(byteCount) bytes for a tensor")
        }
        return address
    }

    func give(back address: UnsafeMutableRawPointer, capacity: Int) {
        let block = Block(address: address)
        state.withLock { $0.free[capacity, default: []].append(block) }
    }
}
