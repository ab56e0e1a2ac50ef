// Several products of the same activations: the work is cut by groups of 16 outputs.
#pragma once

struct packed_products {
    const lk_packed_product *products;
    struct activations x;
    enum lk_element out;
};

LK_INLINE void store_outputs(const lk_packed_product *product, enum lk_element element, long row, long group,
                             const vf sums[group_vectors]) {
    long outputs = product->matrix.outputs;
#pragma clang loop unroll(full)
    for (int v = 0; v < group_vectors; v++) {
        long output = group * group_rows + v * LK_WIDTH, left = outputs - output;
        if (left <= 0) {
            return;
        }
        vf y = product->bias ? sums[v] + load_some(product->bias + output, left) : sums[v];
        long place = row * outputs + output;
        if (element == LK_ELEMENT_F32) {
            store_some((float *)product->out + place, y, left);
        } else {
            store_some((lk_bf16 *)product->out + place, y, left);
        }
    }
}

/// One group of a product for a tile of `rows` rows of x that begins at `first`.
LK_INLINE void group_product(const lk_packed_product *product, long group, const struct packed_products *task,
                             long first, const int rows) {
    const struct activations *x = &task->x;
    const lk_packed_matrix *matrix = &product->matrix;
    vf sums[most_rows][group_vectors];
    if (matrix->format == LK_PACKED_Q8) {
        const uint8_t *weights = matrix->weights;
        integer_tile(sums, weights + group * group_bytes(LK_PACKED_Q8, x->blocks), x, first, LK_PACKED_Q8, rows);
    } else if (matrix->format == LK_PACKED_Q4) {
        const uint8_t *weights = matrix->weights;
        integer_tile(sums, weights + group * group_bytes(LK_PACKED_Q4, x->blocks), x, first, LK_PACKED_Q4, rows);
    } else {
        float results[most_rows][group_rows] = {0};
        long first_output = group * group_rows, left = matrix->outputs - first_output;
        long start = first_output * matrix->inputs, tile = first * x->chunks * chunk_floats;
        if (matrix->format == LK_PACKED_CODED) {
            coded_tile(results, matrix, first_output, x, first, rows);
        } else if (matrix->format == LK_PACKED_F32) {
            float_group(results, (const float *)matrix->weights + start, left, matrix->inputs, x->plain + tile, rows);
        } else {
            float_group(results, (const lk_bf16 *)matrix->weights + start, left, matrix->inputs, x->parted + tile,
                        rows);
        }
        for (int r = 0; r < rows; r++) {
            for (int v = 0; v < group_vectors; v++) {
                sums[r][v] = load(results[r] + v * LK_WIDTH);
            }
        }
    }
    for (int r = 0; r < rows; r++) {
        store_outputs(product, task->out, first + r, group, sums[r]);
    }
}

/// One group of a product for all rows of x, tile by tile.
static void whole_group_product(const lk_packed_product *product, long group, const struct packed_products *task) {
    long size;
    for (long row = 0; row < task->x.rows; row += size) {
        size = tile_size(task->x.rows - row);
        switch (size) {
#if LK_WIDTH == 16
        case 8:
            group_product(product, group, task, row, 8);
            break;
        case 4:
            group_product(product, group, task, row, 4);
            break;
#endif
        case 2:
            group_product(product, group, task, row, 2);
            break;
        default:
            group_product(product, group, task, row, 1);
        }
    }
}

/// How many groups of a product are computed.
static inline long computed_groups(const lk_packed_product *product) {
    return product->groups ? product->group_count : row_groups(product->matrix.outputs);
}

/// Items are groups, counted through all products.
static void packed_product_range(void *context, long begin, long end) {
    const struct packed_products *task = context;
    const lk_packed_product *product = task->products;
    long offset = 0, groups = computed_groups(product);
    for (long item = begin; item < end; item++) {
        while (item - offset >= groups) {
            offset += groups;
            product++;
            groups = computed_groups(product);
        }
        whole_group_product(product, product->groups ? product->groups[item - offset] : item - offset, task);
    }
}

void LK_UNTYPED_VARIANT(lk_packed_products)(const lk_packed_product *products, long count,
                                            enum lk_element out_element, const void *x, enum lk_element element,
                                            long rows) {
    if (count <= 0 || rows <= 0) {
        return;
    }
    struct packed_products task = {products, prepare_activations(products, count, x, element, rows), out_element};
    long groups = 0;
    for (long i = 0; i < count; i++) {
        groups += computed_groups(&products[i]);
    }
    long multiplications = task.x.inputs * group_rows * rows;
    lk_parallel_for(groups, 1 + 16384 / multiplications, packed_product_range, &task);
}

struct packed_maxima {
    float *maxima;
    const float *out;
    long outputs;
};

/// Items are groups.
static void packed_maxima_range(void *context, long begin, long end) {
    const struct packed_maxima *task = context;
    for (long group = begin; group < end; group++) {
        const float *out = task->out + group * group_rows;
        long left = task->outputs - group * group_rows;
        vf greatest = splat(-__builtin_inff());
        for (long r = 0; r < group_rows && r < left; r += LK_WIDTH) {
            vf x = keep_part(load_some(out + r, left - r), left - r, -__builtin_inff());
            greatest = choose(x > greatest, x, greatest);
        }
        task->maxima[group] = maximum_lane(greatest);
    }
}

void LK_UNTYPED_VARIANT(lk_packed_maxima)(float *maxima, const float *out, long outputs) {
    struct packed_maxima task = {maxima, out, outputs};
    lk_parallel_for(row_groups(outputs), 1024, packed_maxima_range, &task);
}
