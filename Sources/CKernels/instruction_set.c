#include "instruction_set.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static enum lk_isa processor_isa(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq")) {
        return LK_AVX512;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return LK_AVX2;
    }
#endif
    return LK_BASELINE;
}

static const char *const names[] = {"baseline", "avx2", "avx512"};

enum lk_isa lk_isa(void) {
    static _Atomic int chosen = -1;
    int isa = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (isa < 0) {
        isa = processor_isa();
        const char *wanted = getenv("LINNET_ISA");
        for (int lower = 0; wanted && lower < isa; lower++) {
            if (strcmp(wanted, names[lower]) == 0) {
                isa = lower;
            }
        }
        atomic_store_explicit(&chosen, isa, memory_order_relaxed);
    }
    return (enum lk_isa)isa;
}

enum lk_isa lk_integer_isa(void) {
    enum lk_isa isa = lk_isa();
#if defined(__x86_64__)
    return isa == LK_AVX512 && !__builtin_cpu_supports("avx512vnni") ? LK_AVX2 : isa;
#else
    return isa;
#endif
}

const char *lk_isa_name(void) {
    return names[lk_isa()];
}

int lk_has_bf16(void) {
#if defined(__x86_64__)
    return lk_isa() == LK_AVX512 && __builtin_cpu_supports("avx512bf16") ? 1 : 0;
#else
    return 0;
#endif
}
