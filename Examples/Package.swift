// swift-tools-version: 6.0
// Small programs that depend on Linnet as a package of yours would. CI builds them.

import PackageDescription

let package = Package(
    name: "linnet-examples",
    dependencies: [.package(name: "linnet", path: "..")],
    targets: [
        .executableTarget(name: "AnswerApp", dependencies: [.product(name: "Linnet", package: "linnet")]),
        .executableTarget(name: "SelfAttention", dependencies: [.product(name: "Linnet", package: "linnet")]),
        .executableTarget(name: "SentimentApp", dependencies: [.product(name: "Linnet", package: "linnet")]),
    ],
    swiftLanguageModes: [.v6]
)
