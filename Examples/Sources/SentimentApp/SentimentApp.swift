import Foundation
import Linnet

/// A program of yours that uses a classifier fine-tuned with `linnet finetune classify`:
///
///     swift run --package-path Examples SentimentApp runs/quickstart "What a lovely day" "I want my money back"
@main
enum SentimentApp {
    static func main() {
        let words = Array(CommandLine.arguments.dropFirst())
        guard words.count >= 2 else {
            print("usage: SentimentApp MODEL TEXT...")
            exit(2)
        }
        do {
            let classifier = try TextClassifier(directory: words[0])
            let texts = Array(words.dropFirst())
            for (text, result) in zip(texts, classifier.classify(texts)) {
                print("\(text)\n  \(result.label), \(String(format: "%.1f", 100 * result.score)) %")
            }
        } catch {
            print("\(error)")
            exit(1)
        }
    }
}
