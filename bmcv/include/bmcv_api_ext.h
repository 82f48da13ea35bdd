/*
 * BMCV: images in device memory, colour conversion and scaling, drawing, JPEG, detection and tensor operators.
 *
 *   bm_image image;
 *   bm_image_create(handle, height, width, FORMAT_BGR_PLANAR, DATA_TYPE_EXT_1N_BYTE, &image);
 *   bm_image_alloc_dev_mem(image);
 *   ...
 *   bm_image_destroy(image);
 *
 * C++; bmcv_api_ext_c.h is the same for C, without default arguments.
 */
#ifndef BMCV_API_EXT_H
#define BMCV_API_EXT_H

#define BMCV_DEFAULT(...) = __VA_ARGS__
#define BMCV_PLAN void*& plan

#include "bmcv_api_declarations.h"

#undef BMCV_DEFAULT
#undef BMCV_PLAN

#endif /* BMCV_API_EXT_H */
