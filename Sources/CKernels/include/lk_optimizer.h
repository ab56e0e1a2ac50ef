// Parameter updates.
#pragma once
#include "lk_parallel.h"

/// The numbers of one AdamW step.
typedef struct {
    float learning_rate, beta1, beta2, epsilon, weight_decay;
    float bias_correction1;      ///< 1 - beta1^step
    float bias_correction2_sqrt; ///< √(1 - beta2^step)
    float gradient_scale;        ///< multiplies the gradient first (clipping, averaging)
} lk_adamw_settings;

/// One step of AdamW with decoupled weight decay, in one pass over memory:
/// p *= 1 - lr·wd; m += (1 - β1)(g - m); v = β2 v + (1 - β2) g²; p -= lr / bc1 · m / (√v / bc2_sqrt + ε).
/// Writes p as bfloat16 to `shadow` unless that is NULL; sets g to 0 if `zero_gradient`.
void lk_adamw(float *p, float *m, float *v, float *g, lk_bf16 *shadow, long n, const lk_adamw_settings *settings,
              int zero_gradient);

/// `lk_adamw` for a table [rows, cols] whose gradient exists for some rows only: gradient_row[row] is the row of g, or -1
/// for a gradient of zero. A row that never had a gradient (touched[row] == 0, m and v zero) is only decayed; one that has
/// a gradient becomes touched. The result equals `lk_adamw` on the dense gradient.
void lk_adamw_rows(float *p, float *m, float *v, const float *g, const int32_t *gradient_row, uint8_t *touched,
                   lk_bf16 *shadow, long rows, long cols, const lk_adamw_settings *settings);
