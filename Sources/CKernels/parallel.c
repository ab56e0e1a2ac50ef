// The thread pool. On Linux it is libgomp's, entered through its binary interface, so that oneDNN and these kernels
// share one pool without any compiler flag; elsewhere it is libdispatch's, or the caller alone.
#include "include/lk_parallel.h"
#include <stdatomic.h>
#include <unistd.h>

enum { most_threads = 256 };

static _Atomic int configured_threads = 0;

static int clamp_threads(int threads) {
    return threads < 1 ? 1 : threads > most_threads ? most_threads : threads;
}

#if defined(__linux__)
void GOMP_parallel(void (*body)(void *), void *context, unsigned threads, unsigned flags);
int omp_get_thread_num(void);
int omp_in_parallel(void);
int omp_get_max_threads(void);
void omp_set_num_threads(int threads);

static int default_threads(void) {
    return omp_get_max_threads();
}
static void announce_threads(int threads) {
    omp_set_num_threads(threads);
}
static int inside_region(void) {
    return omp_in_parallel();
}
#else
static int default_threads(void) {
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}
static void announce_threads(int threads) {
    (void)threads;
}
static _Thread_local int region_depth = 0;
static int inside_region(void) {
    return region_depth > 0;
}
#endif

void lk_set_threads(int threads) {
    threads = clamp_threads(threads);
    atomic_store(&configured_threads, threads);
    announce_threads(threads);
}

int lk_threads(void) {
    int threads = atomic_load_explicit(&configured_threads, memory_order_relaxed);
    if (threads == 0) {
        threads = clamp_threads(default_threads());
        atomic_store(&configured_threads, threads);
    }
    return threads;
}

/// A queue of chunks next ..< end. Every thread empties its own first, which keeps the same rows in the same core's
/// cache from one operation to the next, then helps the others.
struct queue {
    _Atomic long next;
    long end;
    char padding[112];
};

struct region {
    void (*body)(void *, long, long);
    void *context;
    long count, chunk;
    int threads;
    struct queue *queues;
};

static void run_queues(struct region *region, int thread) {
    for (int step = 0; step < region->threads; step++) {
        struct queue *queue = &region->queues[(thread + step) % region->threads];
        for (;;) {
            long index = atomic_fetch_add_explicit(&queue->next, 1, memory_order_relaxed);
            if (index >= queue->end) {
                break;
            }
            long begin = index * region->chunk, end = begin + region->chunk;
            region->body(region->context, begin, end < region->count ? end : region->count);
        }
    }
}

#if defined(__linux__)
static void run_thread(void *argument) {
    run_queues(argument, omp_get_thread_num());
}
static void run_region(struct region *region) {
    GOMP_parallel(run_thread, region, (unsigned)region->threads, 0);
}
#elif defined(__APPLE__)
#include <dispatch/dispatch.h>
static void run_thread(void *argument, size_t thread) {
    region_depth++;
    run_queues(argument, (int)thread);
    region_depth--;
}
static void run_region(struct region *region) {
    dispatch_apply_f((size_t)region->threads, DISPATCH_APPLY_AUTO, region, run_thread);
}
#else
static void run_region(struct region *region) {
    run_queues(region, 0);
}
#endif

void lk_parallel_for(long count, long grain, void (*body)(void *context, long begin, long end), void *context) {
    if (count <= 0) {
        return;
    }
    if (grain < 1) {
        grain = 1;
    }
    int threads = lk_threads();
    long pieces = (count + grain - 1) / grain;
    if (pieces < threads) {
        threads = (int)pieces;
    }
    if (threads <= 1 || inside_region()) {
        body(context, 0, count);
        return;
    }
    // About eight chunks for each thread, so that a slow one can be helped.
    long chunk = count / (8L * threads);
    chunk = chunk < grain ? grain : chunk;
    long chunks = (count + chunk - 1) / chunk;
    struct queue queues[most_threads];
    for (int thread = 0; thread < threads; thread++) {
        atomic_init(&queues[thread].next, chunks * thread / threads);
        queues[thread].end = chunks * (thread + 1) / threads;
    }
    struct region region = {body, context, count, chunk, threads, queues};
    run_region(&region);
}
