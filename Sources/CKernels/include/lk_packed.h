// Products with frozen matrices that are packed for reading: few rows of activations, every weight streamed once.
#pragma once
#include "lk_parallel.h"

/// How a packed matrix [outputs, inputs] lies in memory.
enum lk_packed_format {
    LK_PACKED_F32,  ///< row-major floats
    LK_PACKED_BF16, ///< row-major bfloat16
    LK_PACKED_CODED, ///< bfloat16 in 12 bits a number, without loss, as coded_layout.h describes
    /// 32 inputs of a row share a scale d (half precision): w = d · q with q in -128 ... 127. Inputs are a multiple of
    /// 32.
    LK_PACKED_Q8,
    /// w = d · (q - 8) with q in 0 ... 15; else as Q8.
    LK_PACKED_Q4,
    LK_PACKED_FORMATS ///< How many there are.
};

/// The element type of activations.
enum lk_element { LK_ELEMENT_F32, LK_ELEMENT_BF16 };

/// A matrix in memory. `weights` is aligned to 64 bytes for Q8 and Q4, whose layout packed_layout.h describes, and for
/// coded matrices.
typedef struct {
    const void *weights;
    long outputs, inputs;
    enum lk_packed_format format;
} lk_packed_matrix;

/// out [rows, outputs] = x [rows, inputs] · matrixᵀ + bias; bias may be NULL. Where `groups` are given, only they are
/// computed: group g is the outputs 16 g ..< 16 g + 16, and the others of `out` stay as they are.
typedef struct {
    lk_packed_matrix matrix;
    const float *bias;
    void *out;
    const int32_t *groups; ///< Each once; NULL for all.
    long group_count;      ///< Of `groups`.
} lk_packed_product;

/// Bytes of a packed matrix that is not coded; outputs and inputs are positive.
long lk_packed_bytes(enum lk_packed_format format, long outputs, long inputs);

/// Several products of the same x, in one entry of the pool; all matrices have the same number of inputs. x and every
/// out have the types given. For Q8 and Q4, x is rounded to multiples of m / 32512 for the greatest size m in a block of
/// 32 (two terms of 8 bits, ties to even); sums are exact within a block and fp32 across blocks.
void lk_packed_products(const lk_packed_product *products, long count, enum lk_element out_element, const void *x,
                        enum lk_element element, long rows);

/// maxima[g] = the greatest of one row's outputs in group g; NaN is never greatest.
void lk_packed_maxima(float *maxima, const float *out, long outputs);

/// Packs row-major numbers, which need no alignment, to a format other than coded. Q8 and Q4 are rounded as llama.cpp's
/// reference does; a block with a number that is not finite has the scale NaN.
void lk_packed_pack(void *weights, enum lk_packed_format format, long outputs, long inputs, const void *in,
                    enum lk_element element);

/// Packs to Q4 what remains of the numbers when those that lk_packed_pack makes of them in Q8 are taken away.
void lk_packed_pack_rest(void *weights, long outputs, long inputs, const void *in, enum lk_element element);

/// Writes the matrix row-major.
void lk_packed_unpack(void *out, enum lk_element element, const lk_packed_matrix *matrix);

/// out[i] = row ids[i] of the matrix; a negative id makes a row of zeros. The caller guarantees ids below `outputs`.
void lk_packed_rows(void *out, enum lk_element element, const lk_packed_matrix *matrix, const int32_t *ids, long count);

/// Packs rows of GGUF's block_q8_0 (34 bytes) or block_q4_0 (18 bytes), and writes them back.
void lk_packed_from_blocks(void *weights, enum lk_packed_format format, long outputs, long inputs,
                           const uint8_t *blocks);
void lk_packed_to_blocks(uint8_t *blocks, const lk_packed_matrix *matrix);

/// Chooses the exponents that row-major bfloat16 numbers, which need no alignment, are coded with: `greatest`. Counts the
/// numbers that have another: starts [outputs + 1] are sums over the rows before, the last one over all.
void lk_coded_plan(uint8_t *greatest, int32_t *starts, const void *in, long outputs, long inputs);

/// Bytes of a coded matrix with so many numbers of other exponents.
long lk_coded_bytes(long outputs, long inputs, long absent);

/// Codes row-major bfloat16 numbers as planned.
void lk_coded_pack(void *weights, uint8_t greatest, const int32_t *starts, const void *in, long outputs, long inputs);

/// Writes a coded, Q8 or Q4 matrix in bfloat16 as tiles of [16 pairs of inputs, 64 outputs, 2], those of the same outputs
/// one after another, zeros beyond the matrix. `out` is aligned to 64 bytes.
void lk_packed_tiles(lk_bf16 *out, const lk_packed_matrix *matrix);
