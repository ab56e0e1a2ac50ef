import Testing

@testable import LinnetTraining

@Suite struct CurveChartTests {
    @Test func linesTicksAndAnAlternativeTextAreDrawn() throws {
        let chart = try #require(
            CurveChart(
                title: "Loss", xLabel: "epoch",
                series: [
                    .init(name: "loss", points: [(0, 1), (1, 0.5), (2, 0.25)]),
                    .init(name: "eval_loss", points: [(1, 0.6), (2, 0.4)], hasMarks: true),
                ]))
        let html = chart.html
        #expect(html.contains("points=\"62.0,"), "the first point stands at the left edge")
        #expect(html.contains("loss from 1 to 0.25, lowest 0.25, highest 1"))
        #expect(html.contains(">0.4</text>") && html.contains(">0.8</text>"))
        #expect(html.contains("<title>eval_loss 0.4 at epoch 2</title>"))
    }

    @Test func nothingToDrawMakesNoChart() {
        #expect(CurveChart(title: "t", xLabel: "x", series: []) == nil)
        #expect(CurveChart(title: "t", xLabel: "x", series: [.init(name: "n", points: [(1, .nan)])]) == nil)
    }

    @Test(arguments: [[0.0], [5, 5, 5], [-1e300, 1e300], [1e-300, 2e-300], [0, 1e-12]])
    func extremeValuesAreDrawnWithinThePicture(values: [Double]) throws {
        let points = values.enumerated().map { (x: Double($0.offset), y: $0.element) }
        let chart = try #require(CurveChart(title: "t", xLabel: "x", series: [.init(name: "n", points: points)]))
        let coordinates = chart.html.split(separator: "points=\"").dropFirst().flatMap {
            $0.prefix { $0 != "\"" }.split { " ,".contains($0) }.compactMap { Double($0) }
        }
        #expect(coordinates.count == 2 * values.count)
        #expect(coordinates.allSatisfy { (0...640).contains($0) }, "\(coordinates)")
    }

    @Test func longCurvesAreThinned() throws {
        let points = (0..<25_000).map { (x: Double($0), y: Double($0 % 7)) }
        let chart = try #require(CurveChart(title: "t", xLabel: "x", series: [.init(name: "n", points: points)]))
        #expect(chart.series[0].points.count == 1000)
    }
}
