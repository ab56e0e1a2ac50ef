// The kernels for AVX2 with FMA.
#if defined(__x86_64__)
#include "include/CKernels.h"
#include "scratch.h"
#include <immintrin.h>
#include <math.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LK_ISA avx2
#define LK_WIDTH 8
#include "families.h"
#include "packed_family.h"
#pragma clang attribute pop
#endif
