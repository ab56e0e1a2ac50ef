/// Cutting one text or a pair to a number of tokens, `longest_first`.
struct Truncation: Sendable, Equatable {
    /// Cut at the left end instead of the right.
    var cutsLeft = false

    /// How many tokens of each text stay, when both together may have `limit`.
    ///
    /// The longer one is cut first; when the shorter one is too long too, both get half of the limit.
    static func kept(first: Int, second: Int, limit: Int) -> (first: Int, second: Int) {
        guard first + second > limit else { return (first, second) }
        let isFirstLonger = first > second
        var shorter = min(first, second)
        var longer = shorter > limit ? shorter : max(shorter, limit - shorter)
        if shorter + longer > limit {
            shorter = limit / 2
            longer = shorter + limit % 2
        }
        return isFirstLonger ? (longer, shorter) : (shorter, longer)
    }

    /// The part of `ids` that stays.
    func cut(_ ids: UnsafeBufferPointer<Int32>, to count: Int) -> UnsafeBufferPointer<Int32> {
        guard count < ids.count else { return ids }
        return UnsafeBufferPointer(rebasing: cutsLeft ? ids.suffix(count) : ids.prefix(count))
    }
}
