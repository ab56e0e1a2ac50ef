import Foundation
import LinnetTraining
import Testing

@Suite struct StopFlagTests {
    @Test func anInterruptRaisesTheFlag() async throws {
        let flag = StopFlag()
        #expect(!flag.isRaised)
        let watch = InterruptWatch(raising: flag)
        kill(getpid(), SIGINT)
        for _ in 0..<500 where !flag.isRaised { try await Task.sleep(for: .milliseconds(10)) }
        #expect(flag.isRaised)
        withExtendedLifetime(watch) {}
    }
}
