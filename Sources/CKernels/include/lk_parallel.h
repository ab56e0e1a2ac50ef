// Threads and the instruction set.
#pragma once
#include <stdint.h>

/// A bfloat16 number: the upper half of the bits of a float.
typedef uint16_t lk_bf16;

/// Calls `body(context, begin, end)` on disjoint ranges that cover 0 ..< count, on the process-wide pool (libgomp's,
/// which oneDNN uses too). Ranges hold at least `grain` items, except the last; at most `grain` items run on the
/// caller. A call from inside a body runs on the caller. The body must give the same result for every way of cutting
/// the range.
void lk_parallel_for(long count, long grain, void (*body)(void *context, long begin, long end), void *context);

/// Sets the number of threads (1 to 256) of kernels, and of OpenMP regions that the calling thread starts.
void lk_set_threads(int threads);

/// The number of threads in use: what was set, else OMP_NUM_THREADS, else the processors of this process.
int lk_threads(void);

/// "baseline", "avx2" or "avx512": what the kernels run on. The variable LINNET_ISA may name a lower one, never a
/// higher.
const char *lk_isa_name(void);

/// 1 if the kernels multiply bfloat16 natively (AVX512-BF16), else 0.
int lk_has_bf16(void);
