// Exact search among vectors that are held as int8 codes.
#pragma once
#include "lk_parallel.h"

enum {
    lk_search_block_rows = 64,        ///< rows that lie interleaved
    lk_search_most_dimensions = 65536 ///< sums of products fit 32 bits up to here
};

/// Rows of codes in blocks of 64: v ≈ scale · code. Four inputs are a quad; the last one is padded with zeros. A block
/// holds quad 0 of its 64 rows, then quad 1, and so on, each code as code + 128: 256 bytes per quad, as the instruction
/// vpdpbusd wants them.
typedef struct {
    /// Stretches of memory with `segment_blocks` blocks each, aligned to 64 bytes.
    const uint8_t *const *segments;
    long segment_blocks;
    /// A scale for each row, 64 for each block; NaN where there is no row. Blocks of NaN alone are not read.
    const float *scales;
    long blocks;
    /// Quads of a row: inputs / 4, rounded up.
    long quads;
} lk_search_rows;

/// Queries as codes, row-major with 4 · quads codes each, -127 to 127; the last ones are zero where rows have padding.
typedef struct {
    const int8_t *codes;
    const float *scales;
    long count;
} lk_search_queries;

/// A row and its score: (Σ code · code) · scale of the row · scale of the query.
typedef struct {
    float score;
    int32_t row;
} lk_search_hit;

/// For each query the `count` rows with the greatest scores, best first, equal ones by row, at hits[query * count];
/// found[query] is how many there are. Scores that are NaN are not found.
void lk_search_nearest(lk_search_hit *hits, long *found, const lk_search_rows *rows, const lk_search_queries *queries,
                       long count);

/// Codes of `count` vectors, row-major with `stride` codes each (zeros behind the dimension), and their scales: scale =
/// max|v| / 127, code = v / scale rounded to nearest even. A vector too small for a normal scale becomes zeros with the
/// scale 0, one that holds NaN or infinity zeros with the scale NaN.
void lk_search_encode(int8_t *codes, float *scales, const float *vectors, long count, long dimension, long stride);

/// Puts a row of `dimension` codes at a place (0 to 63) of a block, or reads it back.
void lk_search_write_row(uint8_t *block, long place, const int8_t *codes, long dimension);
void lk_search_read_row(int8_t *codes, const uint8_t *block, long place, long dimension);
