// Coded, Q8 and Q4 matrices in the order of bfloat16 that oneDNN's products read: tiles of 64 outputs and 32 inputs, those
// of the same outputs one after another, filled up with zeros. In a tile the pairs of inputs follow one another, and of
// each pair the outputs: [16 pairs, 64 outputs, 2].
#pragma once

enum { tile_outputs = 64, tile_inputs = 32, tile_numbers = tile_outputs * tile_inputs };

struct tiling {
    lk_bf16 *out;
    const lk_packed_matrix *matrix;
};

/// Where a number lies.
static inline long tile_place(const lk_packed_matrix *matrix, long output, long input) {
    long tiles = (matrix->inputs + tile_inputs - 1) / tile_inputs;
    long tile = output / tile_outputs * tiles + input / tile_inputs;
    return tile * tile_numbers + input % tile_inputs / 2 * 2 * tile_outputs + output % tile_outputs * 2 + input % 2;
}

/// A chunk of 16 rows; `halves` of its inputs have tiles.
LK_INLINE void store_chunk(lk_bf16 *out, lk_bf16 numbers[group_rows][coded_inputs], int halves) {
    for (int half = 0; half < halves; half++, out += tile_numbers) {
#if LK_WIDTH == 16
        vf rows[group_rows];
#pragma clang loop unroll(full)
        for (int r = 0; r < group_rows; r++) {
            rows[r] = load((const float *)(numbers[r] + half * tile_inputs));
        }
        transpose_square(rows);
#pragma clang loop unroll(full)
        for (int pair = 0; pair < tile_inputs / 2; pair++) {
            store((float *)(out + pair * 2 * tile_outputs), rows[pair]);
        }
#else
        for (int pair = 0; pair < tile_inputs / 2; pair++) {
            for (int r = 0; r < group_rows; r++) {
                memcpy(out + pair * 2 * tile_outputs + 2 * r, numbers[r] + half * tile_inputs + 2 * pair, 4);
            }
        }
#endif
    }
}

/// A group of 16 rows, of which `rows` are there.
static void coded_group_tiles(const struct tiling *task, long first, int rows) {
    const lk_packed_matrix *matrix = task->matrix;
    const uint8_t *upper = ((const struct coded_head *)matrix->weights)->upper;
    struct absent_numbers absent = absent_numbers(matrix);
    long chunks = coded_chunks(matrix->inputs), tiles = (matrix->inputs + tile_inputs - 1) / tile_inputs;
    lk_bf16 *out = task->out + tile_place(matrix, first, 0);
    lk_bf16 numbers[group_rows][coded_inputs] = {{0}};
    for (long chunk = 0; chunk < chunks; chunk++, out += 2 * tile_numbers) {
        for (int r = 0; r < rows; r++) {
            const uint8_t *codes = coded_row(matrix, first + r) + chunk * coded_bytes;
            // No processor guesses 16 rows at once: the next group's are asked for.
            __builtin_prefetch(codes + group_rows * chunks * coded_bytes, 0, 2);
            __builtin_prefetch(codes + group_rows * chunks * coded_bytes + 64, 0, 2);
            decode_chunk(numbers[r], codes, upper);
        }
        store_chunk(out, numbers, tiles - 2 * chunk < 2 ? 1 : 2);
    }
    for (long row = first; row < first + rows; row++) {
        for (int32_t i = absent.starts[row]; i < absent.starts[row + 1]; i++) {
            task->out[tile_place(matrix, row, absent.columns[i])] = absent.values[i];
        }
    }
}

/// Two numbers of each row, d · (code - offset) for the codes in two bytes of each lane, as a line of a tile.
LK_INLINE void store_pairs(lk_bf16 *out, vu codes, int shift, vf scale, float offset, uint32_t mask) {
    vu even = codes >> shift & mask, odd = codes >> (shift + 8) & mask;
    vf low = (__builtin_convertvector(even, vf) - offset) * scale;
    vf high = (__builtin_convertvector(odd, vf) - offset) * scale;
    vu pair = __builtin_convertvector(narrow(low), vu) | __builtin_convertvector(narrow(high), vu) << 16;
    store((float *)out, (vf)pair);
}

/// A line of codes holds 4 inputs of each row, and so two lines of a tile: rows are lanes in both.
LK_INLINE void block_tile(lk_bf16 *out, const uint8_t *codes, const uint16_t *scales, enum lk_packed_format format) {
    const int lines = format == LK_PACKED_Q8 ? 8 : 4;
    for (int v = 0; v < group_vectors; v++, out += 2 * LK_WIDTH) {
        vf scale = widen_half(scales + v * LK_WIDTH);
        for (int line = 0; line < lines; line++) {
            vu held = *(const vu_aligned *)(codes + line * line_bytes + v * 4 * LK_WIDTH);
            lk_bf16 *place = out + line * 2 * (2 * tile_outputs);
            if (format == LK_PACKED_Q8) {
                store_pairs(place, held, 0, scale, 128, 0xff);
                store_pairs(place + 2 * tile_outputs, held, 16, scale, 128, 0xff);
            } else {
                lk_bf16 *second = place + 8 * (2 * tile_outputs); // Inputs 16 and more.
                store_pairs(place, held, 0, scale, 8, 15);
                store_pairs(place + 2 * tile_outputs, held, 16, scale, 8, 15);
                store_pairs(second, held, 4, scale, 8, 15);
                store_pairs(second + 2 * tile_outputs, held, 20, scale, 8, 15);
            }
        }
    }
}

/// A group of 16 rows of a Q8 or Q4 matrix; one that is not there makes zeros.
LK_INLINE void block_group_tiles(const struct tiling *task, long group, enum lk_packed_format format) {
    const lk_packed_matrix *matrix = task->matrix;
    long blocks = matrix->inputs / block_inputs;
    const uint8_t *packed = (const uint8_t *)matrix->weights + group * group_bytes(format, blocks);
    lk_bf16 *out = task->out + tile_place(matrix, group * group_rows, 0);
    for (long block = 0; block < blocks; block++, out += tile_numbers) {
        if (group * group_rows < matrix->outputs) {
            block_tile(out, packed + code_offset(format, block),
                       (const uint16_t *)(packed + scale_offset(format, block)), format);
            continue;
        }
        for (int pair = 0; pair < tile_inputs / 2; pair++) {
            memset(out + pair * 2 * tile_outputs, 0, 2 * group_rows * sizeof(lk_bf16));
        }
    }
}

/// Items are groups of 16 rows, those that fill up the last tiles included.
static void tile_range(void *context, long begin, long end) {
    const struct tiling *task = context;
    for (long group = begin; group < end; group++) {
        long first = group * group_rows, left = task->matrix->outputs - first;
        if (task->matrix->format == LK_PACKED_CODED) {
            coded_group_tiles(task, first, left < group_rows ? (left > 0 ? (int)left : 0) : group_rows);
        } else if (task->matrix->format == LK_PACKED_Q8) {
            block_group_tiles(task, group, LK_PACKED_Q8);
        } else {
            block_group_tiles(task, group, LK_PACKED_Q4);
        }
    }
}

void LK_UNTYPED_VARIANT(lk_packed_tiles)(lk_bf16 *out, const lk_packed_matrix *matrix) {
    struct tiling task = {out, matrix};
    long groups = (matrix->outputs + tile_outputs - 1) / tile_outputs * (tile_outputs / group_rows);
    lk_parallel_for(groups, 1 + 16384 / (matrix->inputs * group_rows), tile_range, &task);
}
