// Where the numbers of a Q8 or Q4 matrix lie.
//
// Rows are cut into groups of 16 (the last one padded with zeros), inputs into blocks of 32. A group is one stretch of
// memory, and so is a block within it, so that a product reads strictly forwards:
//   two blocks: 64 bytes with the scales of 16 rows, twice; then the codes of the first block, then of the second.
//   Codes of a Q8 block: 8 lines of 64 bytes; line i holds inputs 4 i ..< 4 i + 4 of each row, as code + 128.
//   Codes of a Q4 block: 4 lines; line i holds inputs 4 i ..< 4 i + 4 in the low halves of its bytes and inputs
//   16 + 4 i ..< 20 + 4 i in the high halves.
// An odd last block has its own 64 bytes of scales, half of them unused. Four bytes of a line belong to one row, as the
// instruction vpdpbusd wants them; and as GGUF's blocks have the same order within a row, packing moves four bytes at a
// time and rounds nothing.
#pragma once
#include "include/lk_packed.h"
#include <stddef.h>

enum { group_rows = 16, block_inputs = 32, line_bytes = 64 };

/// How far ahead of the reading weights are asked for, in bytes.
enum { prefetch_distance = 4096 };

/// Lines of codes in a block.
static inline long block_lines(enum lk_packed_format format) {
    return format == LK_PACKED_Q8 ? 8 : 4;
}

static inline long block_code_bytes(enum lk_packed_format format) {
    return block_lines(format) * line_bytes;
}

static inline long group_bytes(enum lk_packed_format format, long blocks) {
    return blocks * block_code_bytes(format) + (blocks + 1) / 2 * line_bytes;
}

/// Offsets within a group: of the 16 scales of a block, and of its codes.
static inline long scale_offset(enum lk_packed_format format, long block) {
    return block / 2 * (2 * block_code_bytes(format) + line_bytes) + block % 2 * (line_bytes / 2);
}
static inline long code_offset(enum lk_packed_format format, long block) {
    return block / 2 * (2 * block_code_bytes(format) + line_bytes) + line_bytes +
           block % 2 * block_code_bytes(format);
}

/// Bytes of GGUF's block: the scale, then the codes.
static inline long gguf_block_bytes(enum lk_packed_format format) {
    return format == LK_PACKED_Q8 ? 34 : 18;
}

static inline long row_groups(long outputs) {
    return (outputs + group_rows - 1) / group_rows;
}
