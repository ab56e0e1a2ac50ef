"""Makes reference.gguf with the gguf package; Linnet must read its numbers and write the same bytes.

Every tensor `x` that is not single precision has a companion `x.floats`: what the package decodes from it.

Run: /opt/peer/bin/python Tests/Fixtures/formats/make_gguf.py
"""

from importlib.metadata import version
from pathlib import Path

import gguf
import numpy
from gguf import GGMLQuantizationType as Type

here = Path(__file__).parent
random = numpy.random.default_rng(3)
writer = gguf.GGUFWriter(here / "reference.gguf", "llama")
writer.add_uint8("value.uint8", 255)
writer.add_int8("value.int8", -128)
writer.add_uint16("value.uint16", 65535)
writer.add_int16("value.int16", -32768)
writer.add_uint32("value.uint32", 2**32 - 1)
writer.add_int32("value.int32", -(2**31))
writer.add_uint64("value.uint64", 2**64 - 1)
writer.add_int64("value.int64", -(2**63))
writer.add_float32("value.float32", 1.5e-5)
writer.add_float64("value.float64", 0.1)
writer.add_bool("value.true", True)
writer.add_bool("value.false", False)
writer.add_string("value.größe", "e\u0301 und é 🐦")
writer.add_array("array.texts", ["", "a", "é", "<|end|>"])
writer.add_array("array.int32", [1, -2, 3])
writer.add_array("array.float32", [0.5, -1.25])
writer.add_array("array.bool", [True, False, True])
writer.add_key_value("array.bytes", bytes([0, 127, 255]), gguf.GGUFValueType.ARRAY, gguf.GGUFValueType.UINT8)

rows = random.standard_normal((3, 64)).astype(numpy.float32)
rows[1] *= 1e-3
rows[2, :32] = 0  # a block of zeros: its scale is 0
rows[2, 32:] = numpy.linspace(-7, 8, 32)
writer.add_tensor("rows", rows)
for name, kind in [("half", Type.F16), ("brain", Type.BF16), ("q8", Type.Q8_0), ("q4", Type.Q4_0)]:
    stored = gguf.quants.quantize(rows, kind)
    writer.add_tensor(name, stored, raw_dtype=kind)
    writer.add_tensor(f"{name}.floats", gguf.quants.dequantize(stored, kind).astype(numpy.float32).reshape(rows.shape))
writer.add_tensor("unread", gguf.quants.quantize(rows, Type.Q5_1), raw_dtype=Type.Q5_1)
writer.add_tensor("vector", numpy.array([1.0, -0.0, numpy.inf], numpy.float32))  # 12 bytes: padding follows
writer.add_tensor("deep", numpy.arange(24, dtype=numpy.float32).reshape(2, 3, 4))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
(here / "reference.gguf.txt").write_text(f"gguf {version('gguf')}, numpy {numpy.__version__}\n")
