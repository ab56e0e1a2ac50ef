import Foundation

exit(CommandProcess.run(Array(CommandLine.arguments.dropFirst())).rawValue)
