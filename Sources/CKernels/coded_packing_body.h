// bfloat16 to coded matrices and back. Choosing and counting come first, since the size depends on them.
#pragma once
#include "coded_layout.h"

struct coding {
    const uint8_t *in; ///< Row-major bfloat16, anywhere in memory.
    long outputs, inputs;
    int32_t *starts; ///< Counts of absent numbers of each row; their sums, once packing begins.
    uint8_t greatest; ///< The upper seven bits of the greatest exponent that has a code.
    uint8_t *out;
};

/// The inputs of a row from `column` on, filled up with zeros.
LK_INLINE void fetch_chunk(lk_bf16 chunk[coded_inputs], const struct coding *task, long row, long column) {
    long left = task->inputs - column;
    const uint8_t *from = task->in + 2 * (row * task->inputs + column);
    if (left >= coded_inputs) {
        memcpy(chunk, from, 2 * coded_inputs);
    } else {
        memset(chunk, 0, 2 * coded_inputs);
        memcpy(chunk, from, (size_t)(2 * left));
    }
}

/// Codes a chunk. Returns the places of the numbers that have no code, a bit each.
LK_INLINE uint64_t encode_chunk(uint8_t *out, const lk_bf16 chunk[coded_inputs], uint8_t greatest) {
#if LK_WIDTH == 16
    return part_chunk(out, chunk, greatest);
#else
    uint64_t absent = 0;
    memset(out, 0, coded_bytes);
    for (int input = 0; input < coded_inputs; input++) {
        int place = coded_place(input), exponent = chunk[input] >> 8 & 0x7f, below = greatest - exponent;
        if (exponent != 0 && (below < 0 || below >= code_exponents)) {
            absent |= (uint64_t)1 << place;
            continue;
        }
        int code = (exponent == 0 ? 0 : below + 1) + (chunk[input] >> 15 << 3);
        out[place % 32] |= (uint8_t)(code << place / 32 * 4);
        out[coded_inputs / 2 + place] = (uint8_t)chunk[input];
    }
    return absent;
#endif
}

/// Items are rows.
static void count_absent_range(void *context, long begin, long end) {
    const struct coding *task = context;
    for (long row = begin; row < end; row++) {
        int32_t absent = 0;
        for (long column = 0; column < task->inputs; column += coded_inputs) {
            lk_bf16 chunk[coded_inputs];
            uint8_t ignored[coded_bytes];
            fetch_chunk(chunk, task, row, column);
            absent += __builtin_popcountll(encode_chunk(ignored, chunk, task->greatest));
        }
        task->starts[row] = absent;
    }
}

/// The seven neighbouring upper exponents that most numbers of some rows have.
static uint8_t usual_exponents(const struct coding *task) {
    enum { looked_at = 64 };
    long counts[128] = {0}, step = 1 + (task->outputs - 1) / looked_at;
    for (long row = 0; row < task->outputs; row += step) {
        for (long column = 0; column < task->inputs; column += coded_inputs) {
            lk_bf16 chunk[coded_inputs];
            fetch_chunk(chunk, task, row, column);
            for (int i = 0; i < coded_inputs; i++) {
                counts[chunk[i] >> 8 & 0x7f]++;
            }
        }
    }
    counts[0] = 0; // Has a code in any case.
    long most = -1;
    uint8_t greatest = code_exponents;
    for (int last = code_exponents; last < 128; last++) {
        long sum = 0;
        for (int i = 0; i < code_exponents; i++) {
            sum += counts[last - i];
        }
        if (sum > most) {
            most = sum;
            greatest = (uint8_t)last;
        }
    }
    return greatest;
}

void LK_UNTYPED_VARIANT(lk_coded_plan)(uint8_t *greatest, int32_t *starts, const void *in, long outputs, long inputs) {
    struct coding task = {.in = in, .outputs = outputs, .inputs = inputs, .starts = starts};
    *greatest = task.greatest = usual_exponents(&task);
    lk_parallel_for(outputs, 1 + 16384 / inputs, count_absent_range, &task);
    int64_t sum = 0;
    for (long row = 0; row < outputs; row++) {
        int32_t count = starts[row];
        starts[row] = (int32_t)sum;
        sum += count;
        sum = sum > INT32_MAX ? INT32_MAX : sum;
    }
    starts[outputs] = (int32_t)sum;
}

/// Items are rows.
static void code_rows_range(void *context, long begin, long end) {
    const struct coding *task = context;
    lk_packed_matrix matrix = {task->out, task->outputs, task->inputs, LK_PACKED_CODED};
    struct absent_numbers absent = absent_numbers(&matrix);
    for (long row = begin; row < end; row++) {
        uint8_t *out = (uint8_t *)coded_row(&matrix, row);
        int32_t place = task->starts[row];
        absent.starts[row] = place;
        for (long column = 0; column < task->inputs; column += coded_inputs, out += coded_bytes) {
            lk_bf16 chunk[coded_inputs];
            fetch_chunk(chunk, task, row, column);
            uint64_t places = encode_chunk(out, chunk, task->greatest);
            for (; places != 0; places &= places - 1, place++) {
                int input = coded_input(__builtin_ctzll(places));
                absent.columns[place] = (int32_t)(column + input);
                absent.values[place] = chunk[input];
            }
        }
    }
}

void LK_UNTYPED_VARIANT(lk_coded_pack)(void *weights, uint8_t greatest, const int32_t *starts, const void *in,
                                       long outputs, long inputs) {
    struct coding task = {in, outputs, inputs, (int32_t *)starts, greatest, weights};
    struct coded_head *head = weights;
    memset(weights, 0, coded_head_bytes);
    for (int i = 0; i < code_exponents; i++) {
        head->upper[1 + i] = greatest - i;
        head->upper[9 + i] = 0x80 | (greatest - i);
    }
    head->upper[8] = 0x80;
    head->absent = starts[outputs];
    lk_packed_matrix matrix = {weights, outputs, inputs, LK_PACKED_CODED};
    absent_numbers(&matrix).starts[outputs] = starts[outputs];
    lk_parallel_for(outputs, 1 + 16384 / inputs, code_rows_range, &task);
}

/// The 64 numbers of a chunk in order, zero where they are absent.
LK_INLINE void decode_chunk(lk_bf16 out[coded_inputs], const uint8_t *chunk, const uint8_t upper[code_count]) {
#if LK_WIDTH == 16
    __m512i table = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)upper)), low, high;
    interleave_chunk(&low, &high, chunk, table);
    _mm512_storeu_si512(out, low);
    _mm512_storeu_si512(out + coded_inputs / 2, high);
#else
    for (int input = 0; input < coded_inputs; input++) {
        int place = coded_place(input), shift = place / 32 * 4;
        out[input] = (lk_bf16)(upper[chunk[place % 32] >> shift & 15] << 8 | chunk[coded_inputs / 2 + place]);
    }
#endif
}

/// A row of the matrix, from element `place` of `out` on.
static void decode_row(void *out, enum lk_element element, long place, const lk_packed_matrix *matrix, long row) {
    const uint8_t *chunk = coded_row(matrix, row), *upper = ((const struct coded_head *)matrix->weights)->upper;
    for (long column = 0; column < matrix->inputs; column += coded_inputs, chunk += coded_bytes) {
        lk_bf16 numbers[coded_inputs];
        decode_chunk(numbers, chunk, upper);
        long left = matrix->inputs - column, count = left < coded_inputs ? left : coded_inputs;
        if (element == LK_ELEMENT_BF16) {
            memcpy((lk_bf16 *)out + place + column, numbers, (size_t)count * sizeof(lk_bf16));
            continue;
        }
        for (long i = 0; i < count; i += LK_WIDTH) {
            store_some((float *)out + place + column + i, load(numbers + i), count - i);
        }
    }
    struct absent_numbers absent = absent_numbers(matrix);
    for (int32_t i = absent.starts[row]; i < absent.starts[row + 1]; i++) {
        if (element == LK_ELEMENT_BF16) {
            ((lk_bf16 *)out)[place + absent.columns[i]] = absent.values[i];
        } else {
            uint32_t bits = (uint32_t)absent.values[i] << 16;
            memcpy((float *)out + place + absent.columns[i], &bits, sizeof bits);
        }
    }
}
