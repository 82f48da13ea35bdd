/* BMCV for C: bmcv_api_ext.h without default arguments and references; where that takes a reference to a plan, this
 * takes the address of the pointer. Of the two headers the one that is included first counts. */
#ifndef BMCV_API_EXT_H
#define BMCV_API_EXT_H

#define BMCV_FOR_C
#define BMCV_DEFAULT(...)
#define BMCV_PLAN void* plan

#include "bmcv_api_declarations.h"

#undef BMCV_FOR_C
#undef BMCV_DEFAULT
#undef BMCV_PLAN

#endif /* BMCV_API_EXT_H */
