// Names of the variants of a kernel: LK_ISA (a suffix) is defined by the isa_*.c that is being compiled, LK_SUFFIX by
// the family for the element type.
#pragma once

#define LK_PASTE_(a, b) a##_##b
#define LK_PASTE(a, b) LK_PASTE_(a, b)
/// A name for the element type that is being compiled.
#define LK_TYPED(name) LK_PASTE(name, LK_SUFFIX)
/// The variants that LK_FORWARD calls: of a function with an element type, and of one without.
#define LK_VARIANT(name) LK_PASTE(LK_TYPED(name), LK_ISA)
#define LK_UNTYPED_VARIANT(name) LK_PASTE(name, LK_ISA)
