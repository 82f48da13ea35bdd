// Picture files and frames as images of bmcv.
#ifndef SAIL_SRC_PICTURE_H_
#define SAIL_SRC_PICTURE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "bmimage.h"

namespace sail {

// Fills `target`, in its size and format, with a picture: as it is, converted, or scaled by the VPP. full_range: YUV of
// `picture` uses 0..255, as JPEG's does.
bm_status_t FillImage(const bm_image& picture, bool full_range, bm_image* target);

// Whether a name ends in that of a picture that DecodePicture takes: .jpg, .jpeg, .png, .bmp in any case.
bool IsPictureName(const std::string& path);

// Decodes a JPEG, PNG or BMP file in memory: into `image` if it is one, else into a new one in the formats of Decoder.
// SAIL_ERR_DEC_JPEG for what is no such picture, SAIL_ERR_DEC_CVT where the image cannot be made or filled; the log
// says why.
sail_status_t DecodePicture(Handle& handle, const void* bytes, size_t size, BMImage* image);

// The same of a file. SAIL_ERR_DEC_READ for one that cannot be read.
sail_status_t DecodePictureFile(Handle& handle, const std::string& path, BMImage* image);

// Encodes by the extension (.jpg, .jpeg, .png, .bmp). params are pairs of OpenCV's numbers: {1, JPEG quality}.
// The log says why not.
bm_status_t EncodePicture(const std::string& extension, const bm_image& image, const std::vector<int>& params,
                          std::vector<u_char>* bytes);

}  // namespace sail

#endif  // SAIL_SRC_PICTURE_H_
