// One import for users of the library.
@_exported import LinnetEvaluation
@_exported import LinnetFormats
@_exported import LinnetGeneration
@_exported import LinnetLayers
@_exported import LinnetModels
@_exported import LinnetRetrieval
@_exported import LinnetTensors
@_exported import LinnetTokenizers
@_exported import LinnetTraining
