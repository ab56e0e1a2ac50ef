// The public functions of optimizer.
#include "include/lk_optimizer.h"
#include "instruction_set.h"

void lk_adamw(float *p, float *m, float *v, float *g, lk_bf16 *shadow, long n, const lk_adamw_settings *settings,
              int zero_gradient) LK_FORWARD(lk_adamw, p, m, v, g, shadow, n, settings, zero_gradient)

    void lk_adamw_rows(float *p, float *m, float *v, const float *g, const int32_t *gradient_row, uint8_t *touched,
                       lk_bf16 *shadow, long rows, long cols, const lk_adamw_settings *settings)
        LK_FORWARD(lk_adamw_rows, p, m, v, g, gradient_row, touched, shadow, rows, cols, settings)
