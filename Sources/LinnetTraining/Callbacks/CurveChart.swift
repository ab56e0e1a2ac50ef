import Foundation

/// A line chart as inline SVG, in the colours of the page around it (`--series-0` …, `--ink`, `--grid`).
struct CurveChart {
    /// One line of the chart.
    struct Series {
        let name: String
        let points: [(x: Double, y: Double)]
        /// Whether each point is marked and shows its value when pointed at.
        var hasMarks = false
    }

    let title: String
    let xLabel: String
    let series: [Series]

    private static let size = (width: 640.0, height: 300.0)
    private static let plot = (left: 62.0, right: 628.0, top: 14.0, bottom: 254.0)

    /// A chart without a single finite point is not worth showing.
    init?(title: String, xLabel: String, series: [Series]) {
        let drawable = series.map { line in
            Series(
                name: line.name, points: Self.thinned(line.points.filter { $0.x.isFinite && $0.y.isFinite }),
                hasMarks: line.hasMarks)
        }.filter { !$0.points.isEmpty }
        guard !drawable.isEmpty else { return nil }
        self.title = title
        self.xLabel = xLabel
        self.series = drawable
    }

    /// The figure with its legend.
    var html: String {
        let points = series.flatMap(\.points)
        let xScale = Scale(points.map(\.x), from: Self.plot.left, to: Self.plot.right, isPadded: false)
        let yScale = Scale(points.map(\.y), from: Self.plot.bottom, to: Self.plot.top, isPadded: true)
        let legend = series.enumerated().map { index, line in
            "<li><span class=\"key series-\(index % 6)\"></span>\(escaped(line.name))</li>"
        }
        return """
            <figure>
            <figcaption>\(escaped(title))</figcaption>
            <svg viewBox="0 0 \(Int(Self.size.width)) \(Int(Self.size.height))" role="img" \
            aria-label="\(escaped(summary))">
            \(grid(xScale, yScale))
            \(series.indices.map { curve($0, xScale, yScale) }.joined(separator: "\n"))
            </svg>
            <ul class="legend">\(legend.joined())</ul>
            </figure>
            """
    }

    /// What someone who cannot see the chart should know: where each line starts, ends and has its extremes.
    private var summary: String {
        let lines = series.map { line -> String in
            let values = line.points.map(\.y)
            return "\(line.name) from \(compact(values.first ?? 0)) to \(compact(values.last ?? 0)), "
                + "lowest \(compact(values.min() ?? 0)), highest \(compact(values.max() ?? 0))"
        }
        return "\(title) over \(xLabel): " + lines.joined(separator: "; ")
    }

    private func grid(_ xScale: Scale, _ yScale: Scale) -> String {
        let plot = Self.plot
        var lines: [String] = []
        for tick in yScale.ticks {
            let y = yScale.place(tick)
            lines.append(line(plot.left, y, plot.right, y))
            lines.append(label(plot.left - 8, y + 4, "end", compact(tick)))
        }
        for tick in xScale.ticks {
            let x = xScale.place(tick)
            lines.append(line(x, plot.bottom, x, plot.bottom + 5))
            lines.append(label(x, plot.bottom + 20, "middle", compact(tick)))
        }
        lines.append(label((plot.left + plot.right) / 2, plot.bottom + 40, "middle", xLabel))
        return lines.joined(separator: "\n")
    }

    private func curve(_ index: Int, _ xScale: Scale, _ yScale: Scale) -> String {
        let line = series[index]
        let path = line.points.map { "\(pixel(xScale.place($0.x))),\(pixel(yScale.place($0.y)))" }
        var parts = ["<polyline class=\"series-\(index % 6)\" points=\"\(path.joined(separator: " "))\"/>"]
        if line.hasMarks || line.points.count == 1 {
            for point in line.points {
                parts.append(
                    "<circle class=\"series-\(index % 6)\" cx=\"\(pixel(xScale.place(point.x)))\" "
                        + "cy=\"\(pixel(yScale.place(point.y)))\" r=\"4\"><title>\(escaped(line.name)) "
                        + "\(compact(point.y)) at \(xLabel) \(compact(point.x))</title></circle>")
            }
        }
        return parts.joined(separator: "\n")
    }

    private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
        "<line x1=\"\(pixel(x1))\" y1=\"\(pixel(y1))\" x2=\"\(pixel(x2))\" y2=\"\(pixel(y2))\"/>"
    }

    private func label(_ x: Double, _ y: Double, _ anchor: String, _ text: String) -> String {
        "<text x=\"\(pixel(x))\" y=\"\(pixel(y))\" text-anchor=\"\(anchor)\">\(escaped(text))</text>"
    }

    private func pixel(_ value: Double) -> String { String(format: "%.1f", value) }

    /// At most about 1000 points; each stands for the mean of its neighbours.
    private static func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
        let size = (points.count + 999) / 1000
        guard size > 1 else { return points }
        return stride(from: 0, to: points.count, by: size).map { start in
            let group = points[start..<min(start + size, points.count)]
            return (
                group.reduce(0) { $0 + $1.x } / Double(group.count), group.reduce(0) { $0 + $1.y } / Double(group.count)
            )
        }
    }
}

/// Maps values to pixels, with ticks at round numbers.
private struct Scale {
    let ticks: [Double]
    private let range: (low: Double, high: Double)
    private let pixels: (from: Double, to: Double)

    init(_ values: [Double], from: Double, to: Double, isPadded: Bool) {
        var low = values.min() ?? 0
        var high = values.max() ?? 1
        if high - low <= abs(high) * 1e-9 || high == low {
            let margin = max(abs(high) * 0.1, 1e-12)
            (low, high) = (low - margin, high + margin)
        } else if isPadded {
            let margin = (high - low) * 0.06
            // A curve that never goes below zero keeps its axis there.
            (low, high) = (low >= 0 ? max(0, low - margin) : low - margin, high + margin)
        }
        range = (low, high)
        pixels = (from, to)
        let rough = (high - low) / 5
        let power = pow(10, floor(log10(rough)))
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
        let first = Int((low / step).rounded(.up).clamped), last = Int((high / step).rounded(.down).clamped)
        ticks = first <= last && last - first < 20 ? (first...last).map { Double($0) * step } : [low, high]
    }

    func place(_ value: Double) -> Double {
        pixels.from + (value - range.low) / (range.high - range.low) * (pixels.to - pixels.from)
    }
}

extension Double {
    /// A number that can be turned into an `Int`.
    fileprivate var clamped: Double { isFinite ? Swift.min(Swift.max(self, -1e15), 1e15) : 0 }
}
