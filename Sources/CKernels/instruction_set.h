// The choice of instruction set, made once at run time.
#pragma once
#include "include/lk_parallel.h"

enum lk_isa { LK_BASELINE, LK_AVX2, LK_AVX512 };

/// The instruction set that kernels run on.
enum lk_isa lk_isa(void);

/// The same for kernels that multiply 8-bit integers: AVX-512 needs VNNI for them, else AVX2 does the work.
enum lk_isa lk_integer_isa(void);

/// The body of a public function: forwards its arguments to the variant for the processor. The variants, compiled in
/// isa_baseline.c, isa_avx2.c and isa_avx512.c, have the type of the public function and its name with a suffix.
#if defined(__x86_64__)
#define LK_FORWARD(name, ...)                                                                                          \
    {                                                                                                                  \
        extern __typeof__(name) name##_baseline, name##_avx2, name##_avx512;                                           \
        switch (lk_isa()) {                                                                                            \
        case LK_AVX512:                                                                                                \
            return name##_avx512(__VA_ARGS__);                                                                         \
        case LK_AVX2:                                                                                                  \
            return name##_avx2(__VA_ARGS__);                                                                           \
        case LK_BASELINE:                                                                                              \
            return name##_baseline(__VA_ARGS__);                                                                       \
        }                                                                                                              \
    }

/// The same for kernels of 8-bit integers without a result, compiled in isa_baseline.c, isa_avx2.c and
/// isa_avx512vnni.c.
#define LK_FORWARD_INTEGERS(name, ...)                                                                                 \
    {                                                                                                                  \
        extern __typeof__(name) name##_baseline, name##_avx2, name##_avx512vnni;                                       \
        switch (lk_integer_isa()) {                                                                                    \
        case LK_AVX512:                                                                                                \
            name##_avx512vnni(__VA_ARGS__);                                                                            \
            return;                                                                                                    \
        case LK_AVX2:                                                                                                  \
            name##_avx2(__VA_ARGS__);                                                                                  \
            return;                                                                                                    \
        case LK_BASELINE:                                                                                              \
            name##_baseline(__VA_ARGS__);                                                                              \
            return;                                                                                                    \
        }                                                                                                              \
    }
#else
#define LK_FORWARD(name, ...)                                                                                          \
    {                                                                                                                  \
        extern __typeof__(name) name##_baseline;                                                                       \
        return name##_baseline(__VA_ARGS__);                                                                           \
    }
#define LK_FORWARD_INTEGERS(name, ...) LK_FORWARD(name, __VA_ARGS__)
#endif
