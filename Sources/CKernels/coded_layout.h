// Where the numbers of a coded matrix lie: bfloat16 in 12 bits instead of 16, and the same numbers.
//
// The exponents of a trained matrix differ little: nearly all of its numbers lie within 14 powers of two. So the lower
// byte of a number (the last bit of the exponent, and the fraction) is kept, and the upper one (the sign, and seven bits
// of the exponent) is one of 16, named by a code of 4 bits: 0 and 8 for the exponent 0, 1 ... 7 for the greatest one
// downwards, 9 ... 15 for the same below zero. A number with another exponent is absent: coded as zero, and kept apart.
//
// A matrix is a stretch of memory with
//   a head of 64 bytes: the 16 upper bytes, and how many numbers are absent;
//   its rows, cut into chunks of 64 inputs (the last one filled up with zeros), 96 bytes each: 32 bytes of codes, then 64
//     lower bytes. The lower byte 16 l + 8 h + i belongs to input 32 h + 8 l + i, so that interleaving them with upper
//     bytes, 16 bytes of each at a time as x86 does, gives inputs in order. The code of lower byte p is in byte p % 32,
//     in its low half if p < 32;
//   for each row, and for the end, the number of absent numbers before it (32 bits);
//   the columns of the absent numbers (32 bits each), row after row, and then their values.
#pragma once
#include "include/lk_packed.h"

enum { coded_inputs = 64, coded_bytes = 96, coded_head_bytes = 64, code_count = 16, code_exponents = 7 };

struct coded_head {
    uint8_t upper[code_count];
    int64_t absent;
};

static inline long coded_chunks(long inputs) {
    return (inputs + coded_inputs - 1) / coded_inputs;
}

static inline const uint8_t *coded_row(const lk_packed_matrix *matrix, long row) {
    return (const uint8_t *)matrix->weights + coded_head_bytes + row * coded_chunks(matrix->inputs) * coded_bytes;
}

/// The absent numbers of a matrix: those of row r are starts[r] ..< starts[r + 1].
struct absent_numbers {
    int32_t *starts, *columns;
    lk_bf16 *values;
};

static inline struct absent_numbers absent_numbers(const lk_packed_matrix *matrix) {
    struct absent_numbers absent;
    absent.starts = (int32_t *)coded_row(matrix, matrix->outputs);
    absent.columns = absent.starts + matrix->outputs + 1;
    absent.values = (lk_bf16 *)(absent.columns + ((const struct coded_head *)matrix->weights)->absent);
    return absent;
}

/// The place of an input in a chunk's lower bytes.
static inline int coded_place(int input) {
    return input % 32 / 8 * 16 + input / 32 * 8 + input % 8;
}

/// The input of a place.
static inline int coded_input(int place) {
    return place % 16 / 8 * 32 + place / 16 * 8 + place % 8;
}
