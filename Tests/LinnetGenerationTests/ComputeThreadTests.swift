import Foundation
import Synchronization
import Testing

@testable import LinnetGeneration

@Suite struct ComputeThreadTests {
    @Test func jobsRunOneAfterAnotherOnOneThread() async throws {
        let thread = ComputeThread()
        let seen = Mutex<[String]>([])
        for index in 0..<20 {
            thread.enqueue {
                seen.withLock { $0.append("\(index) \(Unmanaged.passUnretained(Thread.current).toOpaque())") }
            }
        }
        let last = try thread.run { try thread.run { "\(Unmanaged.passUnretained(Thread.current).toOpaque())" } }
        #expect(seen.withLock { $0 } == (0..<20).map { "\($0) \(last)" })
    }

    @Test func errorsReachTheCaller() {
        struct Failure: Error {}
        #expect(throws: Failure.self) { try ComputeThread.shared.run { throw Failure() } }
    }
}
