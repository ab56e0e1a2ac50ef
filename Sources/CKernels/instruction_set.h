// The choice of instruction set, made once at run time.
#pragma once
#include "include/lk_parallel.h"

enum lk_isa { LK_BASELINE, LK_AVX2, LK_AVX512 };

/// The instruction set that kernels run on.
enum lk_isa lk_isa(void);

/// The body of a public function: forwards its arguments to the variant for the processor. The variants, compiled in
/// isa_baseline.c, isa_avx2.c and isa_avx512.c, have the type of the public function and its name with a suffix.
#if defined(__x86_64__)
#define LK_FORWARD(name, ...)                                                \
    {                                                                        \
        extern __typeof__(name) name##_baseline, name##_avx2, name##_avx512; \
        switch (lk_isa()) {                                                  \
        case LK_AVX512:                                                      \
            return name##_avx512(__VA_ARGS__);                               \
        case LK_AVX2:                                                        \
            return name##_avx2(__VA_ARGS__);                                 \
        case LK_BASELINE:                                                    \
            return name##_baseline(__VA_ARGS__);                             \
        }                                                                    \
    }
#else
#define LK_FORWARD(name, ...)                    \
    {                                            \
        extern __typeof__(name) name##_baseline; \
        return name##_baseline(__VA_ARGS__);     \
    }
#endif
