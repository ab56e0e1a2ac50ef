// The best hits of a search so far: a binary heap with the worst of them at its root.
#pragma once
#include "include/lk_search.h"
#include <math.h>

/// `capacity` hits at most, one or more.
struct search_heap {
    lk_search_hit *hits;
    long size, capacity;
};

/// Lower score, or the same score and a later row.
static inline int is_worse(lk_search_hit a, lk_search_hit b) {
    return a.score < b.score || (a.score == b.score && a.row > b.row);
}

/// Moves the hit at `place` down among the first `size` until nothing below it is worse.
static inline void sift_down(lk_search_hit *hits, long place, long size) {
    lk_search_hit moving = hits[place];
    for (;;) {
        long child = 2 * place + 1;
        if (child >= size) {
            break;
        }
        if (child + 1 < size && is_worse(hits[child + 1], hits[child])) {
            child++;
        }
        if (!is_worse(hits[child], moving)) {
            break;
        }
        hits[place] = hits[child];
        place = child;
    }
    hits[place] = moving;
}

/// Takes the hit in if there is room, or in the place of a worse one.
static inline void offer_hit(struct search_heap *heap, lk_search_hit hit) {
    if (heap->size < heap->capacity) {
        long place = heap->size++;
        while (place > 0 && is_worse(hit, heap->hits[(place - 1) / 2])) {
            heap->hits[place] = heap->hits[(place - 1) / 2];
            place = (place - 1) / 2;
        }
        heap->hits[place] = hit;
    } else if (is_worse(heap->hits[0], hit)) {
        heap->hits[0] = hit;
        sift_down(heap->hits, 0, heap->size);
    }
}

/// What a score of a later row has to exceed to be taken in.
static inline float heap_threshold(const struct search_heap *heap) {
    return heap->size < heap->capacity ? -INFINITY : heap->hits[0].score;
}

/// Puts the hits in order, best first; the heap is none afterwards.
static inline void sort_hits(struct search_heap *heap) {
    for (long last = heap->size - 1; last > 0; last--) {
        lk_search_hit worst = heap->hits[0];
        heap->hits[0] = heap->hits[last];
        heap->hits[last] = worst;
        sift_down(heap->hits, 0, last);
    }
}
