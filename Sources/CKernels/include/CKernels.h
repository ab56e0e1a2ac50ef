// C loops for the operations that oneDNN does not cover or does badly. One header per family.
//
// Conventions of every family:
// - Matrices are contiguous and row-major: `rows` lines of `cols` elements.
// - Activations exist as float (suffix _f32) and as bfloat16 (suffix _bf16); arithmetic inside a row is always fp32.
//   Conversion to bfloat16 rounds to nearest even and keeps NaN.
// - Parameters (gamma, beta, bias, tables) and their gradients are always float.
// - Gradients of parameters accumulate (+=); gradients of activations are written (=).
// - An output may be the very same array as an input of the same type and shape, unless a function says otherwise;
//   it must not overlap an input in any other way.
// - Results do not depend on the number of threads.
#pragma once
#include "lk_parallel.h"
#include "lk_elementwise.h"
#include "lk_reductions.h"
#include "lk_norms.h"
#include "lk_embeddings.h"
#include "lk_softmax.h"
#include "lk_attention.h"
#include "lk_optimizer.h"
#include "lk_adapters.h"
#include "lk_rotary.h"
#include "lk_gated.h"
#include "lk_packed.h"
#include "lk_search.h"
