// What stands in until packed weights are merged.
import LinnetTensors

public func linear(_ x: Tensor, _ layers: [(weight: Parameter, bias: Parameter?)]) -> [Tensor] {
    layers.map { x.linear($0.weight.tensor(as: x.dtype), bias: $0.bias?.tensor()) }
}
public func project(_ x: Tensor, _ layers: [Linear]) -> [Tensor] { layers.map { $0(x) } }
