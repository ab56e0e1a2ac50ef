// swift-tools-version: 6.0
// Linnet: transformers for Swift. Targets stand in the layers of Documentation/Architecture.md;
// Scripts/check-architecture fails when this manifest and that table disagree.

import PackageDescription

let package = Package(
    name: "linnet",
    products: [
        .library(name: "Linnet", targets: ["Linnet"]),
        .executable(name: "linnet", targets: ["LinnetCommand"]),
    ],
    targets: [
        // Layer 0: C loops and system libraries.
        .target(
            name: "CKernels",
            cSettings: [.define("NDEBUG", .when(configuration: .release))],
            linkerSettings: [.linkedLibrary("gomp", .when(platforms: [.linux])), .linkedLibrary("m")]),
        .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(name: "CPCRE2", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),

        // Layer 1: bytes, tensors, text.
        .target(name: "LinnetFormats"),
        .target(name: "LinnetTensors", dependencies: ["CKernels", "COneDNN"]),
        .target(name: "LinnetTokenizers", dependencies: ["LinnetFormats", "CPCRE2"]),

        // Layers 2 and 3: layers and models.
        .target(name: "LinnetLayers", dependencies: ["LinnetTensors", "LinnetFormats"]),
        .target(name: "LinnetModels", dependencies: ["LinnetLayers", "LinnetTensors", "LinnetFormats"]),

        // Layer 4: what one does with models.
        .target(
            name: "LinnetTraining",
            dependencies: [
                "LinnetModels", "LinnetLayers", "LinnetTokenizers", "LinnetTensors", "LinnetFormats",
            ]),
        .target(
            name: "LinnetGeneration",
            dependencies: [
                "LinnetModels", "LinnetLayers", "LinnetTokenizers", "LinnetTensors", "LinnetFormats",
            ]),
        .target(
            name: "LinnetRetrieval", dependencies: ["LinnetTensors", "LinnetFormats", "CSQLite", "CLibXML2"]),
        .target(name: "LinnetEvaluation", dependencies: ["LinnetFormats"]),

        // Layers 6 and 7: the verbs, and the command.
        .target(
            name: "Linnet",
            dependencies: [
                "LinnetFormats", "LinnetTensors", "LinnetTokenizers", "LinnetLayers", "LinnetModels",
                "LinnetTraining", "LinnetGeneration", "LinnetRetrieval", "LinnetEvaluation",
            ]),
        .executableTarget(name: "LinnetCommand", dependencies: ["Linnet"]),

        // Tests mirror the sources.
        .target(name: "TestSupport", dependencies: ["LinnetTensors", "LinnetFormats"], path: "Tests/TestSupport"),
        .testTarget(name: "LinnetFormatsTests", dependencies: ["LinnetFormats", "TestSupport"]),
        .testTarget(name: "LinnetTensorsTests", dependencies: ["LinnetTensors", "TestSupport"]),
        .testTarget(name: "LinnetTokenizersTests", dependencies: ["LinnetTokenizers", "LinnetFormats"]),
        .testTarget(name: "LinnetLayersTests", dependencies: ["LinnetLayers", "TestSupport"]),
        .testTarget(name: "LinnetModelsTests", dependencies: ["LinnetModels", "TestSupport"]),
        .testTarget(name: "LinnetTrainingTests", dependencies: ["LinnetTraining", "TestSupport"]),
        .testTarget(name: "LinnetGenerationTests", dependencies: ["LinnetGeneration", "TestSupport"]),
        .testTarget(name: "LinnetRetrievalTests", dependencies: ["LinnetRetrieval", "TestSupport"]),
        .testTarget(
            name: "LinnetEvaluationTests", dependencies: ["LinnetEvaluation", "LinnetFormats", "TestSupport"]),
        .testTarget(name: "LinnetTests", dependencies: ["Linnet", "TestSupport"]),
        .testTarget(name: "ParityTests", dependencies: ["Linnet", "TestSupport"]),
        .testTarget(name: "CommandTests", dependencies: ["LinnetCommand", "LinnetFormats", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)
