// Working memory of a thread, kept from call to call.
#pragma once
#include <stddef.h>

/// What a scratch area is for: one per nesting level of use.
enum lk_scratch_slot {
    LK_SCRATCH_SHARED, ///< of the caller of a kernel, read by its workers
    LK_SCRATCH_WORKER, ///< of one range on one thread
    LK_SCRATCH_SLOTS
};

/// At least `bytes` bytes aligned to 64, contents undefined, valid until the next request of this thread for the slot.
/// The process ends with a message if memory is exhausted.
void *lk_scratch(enum lk_scratch_slot slot, size_t bytes);
