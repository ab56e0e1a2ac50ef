// The public functions of search.
#include "include/lk_search.h"
#include "instruction_set.h"
#include <string.h>

void lk_search_nearest(lk_search_hit *hits, long *found, const lk_search_rows *rows, const lk_search_queries *queries,
                       long count) {
    LK_FORWARD_INTEGERS(lk_search_nearest, hits, found, rows, queries, count)
}

void lk_search_encode(int8_t *codes, float *scales, const float *vectors, long count, long dimension, long stride) {
    LK_FORWARD_INTEGERS(lk_search_encode, codes, scales, vectors, count, dimension, stride)
}

enum { quad_bytes = 4 * lk_search_block_rows };

void lk_search_write_row(uint8_t *block, long place, const int8_t *codes, long dimension) {
    uint8_t *quad = block + 4 * place;
    for (long i = 0; i < dimension; i += 4, quad += quad_bytes) {
        uint32_t four = 0;
        memcpy(&four, codes + i, dimension - i < 4 ? (size_t)(dimension - i) : 4);
        four ^= 0x80808080u;
        memcpy(quad, &four, 4);
    }
}

void lk_search_read_row(int8_t *codes, const uint8_t *block, long place, long dimension) {
    const uint8_t *quad = block + 4 * place;
    for (long i = 0; i < dimension; i += 4, quad += quad_bytes) {
        uint32_t four;
        memcpy(&four, quad, 4);
        four ^= 0x80808080u;
        memcpy(codes + i, &four, dimension - i < 4 ? (size_t)(dimension - i) : 4);
    }
}
