// Every kernel for one instruction set: included once by each isa_*.c, inside its target attribute, with LK_ISA (a
// suffix) and LK_WIDTH (floats in a vector) defined. The bodies are compiled twice, for activations in float and in
// bfloat16.
#pragma once

#include "variants.h"
#include "vectors.h"
#include "functions.h"
#include "random.h"
#include "products.h"
#include "attention_shapes.h"
#include "attention_decode_shapes.h"
#include "conversion_body.h"
#include "optimizer_body.h"

#define LK_T float
#define LK_SUFFIX f32
#include "typed_families.h"
#undef LK_T
#undef LK_SUFFIX

#define LK_T lk_bf16
#define LK_SUFFIX bf16
#include "typed_families.h"
