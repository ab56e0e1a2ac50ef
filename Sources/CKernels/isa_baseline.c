// The kernels for any processor.
#include "include/CKernels.h"
#include "scratch.h"
#include <math.h>
#include <string.h>

#define LK_ISA baseline
#define LK_WIDTH 4
#include "families.h"
#include "packed_family.h"
