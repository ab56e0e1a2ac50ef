// Packed matrices, and search among codes, for one instruction set: included by isa_baseline.c, isa_avx2.c and
// isa_avx512vnni.c.
#pragma once
#include "variants.h"
#include "vectors.h"
#include "packed_layout.h"
#include "packed_activations_body.h"
#include "packed_integers_body.h"
#include "packed_floats_body.h"
#if LK_WIDTH == 16
#include "coded_interleaving.h"
#endif
#include "coded_packing_body.h"
#include "coded_products_body.h"
#include "packed_tiles_body.h"
#include "packed_products_body.h"
#include "packed_rows_body.h"
#include "packed_rounding_body.h"
#include "search_body.h"
