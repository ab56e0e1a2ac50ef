import Foundation

ThreadWaiting.shorten()
exit(CommandProcess.run(Array(CommandLine.arguments.dropFirst())).rawValue)
