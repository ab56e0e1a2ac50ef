// Packed matrices and search among codes for AVX-512 with integer products (VNNI).
#if defined(__x86_64__)
#include "include/CKernels.h"
#include "scratch.h"
#include <immintrin.h>
#include <math.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"))),        \
                             apply_to = function)
#define LK_ISA avx512vnni
#define LK_WIDTH 16
#include "packed_family.h"
#pragma clang attribute pop
#endif
