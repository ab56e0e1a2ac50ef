import Foundation
import Synchronization

/// The memory of one packed matrix, aligned to 64 bytes, contents undefined at first.
///
/// Matrices lie one after another in large slabs on huge pages: decoding reads every weight once per token, and with
/// pages of 4 KiB the walks through the page tables would cost a share of the bandwidth. A slab is released with the
/// last matrix in it.
///
/// Unchecked: the bytes are written while the matrix is made, by its one owner, and only read afterwards.
final class PackedMemory: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
    let byteCount: Int
    private let slab: Slab

    private static let alignment = 64
    private static let current = Mutex(Current())

    private struct Current {
        /// The slab that is being filled; the matrices in it keep it alive.
        weak var slab: Slab?
    }

    init(byteCount: Int) {
        self.byteCount = byteCount
        (slab, pointer) = Self.current.withLock { current in
            if let slab = current.slab, let place = slab.take(byteCount, alignment: Self.alignment) {
                return (slab, place)
            }
            let fresh = Slab(byteCount: byteCount)
            let place = fresh.take(byteCount, alignment: Self.alignment) ?? fresh.start
            if fresh.hasRoom { current.slab = fresh }
            return (fresh, place)
        }
    }

    /// Memory that is handed out from its start.
    ///
    /// Unchecked: `used` changes under the lock of `PackedMemory.current` alone.
    private final class Slab: @unchecked Sendable {
        let start: UnsafeMutableRawPointer
        private let byteCount: Int
        private var used = 0

        private static let pageSize = 2 << 20
        private static let usualSize = 32 << 20

        init(byteCount: Int) {
            let wanted = byteCount > Self.usualSize / 4 ? byteCount : Self.usualSize
            let size = (wanted + Self.pageSize - 1) / Self.pageSize * Self.pageSize
            start = CachingAllocator.allocate(size, alignment: Self.pageSize)
            #if os(Linux)
                madvise(start, size, Int32(MADV_HUGEPAGE))
            #endif
            self.byteCount = size
        }

        deinit { free(start) }

        var hasRoom: Bool { byteCount - used >= Self.usualSize / 4 }

        func take(_ count: Int, alignment: Int) -> UnsafeMutableRawPointer? {
            guard count <= byteCount - used else { return nil }
            defer { used = min((used + count + alignment - 1) / alignment * alignment, byteCount) }
            return start + used
        }
    }
}
