// Products of coded matrices: in float, and, where the processor multiplies bfloat16, with activations in bfloat16.
#pragma once
#include "coded_group.h"

/// results[r][i]: row i of the group times row r of x, floats in whole chunks with zeros beyond the inputs.
static void float_coded_group(float results[most_rows][group_rows], const struct coded_group *group, const float *x,
                              long x_row) {
    for (int i = 0; i < group->outputs; i++) {
        const uint8_t *chunk = group->codes + i * group->chunks * coded_bytes;
        vf sums[most_rows] = {0};
        for (long c = 0; c < group->chunks; c++, chunk += coded_bytes) {
            lk_bf16 numbers[coded_inputs];
            decode_chunk(numbers, chunk, group->upper);
            __builtin_prefetch((const char *)chunk + prefetch_distance);
            for (int r = 0; r < group->rows; r++) {
                const float *line = x + r * x_row + c * coded_inputs;
                for (int k = 0; k < coded_inputs; k += LK_WIDTH) {
                    sums[r] = load(numbers + k) * load(line + k) + sums[r];
                }
            }
        }
        for (int r = 0; r < group->rows; r++) {
            results[r][i] = sum_lanes(sums[r]);
        }
    }
}

/// The products with the numbers that have no code.
static void add_absent(float results[most_rows][group_rows], const lk_packed_matrix *matrix, long first_output,
                       int outputs, const struct activations *x, long first, int rows) {
    struct absent_numbers absent = absent_numbers(matrix);
    for (int i = 0; i < outputs; i++) {
        long row = first_output + i;
        for (int32_t place = absent.starts[row]; place < absent.starts[row + 1]; place++) {
            float weight = widen_one(absent.values[place]);
            for (int r = 0; r < rows; r++) {
                long element = (first + r) * x->inputs + absent.columns[place];
                results[r][i] += weight * (x->element == LK_ELEMENT_F32 ? ((const float *)x->x)[element]
                                                                        : widen_one(((const lk_bf16 *)x->x)[element]));
            }
        }
    }
}

/// results[r][i]: row i of a group of the matrix times row r of a tile of `rows` rows of x that begins at `first`.
static void coded_tile(float results[most_rows][group_rows], const lk_packed_matrix *matrix, long first_output,
                       const struct activations *x, long first, int rows) {
    long left = matrix->outputs - first_output, row = coded_chunks(x->inputs) * coded_inputs;
    struct coded_group group = {
        .codes = coded_row(matrix, first_output),
        .upper = ((const struct coded_head *)matrix->weights)->upper,
        .chunks = coded_chunks(x->inputs),
        .outputs = left < group_rows ? (int)left : group_rows,
        .rows = rows,
    };
#if LK_WIDTH == 16
    if (x->halves) {
        lk_coded_group_avx512bf16(results, &group, x->halves + first * row, row);
    } else
#endif
        float_coded_group(results, &group, x->wide + first * row, row);
    add_absent(results, matrix, first_output, group.outputs, x, first, rows);
}
