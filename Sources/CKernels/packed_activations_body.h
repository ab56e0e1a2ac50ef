// The activations of a product, brought into the forms that its matrices are multiplied with.
#pragma once
#include "coded_layout.h"

typedef int8_t vc __attribute__((vector_size(LK_WIDTH)));
typedef vc vc_anywhere __attribute__((aligned(1), may_alias));

enum { chunk_floats = 2 * LK_WIDTH };

/// Rows of x that share one reading of the weights, at most; a power of two.
#if LK_WIDTH == 16
enum { most_rows = 8 };
#else
enum { most_rows = 2 };
#endif

/// One call's x, cut into tiles of most_rows rows, then half as many, and so on to the last row. Forms that no matrix
/// asks for are NULL. Within a tile of R rows, what the kernels read together lies together:
struct activations {
    const void *x;
    enum lk_element element;
    long rows, inputs;
    // Two terms of 8 bits per block of 32, for Q8 and Q4: x = scale · (256 coarse + fine).
    long blocks;
    int8_t *codes; ///< of a tile [blocks, 8, R, 2, 4]: coarse codes, fine codes
    float *scales; ///< of a tile [blocks, R]
    int32_t *sums; ///< of a tile [blocks, R]: of 256 coarse + fine
    // Floats in chunks of two vectors, the last one filled up with zeros.
    long chunks;
    float *plain;  ///< of a tile [chunks, R, 2 LK_WIDTH], for float
    float *parted; ///< the same for bfloat16: each chunk's even elements, then its odd ones
    // Rows in whole chunks of coded matrices, for these.
    lk_bf16 *halves; ///< [rows, coded chunks, 64], where the processor multiplies bfloat16 and x is
    float *wide;     ///< the same in float, elsewhere
};

/// The size of the tile that begins where `left` rows are left.
static inline long tile_size(long left) {
    long size = most_rows;
    while (size > left) {
        size /= 2;
    }
    return size;
}

/// The tile that holds a row: its first row and its size.
static inline void find_tile(const struct activations *task, long row, long *first, long *size) {
    *first = row / most_rows * most_rows;
    *size = tile_size(task->rows - *first);
    while (row >= *first + *size) {
        *first += *size;
        *size = tile_size(task->rows - *first);
    }
}

LK_INLINE vf load_element(const void *x, enum lk_element element, long place) {
    return element == LK_ELEMENT_F32 ? load((const float *)x + place) : load((const lk_bf16 *)x + place);
}

/// Nearest integers of numbers below 2²², ties to even.
LK_INLINE vi nearest(vf x) {
    const float magic = 12582912.0f; // 1.5 · 2²³: the sum's low bits are the nearest integer
    vf shifted = x + magic;
    return (vi)shifted - (vi)splat(magic);
}

/// The code of a block's greatest size: 127 · 256.
static const float greatest_code = 32512.0f;

static void round_row(const struct activations *task, long row) {
    enum { vectors = block_inputs / LK_WIDTH };
    long first, size;
    find_tile(task, row, &first, &size);
    for (long block = 0; block < task->blocks; block++) {
        vf x[vectors], sizes = {}, poison = {};
#pragma clang loop unroll(full)
        for (int i = 0; i < vectors; i++) {
            x[i] = load_element(task->x, task->element, row * task->inputs + block * block_inputs + i * LK_WIDTH);
            sizes = maximum(sizes, absolute(x[i]));
            poison = x[i] * 0.0f + poison; // NaN if any element is NaN or infinite, and so will be the outputs.
        }
        float greatest = maximum_lane(sizes), factor = greatest > 0 ? greatest_code / greatest : 0;
        int8_t coarse[block_inputs], fine[block_inputs];
        vi sum = {};
#pragma clang loop unroll(full)
        for (int i = 0; i < vectors; i++) {
            vi code = nearest(x[i] * factor), high = (code + 128) >> 8, low = code - high * 256;
            low -= (vi)(low < -127); // -128 has no opposite, which AVX2's products ask for.
            sum += high * 256 + low;
            *(vc_anywhere *)(coarse + i * LK_WIDTH) = __builtin_convertvector(high, vc);
            *(vc_anywhere *)(fine + i * LK_WIDTH) = __builtin_convertvector(low, vc);
        }
        long place = first * task->blocks + block * size + (row - first);
        task->scales[place] = greatest / greatest_code + sum_lanes(poison);
        task->sums[place] = (int32_t)sum_lanes(__builtin_convertvector(sum, vf)); // Below 2²⁴: exact.
        int8_t *tile = task->codes + (first * task->blocks + block * size) * block_inputs * 2;
        for (int line = 0; line < block_inputs / 4; line++) {
            memcpy(tile + (line * size + row - first) * 8, coarse + 4 * line, 4);
            memcpy(tile + (line * size + row - first) * 8 + 4, fine + 4 * line, 4);
        }
    }
}

/// The chunk of x from `place` on, of which `left` elements exist.
LK_INLINE void load_chunk(float chunk[chunk_floats], const struct activations *task, long place, long left) {
    for (int half = 0; half < 2; half++, left -= LK_WIDTH, place += LK_WIDTH) {
        vf x = {};
        if (left > 0) {
            x = task->element == LK_ELEMENT_F32 ? load_some((const float *)task->x + place, left)
                                                : load_some((const lk_bf16 *)task->x + place, left);
        }
        store(chunk + half * LK_WIDTH, x);
    }
}

static void widen_row(const struct activations *task, long row) {
    long first, size;
    find_tile(task, row, &first, &size);
    for (long chunk = 0; chunk < task->chunks; chunk++) {
        float x[chunk_floats];
        load_chunk(x, task, row * task->inputs + chunk * chunk_floats, task->inputs - chunk * chunk_floats);
        long place = (first * task->chunks + chunk * size + row - first) * chunk_floats;
        if (task->plain) {
            memcpy(task->plain + place, x, sizeof x);
        }
        if (task->parted) {
            for (int i = 0; i < LK_WIDTH; i++) {
                task->parted[place + i] = x[2 * i];
                task->parted[place + LK_WIDTH + i] = x[2 * i + 1];
            }
        }
    }
}

/// A row for coded matrices.
static void fill_row(const struct activations *task, long row) {
    long width = coded_chunks(task->inputs) * coded_inputs, left = width - task->inputs;
    if (task->halves) {
        lk_bf16 *line = task->halves + row * width;
        memcpy(line, (const lk_bf16 *)task->x + row * task->inputs, (size_t)task->inputs * sizeof(lk_bf16));
        memset(line + task->inputs, 0, (size_t)left * sizeof(lk_bf16));
        return;
    }
    float *line = task->wide + row * width;
    for (long i = 0; i < width; i += chunk_floats) {
        load_chunk(line + i, task, row * task->inputs + i, task->inputs - i);
    }
}

/// Items are rows.
static void activation_range(void *context, long begin, long end) {
    const struct activations *task = context;
    for (long row = begin; row < end; row++) {
        if (task->codes) {
            round_row(task, row);
        }
        if (task->plain || task->parted) {
            widen_row(task, row);
        }
        if (task->halves || task->wide) {
            fill_row(task, row);
        }
    }
}

/// A piece of working memory of so many bytes, in whole cache lines; NULL for none.
static inline void *take_bytes(char **next, size_t bytes) {
    void *piece = bytes > 0 ? *next : NULL;
    *next += (bytes + 63) / 64 * 64;
    return piece;
}

/// Makes the forms that `products` need, in the caller's scratch memory.
static struct activations prepare_activations(const lk_packed_product *products, long count, const void *x,
                                              enum lk_element element, long rows) {
    int needs[LK_PACKED_FORMATS] = {0};
    for (long i = 0; i < count; i++) {
        needs[products[i].matrix.format] = 1;
    }
    long inputs = products[0].matrix.inputs, blocks = inputs / block_inputs;
    long chunks = (inputs + chunk_floats - 1) / chunk_floats;
    size_t floats = (size_t)(rows * chunks * chunk_floats) * sizeof(float);
    size_t coded = needs[LK_PACKED_CODED] ? (size_t)(rows * coded_chunks(inputs) * coded_inputs) : 0;
    size_t integers = needs[LK_PACKED_Q8] || needs[LK_PACKED_Q4] ? (size_t)(rows * blocks) : 0;
    int in_halves = LK_WIDTH == 16 && element == LK_ELEMENT_BF16 && lk_has_bf16();
    struct activations task = {
        .x = x, .element = element, .rows = rows, .inputs = inputs, .blocks = blocks, .chunks = chunks};
    // At most six pieces, each filled up to a cache line.
    size_t bytes = (size_t)(needs[LK_PACKED_F32] + needs[LK_PACKED_BF16]) * floats + coded * sizeof(float) +
                   integers * (2 * block_inputs + 8) + 6 * 64;
    char *next = lk_scratch(LK_SCRATCH_SHARED, bytes);
    task.plain = take_bytes(&next, needs[LK_PACKED_F32] ? floats : 0);
    task.parted = take_bytes(&next, needs[LK_PACKED_BF16] ? floats : 0);
    task.halves = take_bytes(&next, in_halves ? coded * sizeof(lk_bf16) : 0);
    task.wide = take_bytes(&next, in_halves ? 0 : coded * sizeof(float));
    task.scales = take_bytes(&next, integers * sizeof(float));
    task.sums = take_bytes(&next, integers * sizeof(int32_t));
    task.codes = take_bytes(&next, integers * block_inputs * 2);
    lk_parallel_for(rows, 1 + 16384 / inputs, activation_range, &task);
    return task;
}
