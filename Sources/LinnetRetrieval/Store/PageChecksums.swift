import CSQLite
import Foundation

/// Checksums over the pages of a store's file, kept in the last eight bytes of each page.
///
/// SQLite notices a damaged structure but not a flipped bit in a text, a vector or a keyword list. This layer between
/// SQLite and the file writes a checksum with every page and verifies it with every page read, so that damage is an
/// error and never a wrong or a short answer. It is a `sqlite3_vfs` around the default one. Pages have their eight
/// bytes by `SQLITE_FCNTL_RESERVE_BYTES`; other programs read such a file, but what they write to it is refused here.
enum PageChecksums {
    /// Bytes at the end of a page that hold its checksum.
    static let byteCount = 8
    /// Name of the layer for `sqlite3_open_v2`.
    private static let name = "linnet-page-checksums"

    /// The system's own layer, the name and the methods of ours. They live as long as the process and never change.
    private struct Layer: @unchecked Sendable {
        let system: UnsafeMutablePointer<sqlite3_vfs>
        let methods: UnsafeMutablePointer<sqlite3_io_methods>
    }

    private static let layer: Layer? = makeLayer()

    /// Makes the layer known to SQLite and returns its name.
    static func register() throws -> String {
        guard layer != nil else {
            throw RetrievalError(
                .unavailable, "SQLite has no file layer on this system; install libsqlite3 3.32 or later")
        }
        return name
    }

    /// The checksum of a page: four lanes of multiply and rotate, each a bijection, so that no change confined to one
    /// 64-bit word goes unnoticed. The page's number takes part: a page written to another's place is noticed too.
    static func checksum(_ bytes: UnsafeRawBufferPointer, page: UInt64) -> UInt64 {
        let prime: UInt64 = 0x9E37_79B9_7F4A_7C15
        var first = page &* prime
        var second = first ^ 0xC2B2_AE3D_27D4_EB4F
        var third = first ^ 0x1656_67B1_9E37_79F9
        var fourth = first ^ 0x85EB_CA77_C2B2_AE63
        func mixed(_ lane: UInt64, _ word: UInt64) -> UInt64 {
            let product = (lane ^ word) &* prime
            return product << 29 | product >> 35
        }
        var offset = 0
        while offset + 32 <= bytes.count {
            first = mixed(first, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian)
            second = mixed(second, bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self).littleEndian)
            third = mixed(third, bytes.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self).littleEndian)
            fourth = mixed(fourth, bytes.loadUnaligned(fromByteOffset: offset + 24, as: UInt64.self).littleEndian)
            offset += 32
        }
        while offset + 8 <= bytes.count {
            first = mixed(first, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian)
            offset += 8
        }
        return mixed(mixed(mixed(first, second), third), fourth)
    }

    /// Bytes before the system's file object within ours.
    private static let header = 16

    private static func makeLayer() -> Layer? {
        guard sqlite3_initialize() == SQLITE_OK, let system = sqlite3_vfs_find(nil) else { return nil }
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        methods.initialize(to: fileMethods())
        // The copy keeps the system's own functions for everything but opening.
        let copy = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        copy.initialize(to: system.pointee)
        copy.pointee.pNext = nil
        copy.pointee.zName = UnsafePointer(strdup(name))
        copy.pointee.szOsFile += Int32(header)
        copy.pointee.xOpen = { _, name, file, flags, outFlags in
            PageChecksums.open(name, file, flags, outFlags)
        }
        guard copy.pointee.zName != nil, sqlite3_vfs_register(copy, 0) == SQLITE_OK else { return nil }
        return Layer(system: system, methods: methods)
    }

    /// Opens a file: databases through this layer, journals and temporary files directly.
    private static func open(
        _ name: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32,
        _ outFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        guard let layer, let file, let open = layer.system.pointee.xOpen else { return SQLITE_CANTOPEN }
        guard flags & SQLITE_OPEN_MAIN_DB != 0 else { return open(layer.system, name, file, flags, outFlags) }
        file.pointee.pMethods = nil
        guard let inner = inner(file) else { return SQLITE_CANTOPEN }
        inner.pointee.pMethods = nil
        let code = open(layer.system, name, inner, flags, outFlags)
        // SQLite closes what has methods, also after a failure.
        if inner.pointee.pMethods != nil { file.pointee.pMethods = UnsafePointer(layer.methods) }
        return code
    }

    /// The system's file object within ours.
    private static func inner(_ file: UnsafeMutablePointer<sqlite3_file>?) -> UnsafeMutablePointer<sqlite3_file>? {
        guard let file else { return nil }
        return (UnsafeMutableRawPointer(file) + header).assumingMemoryBound(to: sqlite3_file.self)
    }

    /// Whether bytes at an offset are a whole page (SQLite reads parts of the first page to look at the header).
    private static func isPage(_ count: Int32, _ offset: Int64) -> Bool {
        count >= 512 && count & (count - 1) == 0 && offset % Int64(count) == 0
    }

    private static func sum(of page: UnsafeRawPointer, _ count: Int32, _ offset: Int64) -> UInt64 {
        let covered = UnsafeRawBufferPointer(start: page, count: Int(count) - byteCount)
        return checksum(covered, page: UInt64(bitPattern: offset / Int64(count)))
    }

    private static func read(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ bytes: UnsafeMutableRawPointer?, _ count: Int32, _ offset: Int64
    ) -> Int32 {
        guard let inner = inner(file), let bytes, let read = inner.pointee.pMethods?.pointee.xRead else {
            return SQLITE_IOERR
        }
        let code = read(inner, bytes, count, offset)
        guard isPage(count, offset) else { return code }
        if code == SQLITE_IOERR | (2 << 8) {
            // SQLite takes what lies behind the end of the file for zeros: right for no page of it, wrong for half a one.
            var size: Int64 = 0
            let known = inner.pointee.pMethods?.pointee.xFileSize?(inner, &size) ?? SQLITE_IOERR
            return known == SQLITE_OK && size <= offset ? code : SQLITE_IOERR | (32 << 8)
        }
        guard code == SQLITE_OK else { return code }
        let stored = bytes.loadUnaligned(fromByteOffset: Int(count) - byteCount, as: UInt64.self)
        return stored.littleEndian == sum(of: bytes, count, offset) ? SQLITE_OK : SQLITE_IOERR | (32 << 8)
    }

    private static func write(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ bytes: UnsafeRawPointer?, _ count: Int32, _ offset: Int64
    ) -> Int32 {
        guard let inner = inner(file), let bytes, let write = inner.pointee.pMethods?.pointee.xWrite else {
            return SQLITE_IOERR
        }
        if isPage(count, offset) {
            // The page lies in SQLite's cache, and its last bytes are reserved for this.
            UnsafeMutableRawPointer(mutating: bytes).storeBytes(
                of: sum(of: bytes, count, offset).littleEndian, toByteOffset: Int(count) - byteCount, as: UInt64.self)
        }
        return write(inner, bytes, count, offset)
    }

    /// The methods of a file: those of the system, with a checksum in reading and writing. Version 1 has neither shared
    /// memory nor memory maps, which would go around the checksums.
    private static func fileMethods() -> sqlite3_io_methods {
        var methods = sqlite3_io_methods()
        methods.iVersion = 1
        methods.xClose = { file in
            guard let inner = PageChecksums.inner(file) else { return SQLITE_IOERR }
            return inner.pointee.pMethods?.pointee.xClose?(inner) ?? SQLITE_OK
        }
        methods.xRead = { PageChecksums.read($0, $1, $2, $3) }
        methods.xWrite = { PageChecksums.write($0, $1, $2, $3) }
        methods.xTruncate = { file, size in
            guard let inner = PageChecksums.inner(file) else { return SQLITE_IOERR }
            return inner.pointee.pMethods?.pointee.xTruncate?(inner, size) ?? SQLITE_IOERR
        }
        methods.xSync = { file, flags in
            guard let inner = PageChecksums.inner(file) else { return SQLITE_IOERR }
            return inner.pointee.pMethods?.pointee.xSync?(inner, flags) ?? SQLITE_IOERR
        }
        methods.xFileSize = { file, size in
            guard let inner = PageChecksums.inner(file) else { return SQLITE_IOERR }
            return inner.pointee.pMethods?.pointee.xFileSize?(inner, size) ?? SQLITE_IOERR
        }
        methods.xLock = { file, level in
            guard let inner = PageChecksums.inner(file) else { return SQLITE_IOERR }
            return inner.pointee.pMethods?.pointee.xLock?(inner, level) ?? SQLITE_IOERR
        }
        methods.xUnlock = { file, level in
            guard let inner = PageChecksums.inner(file) else { return SQLITE_IOERR }
            return inner.pointee.pMethods?.pointee.xUnlock?(inner, level) ?? SQLITE_IOERR
        }
        methods.xCheckReservedLock = { file, isHeld in
            guard let inner = PageChecksums.inner(file) else { return SQLITE_IOERR }
            return inner.pointee.pMethods?.pointee.xCheckReservedLock?(inner, isHeld) ?? SQLITE_IOERR
        }
        methods.xFileControl = { file, operation, argument in
            guard let inner = PageChecksums.inner(file) else { return SQLITE_IOERR }
            return inner.pointee.pMethods?.pointee.xFileControl?(inner, operation, argument) ?? SQLITE_NOTFOUND
        }
        methods.xSectorSize = { file in
            guard let inner = PageChecksums.inner(file) else { return 4_096 }
            return inner.pointee.pMethods?.pointee.xSectorSize?(inner) ?? 4_096
        }
        methods.xDeviceCharacteristics = { file in
            guard let inner = PageChecksums.inner(file) else { return 0 }
            return inner.pointee.pMethods?.pointee.xDeviceCharacteristics?(inner) ?? 0
        }
        return methods
    }
}
