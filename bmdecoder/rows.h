// Rows of samples, copied or interleaved. Internal to bmdecoder.
#ifndef BMDECODER_ROWS_H_
#define BMDECODER_ROWS_H_

#include <cstddef>
#include <cstdint>

namespace bm::decoder {

// Functions for the rows of a picture.
struct RowFunctions {
  void (*copy)(const uint8_t* from, size_t count, uint8_t* to);
  // `count` samples of each: first, second, first, ...
  void (*interleave)(const uint8_t* first, const uint8_t* second, size_t count, uint8_t* to);
  // After the last row.
  void (*finish)();
};

// Through the caches.
extern const RowFunctions kCachedRows;

// Past the caches, where the instruction set allows it: for pictures that would only drive out of the caches what the
// writer still needs. Rows that do not begin at a multiple of 16 bytes go through the caches.
extern const RowFunctions kStreamedRows;

}  // namespace bm::decoder

#endif  // BMDECODER_ROWS_H_
