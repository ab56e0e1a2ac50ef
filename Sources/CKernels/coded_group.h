// Some rows of a coded matrix, and the product that needs an instruction set of its own.
#pragma once
#include "packed_layout.h"

struct coded_group {
    const uint8_t *codes, *upper;
    long chunks;       ///< In a row.
    int outputs, rows; ///< Rows of the matrix, group_rows at most, and rows of x.
};

/// results[r][i]: row i of the group times row r of x, bfloat16 in whole chunks with zeros beyond the inputs. Sums in
/// float by AVX512-BF16; the sum of a row of x is the same beside any others.
void lk_coded_group_avx512bf16(float (*results)[group_rows], const struct coded_group *group, const lk_bf16 *x,
                               long x_row);
