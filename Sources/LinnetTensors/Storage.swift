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

    /// A released block; its first word holds the next one of its size class.
    private struct Block: @unchecked Sendable {  // An address that only one list below refers to.
        let address: UnsafeMutableRawPointer

        var next: Block? {
            get { address.load(as: UnsafeMutableRawPointer?.self).map { Block(address: $0) } }
            nonmutating set { address.storeBytes(of: newValue?.address, as: UnsafeMutableRawPointer?.self) }
        }
    }

    private struct State {
        /// The first released block of each size class.
        var free = [Block?](repeating: nil, count: (Int.bitWidth - 9) * 8)
        var freshAllocations = 0
    }

    private static let alignment = 64
    private static let minimum = 512
    private let state = Mutex(State())

    /// How many blocks were asked of the operating system so far; constant once a repeated step is warm.
    public var freshAllocations: Int { state.withLock { $0.freshAllocations } }

    /// Returns every block that no tensor uses to the operating system.
    public func releaseUnused() {
        let lists = state.withLock { state in
            defer { state.free = state.free.map { _ in nil } }
            return state.free
        }
        for case var block? in lists {
            while let next = block.next {
                free(block.address)
                block = next
            }
            free(block.address)
        }
    }

    static func sizeClass(of byteCount: Int) -> Int {
        guard byteCount > minimum else { return minimum }
        let step = 1 << (power(below: byteCount) - 3)
        return (byteCount + step - 1) / step * step
    }

    /// The greatest power of two below `byteCount`, as its exponent.
    private static func power(below byteCount: Int) -> Int {
        Int.bitWidth - 1 - (byteCount - 1).leadingZeroBitCount
    }

    /// The number of a size class: 0 for the minimum, then eight between powers of two.
    private static func number(ofClass capacity: Int) -> Int {
        guard capacity > minimum else { return 0 }
        let power = power(below: capacity)
        return (power - 9) * 8 + (capacity >> (power - 3)) - 8
    }

    func take(_ capacity: Int) -> UnsafeMutableRawPointer {
        let number = Self.number(ofClass: capacity)
        let cached = state.withLock { state -> Block? in
            if let block = state.free[number] {
                state.free[number] = block.next
                return block
            }
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
        let number = Self.number(ofClass: capacity)
        state.withLock { state in
            block.next = state.free[number]
            state.free[number] = block
        }
    }
}
