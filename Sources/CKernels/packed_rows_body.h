// Packed numbers back to float or bfloat16: whole matrices and single rows.
#pragma once

typedef uint8_t vcode __attribute__((vector_size(LK_WIDTH)));
typedef vcode vcode_anywhere __attribute__((aligned(1), may_alias));

LK_INLINE void store_element(void *out, enum lk_element element, long place, vf x) {
    if (element == LK_ELEMENT_F32) {
        store((float *)out + place, x);
    } else {
        store((lk_bf16 *)out + place, x);
    }
}

/// 32 numbers of one row from their codes in the order of the inputs (Q4: low halves first).
LK_INLINE void expand_block(void *out, enum lk_element element, long place, const uint8_t *codes, float scale,
                            enum lk_packed_format format) {
    const int held = format == LK_PACKED_Q8 ? block_inputs : block_inputs / 2;
#pragma clang loop unroll(full)
    for (int i = 0; i < held; i += LK_WIDTH) {
        vu code = __builtin_convertvector(*(const vcode_anywhere *)(codes + i), vu);
        if (format == LK_PACKED_Q8) {
            store_element(out, element, place + i, __builtin_convertvector((vi)code - 128, vf) * scale);
        } else {
            store_element(out, element, place + i, __builtin_convertvector((vi)(code & 15) - 8, vf) * scale);
            store_element(out, element, place + held + i, __builtin_convertvector((vi)(code >> 4) - 8, vf) * scale);
        }
    }
}

LK_INLINE void expand_group(void *out, enum lk_element element, const uint8_t *group, long inputs, long rows,
                            enum lk_packed_format format) {
    const int lines = format == LK_PACKED_Q8 ? 8 : 4;
    for (long block = 0; block < inputs / block_inputs; block++) {
        const uint8_t *codes = group + code_offset(format, block);
        uint32_t turned[group_rows][8];
        float scales[group_rows];
        for (int v = 0; v < group_vectors; v++) {
            store(scales + v * LK_WIDTH,
                  widen_half((const uint16_t *)(group + scale_offset(format, block)) + v * LK_WIDTH));
        }
#pragma clang loop unroll(full)
        for (int line = 0; line < lines; line++) {
            uint32_t quads[group_rows];
            memcpy(quads, codes + line * line_bytes, sizeof quads);
            for (int r = 0; r < group_rows; r++) {
                turned[r][line] = quads[r];
            }
        }
        for (long r = 0; r < rows; r++) {
            expand_block(out, element, r * inputs + block * block_inputs, (const uint8_t *)turned[r], scales[r],
                         format);
        }
    }
}

struct unpacking {
    void *out;
    enum lk_element element;
    const lk_packed_matrix *matrix;
    const int32_t *ids;
};

static inline size_t element_bytes(enum lk_element element) {
    return element == LK_ELEMENT_F32 ? sizeof(float) : sizeof(lk_bf16);
}

/// `count` numbers of a row-major matrix, from element `from` on.
static void copy_elements(const struct unpacking *task, long place, long from, long count) {
    const lk_packed_matrix *matrix = task->matrix;
    char *out = (char *)task->out + (size_t)place * element_bytes(task->element);
    if (matrix->format == LK_PACKED_F32 && task->element == LK_ELEMENT_F32) {
        memcpy(out, (const float *)matrix->weights + from, (size_t)count * sizeof(float));
    } else if (matrix->format == LK_PACKED_BF16 && task->element == LK_ELEMENT_BF16) {
        memcpy(out, (const lk_bf16 *)matrix->weights + from, (size_t)count * sizeof(lk_bf16));
    } else {
        for (long i = 0; i < count; i += LK_WIDTH) {
            if (task->element == LK_ELEMENT_F32) {
                store_some((float *)out + i, load_some((const lk_bf16 *)matrix->weights + from + i, count - i),
                           count - i);
            } else {
                store_some((lk_bf16 *)out + i, load_some((const float *)matrix->weights + from + i, count - i),
                           count - i);
            }
        }
    }
}

/// Items are groups of 16 rows.
static void unpack_range(void *context, long begin, long end) {
    const struct unpacking *task = context;
    const lk_packed_matrix *matrix = task->matrix;
    long inputs = matrix->inputs;
    for (long group = begin; group < end; group++) {
        long first = group * group_rows, left = matrix->outputs - first;
        long rows = left < group_rows ? left : group_rows;
        if (matrix->format == LK_PACKED_CODED) {
            for (long row = first; row < first + rows; row++) {
                decode_row(task->out, task->element, row * inputs, matrix, row);
            }
            continue;
        }
        if (matrix->format == LK_PACKED_F32 || matrix->format == LK_PACKED_BF16) {
            copy_elements(task, first * inputs, first * inputs, rows * inputs);
            continue;
        }
        const uint8_t *packed =
            (const uint8_t *)matrix->weights + group * group_bytes(matrix->format, inputs / block_inputs);
        char *out = (char *)task->out + (size_t)(first * inputs) * element_bytes(task->element);
        if (matrix->format == LK_PACKED_Q8) {
            expand_group(out, task->element, packed, inputs, rows, LK_PACKED_Q8);
        } else {
            expand_group(out, task->element, packed, inputs, rows, LK_PACKED_Q4);
        }
    }
}

void LK_UNTYPED_VARIANT(lk_packed_unpack)(void *out, enum lk_element element, const lk_packed_matrix *matrix) {
    struct unpacking task = {out, element, matrix, NULL};
    lk_parallel_for(row_groups(matrix->outputs), 1 + 16384 / (matrix->inputs * group_rows), unpack_range, &task);
}

/// Row `r` of a group.
LK_INLINE void expand_row(void *out, enum lk_element element, long place, const uint8_t *group, long r, long inputs,
                          enum lk_packed_format format) {
    const int lines = format == LK_PACKED_Q8 ? 8 : 4;
    for (long block = 0; block < inputs / block_inputs; block++) {
        uint8_t codes[block_inputs];
        float scales[group_rows];
        for (int line = 0; line < lines; line++) {
            memcpy(codes + 4 * line, group + code_offset(format, block) + line * line_bytes + 4 * r, 4);
        }
        for (int v = 0; v < group_vectors; v++) {
            store(scales + v * LK_WIDTH,
                  widen_half((const uint16_t *)(group + scale_offset(format, block)) + v * LK_WIDTH));
        }
        expand_block(out, element, place + block * block_inputs, codes, scales[r], format);
    }
}

/// Items are ids.
static void packed_row_range(void *context, long begin, long end) {
    const struct unpacking *task = context;
    const lk_packed_matrix *matrix = task->matrix;
    long inputs = matrix->inputs, blocks = inputs / block_inputs;
    const uint8_t *weights = matrix->weights;
    for (long i = begin; i < end; i++) {
        long id = task->ids[i], place = i * inputs;
        if (id < 0) {
            memset((char *)task->out + (size_t)place * element_bytes(task->element), 0,
                   (size_t)inputs * element_bytes(task->element));
        } else if (matrix->format == LK_PACKED_Q8) {
            expand_row(task->out, task->element, place, weights + id / group_rows * group_bytes(LK_PACKED_Q8, blocks),
                       id % group_rows, inputs, LK_PACKED_Q8);
        } else if (matrix->format == LK_PACKED_Q4) {
            expand_row(task->out, task->element, place, weights + id / group_rows * group_bytes(LK_PACKED_Q4, blocks),
                       id % group_rows, inputs, LK_PACKED_Q4);
        } else if (matrix->format == LK_PACKED_CODED) {
            decode_row(task->out, task->element, place, matrix, id);
        } else {
            copy_elements(task, place, id * inputs, inputs);
        }
    }
}

void LK_UNTYPED_VARIANT(lk_packed_rows)(void *out, enum lk_element element, const lk_packed_matrix *matrix,
                                        const int32_t *ids, long count) {
    struct unpacking task = {out, element, matrix, ids};
    lk_parallel_for(count, 1 + 16384 / matrix->inputs, packed_row_range, &task);
}
