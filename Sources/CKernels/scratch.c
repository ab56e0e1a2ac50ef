#include "scratch.h"
#include <stdio.h>
#include <stdlib.h>

void *lk_scratch(enum lk_scratch_slot slot, size_t bytes) {
    static _Thread_local struct {
        void *memory;
        size_t bytes;
    } areas[LK_SCRATCH_SLOTS];
    if (areas[slot].bytes < bytes) {
        free(areas[slot].memory);
        // Grow by half as much again, in whole pages.
        size_t size = (bytes + bytes / 2 + 4095) / 4096 * 4096;
        areas[slot].memory = aligned_alloc(64, size);
        areas[slot].bytes = size;
        if (areas[slot].memory == NULL) {
            fprintf(stderr, "linnet: out of memory: a kernel needs %zu bytes of working memory\n", size);
            abort();
        }
    }
    return areas[slot].memory;
}
