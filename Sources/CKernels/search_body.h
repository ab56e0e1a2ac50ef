// Nearest rows of codes: blocks of 64 rows against tiles of queries. The sums of a tile stay in registers, the codes of a
// block in the nearest cache while all tiles of queries pass over it, and only scores above a query's threshold, the
// worst of its best so far, leave the registers.
#pragma once
#include "search_heap.h"
#include <float.h>
#include <stdatomic.h>

// Vectors of sums, and queries, of a tile at most.
#if LK_WIDTH == 16
enum { search_vectors = 4, search_queries = 6 };
#elif LK_WIDTH == 8
enum { search_vectors = 2, search_queries = 4 };
#else
enum { search_vectors = 4, search_queries = 2 };
#endif

enum {
    search_line = 4 * lk_search_block_rows, ///< bytes of a quad of all rows of a block
    search_query_bytes = 384 << 10,         ///< codes of queries that pass over the rows together: they stay in a cache
    search_hit_bytes = 64 << 20,            ///< heaps of queries that pass over the rows together
    search_chunk_bytes = 1 << 20            ///< codes that a thread takes at a time, at most
};

/// A pass of some queries over all rows. Query q has `quads` quads from quads[q * rows->quads] on, interleaved with those
/// of the other queries of its tile.
struct search_pass {
    const lk_search_rows *rows;
    const int32_t *quads, *starts;
    const float *scales;
    long queries, chunk_blocks, workers;
    /// How far ahead codes are asked for, in bytes.
    long prefetch;
    _Atomic long next_chunk;
    /// One for each worker and query.
    struct search_heap *heaps;
    float *thresholds;
    lk_search_hit *hits;
    long *found;
};

/// The size of the next tile.
LK_INLINE long search_tile_size(long queries) {
    return queries >= search_queries ? search_queries : queries >= 4 ? 4 : queries >= 2 ? 2 : 1;
}

/// A bit for each lane in which a is greater than b.
LK_INLINE uint32_t lanes_above(vf a, vf b) {
#if LK_WIDTH == 16
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_GT_OQ);
#elif LK_WIDTH == 8
    return (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_GT_OQ));
#else
    vi above = a > b;
    uint32_t lanes = 0;
    for (int lane = 0; lane < LK_WIDTH; lane++) {
        lanes |= (uint32_t)(above[lane] & 1) << lane;
    }
    return lanes;
#endif
}

/// Offers the scores of some lanes to a heap.
static __attribute__((noinline)) void keep_hits(struct search_heap *heap, float *threshold, const vf *score,
                                                uint32_t lanes, long first_row) {
    float scores[LK_WIDTH];
    store(scores, *score);
    for (; lanes != 0; lanes &= lanes - 1) {
        int lane = __builtin_ctz(lanes);
        offer_hit(heap, (lk_search_hit){scores[lane], (int32_t)(first_row + lane)});
    }
    *threshold = heap_threshold(heap);
}

/// The scores of `queries` queries from number `first` on with the rows of `vectors` vectors of a block, offered to the
/// worker's heaps.
LK_INLINE void search_tile(struct search_pass *pass, long worker, long first, long first_row, const uint8_t *codes,
                           const int vectors, const int queries, const int is_prefetching) {
    const lk_search_rows *rows = pass->rows;
    const int32_t *quads = pass->quads + first * rows->quads;
    vi dots[search_queries][8];
#pragma clang loop unroll(full)
    for (int q = 0; q < queries; q++) {
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) {
            dots[q][v] = (vi){} + pass->starts[first + q];
        }
    }
    for (long quad = 0; quad < rows->quads; quad++, codes += search_line, quads += queries) {
        if (is_prefetching) {
#pragma clang loop unroll(full)
            for (int line = 0; line < vectors * LK_WIDTH / 16; line++) {
                __builtin_prefetch(codes + pass->prefetch + line * 64);
            }
        }
        vu weights[8];
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) {
            weights[v] = *(const vu_aligned *)(codes + v * 4 * LK_WIDTH);
        }
#pragma clang loop unroll(full)
        for (int q = 0; q < queries; q++) {
#pragma clang loop unroll(full)
            for (int v = 0; v < vectors; v++) {
                dots[q][v] = add_offset(dots[q][v], weights[v], quads[q]);
            }
        }
    }
    long place = worker * pass->queries + first;
#pragma clang loop unroll(full)
    for (int q = 0; q < queries; q++) {
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) {
            vf score = __builtin_convertvector(dots[q][v], vf) * load(rows->scales + first_row + v * LK_WIDTH);
            score = score * pass->scales[first + q];
            uint32_t lanes = lanes_above(score, splat(pass->thresholds[place + q]));
            if (__builtin_expect(lanes != 0, 0)) {
                keep_hits(&pass->heaps[place + q], &pass->thresholds[place + q], &score, lanes,
                          first_row + v * LK_WIDTH);
            }
        }
    }
}

/// One block against all queries. The first tile asks for the codes that come next.
static void search_block(struct search_pass *pass, long worker, long block, const uint8_t *codes) {
    long size, first_row = block * lk_search_block_rows;
    for (long first = 0; first < pass->queries; first += size) {
        size = search_tile_size(pass->queries - first);
        for (long v = 0; v < lk_search_block_rows / LK_WIDTH; v += search_vectors) {
            const uint8_t *part = codes + v * 4 * LK_WIDTH;
            long row = first_row + v * LK_WIDTH;
            if (first == 0 && size == 1) {
                search_tile(pass, worker, 0, row, part, search_vectors, 1, 1);
                continue;
            }
            if (first == 0 && size == search_queries) {
                search_tile(pass, worker, 0, row, part, search_vectors, search_queries, 1);
                continue;
            }
            switch (size) {
            case search_queries:
                search_tile(pass, worker, first, row, part, search_vectors, search_queries, 0);
                break;
#if LK_WIDTH == 16
            case 4:
                search_tile(pass, worker, first, row, part, search_vectors, 4, 0);
                break;
#endif
#if LK_WIDTH >= 8
            case 2:
                search_tile(pass, worker, first, row, part, search_vectors, 2, 0);
                break;
#endif
            default:
                search_tile(pass, worker, first, row, part, search_vectors, 1, 0);
            }
        }
    }
}

/// Whether any row of a block exists.
LK_INLINE int has_rows(const float *scales) {
    vi exists = {};
    for (int i = 0; i < lk_search_block_rows; i += LK_WIDTH) {
        vf scale = load(scales + i);
        exists |= scale == scale;
    }
    int any = 0;
    for (int lane = 0; lane < LK_WIDTH; lane++) {
        any |= exists[lane];
    }
    return any != 0;
}

/// Items are workers. Each takes chunks of blocks, in their order, until none is left.
static void search_worker(void *context, long begin, long end) {
    struct search_pass *pass = context;
    const lk_search_rows *rows = pass->rows;
    for (long worker = begin; worker < end; worker++) {
        for (;;) {
            long chunk = atomic_fetch_add_explicit(&pass->next_chunk, 1, memory_order_relaxed);
            long block = chunk * pass->chunk_blocks, last = block + pass->chunk_blocks;
            if (block >= rows->blocks) {
                break;
            }
            for (last = last < rows->blocks ? last : rows->blocks; block < last; block++) {
                if (has_rows(rows->scales + block * lk_search_block_rows)) {
                    const uint8_t *segment = rows->segments[block / rows->segment_blocks];
                    search_block(pass, worker, block,
                                 segment + block % rows->segment_blocks * rows->quads * search_line);
                }
            }
        }
    }
}

/// Items are queries: brings the heaps of all workers together and puts the hits in order.
static void merge_range(void *context, long begin, long end) {
    const struct search_pass *pass = context;
    for (long query = begin; query < end; query++) {
        struct search_heap *best = &pass->heaps[query];
        for (long worker = 1; worker < pass->workers; worker++) {
            const struct search_heap *other = &pass->heaps[worker * pass->queries + query];
            for (long i = 0; i < other->size; i++) {
                offer_hit(best, other->hits[i]);
            }
        }
        sort_hits(best);
        memcpy(pass->hits + query * best->capacity, best->hits, (size_t)best->size * sizeof(lk_search_hit));
        pass->found[query] = best->size;
    }
}

/// Interleaves the codes of the queries tile by tile, and takes the offset of the rows' codes out of their sums.
static void interleave_queries(int32_t *quads, int32_t *starts, const int8_t *codes, long queries, long count) {
    long size;
    for (long first = 0; first < queries; first += size) {
        size = search_tile_size(queries - first);
        int32_t *tile = quads + first * count;
        for (long q = 0; q < size; q++) {
            const int8_t *query = codes + (first + q) * count * 4;
            int32_t total = 0;
            for (long quad = 0; quad < count; quad++) {
                memcpy(tile + quad * size + q, query + 4 * quad, 4);
                total += query[4 * quad] + query[4 * quad + 1] + query[4 * quad + 2] + query[4 * quad + 3];
            }
            starts[first + q] = offset_start(total);
        }
    }
}

static inline long smaller(long a, long b) {
    return a < b ? a : b;
}

/// The room of `count` things of some bytes, in whole lines of the cache.
static inline size_t lines(long count, size_t bytes) {
    return ((size_t)count * bytes + 63) / 64 * 64;
}

/// All rows against as many queries as one pass takes.
static void run_pass(lk_search_hit *hits, long *found, const lk_search_rows *rows, const lk_search_queries *queries,
                     long count, long workers) {
    long codes = rows->quads * search_line, chunks = 8 * workers;
    struct search_pass pass = {.rows = rows,
                               .scales = queries->scales,
                               .queries = queries->count,
                               .workers = workers,
                               .hits = hits,
                               .found = found};
    pass.chunk_blocks = smaller((rows->blocks + chunks - 1) / chunks, 1 + search_chunk_bytes / codes);
    pass.prefetch = queries->count == 1 ? 4096 : codes;

    long all = workers * pass.queries;
    size_t quad_room = lines(pass.queries * rows->quads, sizeof(int32_t)), start_room = lines(pass.queries, 4);
    size_t heap_room = lines(all, sizeof(struct search_heap)), threshold_room = lines(all, sizeof(float));
    size_t hit_room = lines(all * count, sizeof(lk_search_hit));
    char *room = lk_scratch(LK_SCRATCH_SHARED, quad_room + start_room + heap_room + threshold_room + hit_room);
    int32_t *quads = (int32_t *)room, *starts = (int32_t *)(room + quad_room);
    pass.heaps = (struct search_heap *)(room + quad_room + start_room);
    pass.thresholds = (float *)(room + quad_room + start_room + heap_room);
    lk_search_hit *heap_hits = (lk_search_hit *)(room + quad_room + start_room + heap_room + threshold_room);
    for (long i = 0; i < all; i++) {
        pass.heaps[i] = (struct search_heap){heap_hits + i * count, 0, count};
        pass.thresholds[i] = -INFINITY;
    }
    interleave_queries(quads, starts, queries->codes, pass.queries, rows->quads);
    pass.quads = quads;
    pass.starts = starts;

    lk_parallel_for(workers, 1, search_worker, &pass);
    lk_parallel_for(pass.queries, 1 + 256 / count, merge_range, &pass);
}

void LK_UNTYPED_VARIANT(lk_search_nearest)(lk_search_hit *hits, long *found, const lk_search_rows *rows,
                                           const lk_search_queries *queries, long count) {
    if (count <= 0) {
        return;
    }
    // Entering the pool pays from some ten microseconds of work on.
    long codes = rows->blocks * rows->quads * search_line;
    long workers = codes * queries->count < 262144 ? 1 : smaller(lk_threads(), rows->blocks);
    long most = smaller(search_query_bytes / (4 * rows->quads),
                        search_hit_bytes / (workers * count * (long)sizeof(lk_search_hit)));
    most = most < search_queries ? (most < 1 ? 1 : most) : most / search_queries * search_queries;
    for (long first = 0; first < queries->count; first += most) {
        lk_search_queries some = {queries->codes + first * rows->quads * 4, queries->scales + first,
                                  smaller(most, queries->count - first)};
        run_pass(hits + first * count, found + first, rows, &some, count, workers);
    }
}

typedef int8_t signed_codes __attribute__((vector_size(LK_WIDTH)));

struct encoding {
    int8_t *codes;
    float *scales;
    const float *vectors;
    long dimension, stride;
};

static float encode_row(int8_t *codes, const float *vector, long dimension) {
    vf greatest = splat(0), nothing = splat(0);
    for (long i = 0; i < dimension; i += LK_WIDTH) {
        vf x = load_some(vector + i, dimension - i);
        greatest = maximum(greatest, absolute(x));
        nothing = nothing + x * 0.0f; // NaN once an element is not finite
    }
    float size = maximum_lane(greatest), scale = size / 127;
    if (sum_lanes(nothing) != 0 || !(scale >= FLT_MIN)) {
        return sum_lanes(nothing) == 0 ? 0 : NAN;
    }
    float inverse = 127 / size;
    for (long i = 0; i < dimension; i += LK_WIDTH) {
        // Product and sum in statements of their own: fused they would round other than on other processors.
        vf scaled = load_some(vector + i, dimension - i) * inverse;
        vf shifted = scaled + 12582912.0f; // 1.5 · 2²³: the sum's low bits are the nearest integer
        signed_codes rounded = __builtin_convertvector((vi)shifted, signed_codes);
        memcpy(codes + i, &rounded, (size_t)smaller(LK_WIDTH, dimension - i));
    }
    return scale;
}

/// Items are vectors.
static void encode_range(void *context, long begin, long end) {
    const struct encoding *task = context;
    for (long row = begin; row < end; row++) {
        int8_t *codes = task->codes + row * task->stride;
        memset(codes, 0, (size_t)task->stride);
        task->scales[row] = encode_row(codes, task->vectors + row * task->dimension, task->dimension);
    }
}

void LK_UNTYPED_VARIANT(lk_search_encode)(int8_t *codes, float *scales, const float *vectors, long count,
                                          long dimension, long stride) {
    struct encoding task = {codes, scales, vectors, dimension, stride};
    lk_parallel_for(count, 1 + 16384 / dimension, encode_range, &task);
}
