// The public functions of packed matrices.
#include "include/lk_packed.h"
#include "instruction_set.h"
#include "coded_layout.h"
#include "packed_layout.h"
#include <string.h>

long lk_packed_bytes(enum lk_packed_format format, long outputs, long inputs) {
    switch (format) {
    case LK_PACKED_F32:
        return outputs * inputs * (long)sizeof(float);
    case LK_PACKED_BF16:
        return outputs * inputs * (long)sizeof(lk_bf16);
    case LK_PACKED_CODED:
        return lk_coded_bytes(outputs, inputs, 0);
    case LK_PACKED_Q8:
    case LK_PACKED_Q4:
        return row_groups(outputs) * group_bytes(format, inputs / block_inputs);
    case LK_PACKED_FORMATS:
        break;
    }
    return 0;
}

void lk_packed_products(const lk_packed_product *products, long count, enum lk_element out_element, const void *x,
                        enum lk_element element, long rows) {
    LK_FORWARD_INTEGERS(lk_packed_products, products, count, out_element, x, element, rows)
}

void lk_packed_maxima(float *maxima, const float *out, long outputs) {
    LK_FORWARD_INTEGERS(lk_packed_maxima, maxima, out, outputs)
}

void lk_packed_pack(void *weights, enum lk_packed_format format, long outputs, long inputs, const void *in,
                    enum lk_element element) {
    LK_FORWARD_INTEGERS(lk_packed_pack, weights, format, outputs, inputs, in, element)
}

void lk_packed_pack_rest(void *weights, long outputs, long inputs, const void *in, enum lk_element element) {
    LK_FORWARD_INTEGERS(lk_packed_pack_rest, weights, outputs, inputs, in, element)
}

void lk_packed_unpack(void *out, enum lk_element element, const lk_packed_matrix *matrix) {
    LK_FORWARD_INTEGERS(lk_packed_unpack, out, element, matrix)
}

void lk_packed_rows(void *out, enum lk_element element, const lk_packed_matrix *matrix, const int32_t *ids,
                    long count) {
    LK_FORWARD_INTEGERS(lk_packed_rows, out, element, matrix, ids, count)
}

void lk_coded_plan(uint8_t *greatest, int32_t *starts, const void *in, long outputs, long inputs) {
    LK_FORWARD_INTEGERS(lk_coded_plan, greatest, starts, in, outputs, inputs)
}

long lk_coded_bytes(long outputs, long inputs, long absent) {
    return coded_head_bytes + outputs * coded_chunks(inputs) * coded_bytes + (outputs + 1) * (long)sizeof(int32_t) +
           absent * (long)(sizeof(int32_t) + sizeof(lk_bf16));
}

void lk_coded_pack(void *weights, uint8_t greatest, const int32_t *starts, const void *in, long outputs, long inputs) {
    LK_FORWARD_INTEGERS(lk_coded_pack, weights, greatest, starts, in, outputs, inputs)
}

void lk_packed_tiles(lk_bf16 *out, const lk_packed_matrix *matrix) {
    LK_FORWARD_INTEGERS(lk_packed_tiles, out, matrix)
}

struct repacking {
    uint8_t *packed, *blocks;
    long outputs, row_blocks;
    enum lk_packed_format format;
    int is_packing;
};

/// Moves four bytes between a line of codes and a GGUF block; Q8's codes change between signed and offset by 128.
static inline void move_codes(uint8_t *to, const uint8_t *from, uint32_t flip) {
    uint32_t codes;
    memcpy(&codes, from, 4);
    codes ^= flip;
    memcpy(to, &codes, 4);
}

/// Items are groups of rows.
static void repack_range(void *context, long begin, long end) {
    const struct repacking *task = context;
    enum lk_packed_format format = task->format;
    long block_bytes = gguf_block_bytes(format), lines = block_lines(format);
    uint32_t flip = format == LK_PACKED_Q8 ? 0x80808080u : 0;
    for (long group = begin; group < end; group++) {
        uint8_t *packed = task->packed + group * group_bytes(format, task->row_blocks);
        for (long block = 0; block < task->row_blocks; block++) {
            uint8_t *scales = packed + scale_offset(format, block), *codes = packed + code_offset(format, block);
            for (long r = 0; r < group_rows && group * group_rows + r < task->outputs; r++) {
                uint8_t *plain = task->blocks + ((group * group_rows + r) * task->row_blocks + block) * block_bytes;
                if (task->is_packing) {
                    memcpy(scales + 2 * r, plain, 2);
                } else {
                    memcpy(plain, scales + 2 * r, 2);
                }
                for (long line = 0; line < lines; line++) {
                    uint8_t *place = codes + line * line_bytes + 4 * r;
                    if (task->is_packing) {
                        move_codes(place, plain + 2 + 4 * line, flip);
                    } else {
                        move_codes(plain + 2 + 4 * line, place, flip);
                    }
                }
            }
        }
    }
}

void lk_packed_from_blocks(void *weights, enum lk_packed_format format, long outputs, long inputs,
                           const uint8_t *blocks) {
    struct repacking task = {weights, (uint8_t *)blocks, outputs, inputs / block_inputs, format, 1};
    if (outputs % group_rows != 0) { // The padding of the last group: scales of zero.
        long bytes = group_bytes(format, task.row_blocks);
        memset((uint8_t *)weights + (row_groups(outputs) - 1) * bytes, 0, (size_t)bytes);
    }
    lk_parallel_for(row_groups(outputs), 1 + 16384 / (inputs * group_rows), repack_range, &task);
}

void lk_packed_to_blocks(uint8_t *blocks, const lk_packed_matrix *matrix) {
    struct repacking task = {(uint8_t *)matrix->weights,    blocks,         matrix->outputs,
                             matrix->inputs / block_inputs, matrix->format, 0};
    lk_parallel_for(row_groups(matrix->outputs), 1 + 16384 / (matrix->inputs * group_rows), repack_range, &task);
}
