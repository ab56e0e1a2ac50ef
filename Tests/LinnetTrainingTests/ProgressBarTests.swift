import Testing

@testable import LinnetTraining

@Suite struct ProgressBarTests {
    private final class Screen {
        var text = ""
    }

    @Test func theLineShowsPlaceLossRateAndTimeLeft() throws {
        let line = ProgressBar.statusLine(try RunSamples.progress(), columns: 80)
        #expect(line == "40%  step 530/1299  epoch 1.22/3  loss 0.2134  212 samples/s  left 0:58")
        let wide = ProgressBar.statusLine(try RunSamples.progress(), columns: 120)
        #expect(wide == String(repeating: "█", count: 12) + String(repeating: "░", count: 18) + "  " + line)
    }

    @Test func aTerminalShowsOneLineOverAndOver() throws {
        let screen = Screen()
        let bar = ProgressBar(isLive: true, columns: 100) { screen.text += $0 }
        bar.handle(.stepped, try RunSamples.progress(step: 1, seconds: 1))
        bar.handle(.stepped, try RunSamples.progress(step: 2, seconds: 1.05))
        #expect(screen.text.hasPrefix("\r\u{1B}[K"))
        #expect(!screen.text.contains("step 2/"), "drawn ten times a second, no more")
        bar.handle(.evaluated(RunSamples.evaluation, confusion: nil), try RunSamples.progress(seconds: 2))
        #expect(
            screen.text.hasSuffix("\r\u{1B}[Kepoch 1.00  step 433  eval_loss 0.3100  eval_accuracy 0.8840\n"))
    }

    @Test func aLogFileGetsPlainLinesNowAndThen() throws {
        let screen = Screen()
        let bar = ProgressBar(isLive: false, secondsBetweenLines: 30) { screen.text += $0 }
        for second in 0..<95 { bar.handle(.stepped, try RunSamples.progress(seconds: Double(second))) }
        bar.handle(.evaluating(done: 1, total: 2), try RunSamples.progress())
        let lines = screen.text.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(!screen.text.contains("\r") && !screen.text.contains("\u{1B}"))
    }

    @Test func theBeginningNamesParametersAsPEFTDoes() {
        #expect(
            ProgressBar.parameterLine(trainable: 74_498, total: 22_788_100)
                == "trainable params: 74,498 || all params: 22,788,100 || trainable%: 0.3269")
    }

    @Test func theEndSaysHowItEndedAndHowToGoOn() throws {
        let screen = Screen()
        let bar = ProgressBar(isLive: false) { screen.text += $0 }
        bar.handle(.ended(RunSamples.result()), try RunSamples.progress())
        bar.handle(
            .ended(RunSamples.result(.interrupted(checkpoint: "runs/x/checkpoint-9"))), try RunSamples.progress())
        #expect(screen.text.contains("done: 1299 steps in 1:06, 346.0 samples/s\n"))
        #expect(screen.text.contains("runs/x/checkpoint-9 is complete, go on with --resume\n"))
    }

    @Test func durationsReadLikeAClock() {
        #expect(ProgressBar.duration(42.4) == "0:42")
        #expect(ProgressBar.duration(3723) == "1:02:03")
        #expect(ProgressBar.duration(.infinity) == "?")
    }
}
