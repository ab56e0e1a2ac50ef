import LinnetGeneration
import Testing

@Suite struct StopReasonTests {
    @Test("The words in JSON are part of the command's contract")
    func words() {
        #expect(
            StopReason.allCases.map(\.rawValue) == [
                "stop_token", "stop_string", "length", "context_full", "cancelled",
            ])
    }
}
