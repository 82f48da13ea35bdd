// The first 64 bytes of a bmodel file, little endian. docs/formats/bmodel.md 1.
#ifndef BMODEL_FILE_HEADER_H_
#define BMODEL_FILE_HEADER_H_

#include <cstdint>

namespace bm::bmodel {

inline constexpr uint32_t kMagic = 0xFF55AAEE;
inline constexpr uint32_t kHeaderBytes = 64;

struct FileHeader {
  uint32_t magic = kMagic;
  uint32_t header_size = kHeaderBytes;
  uint32_t flatbuffers_size = 0;
  uint32_t binary_size = 0;
  uint32_t reserved[12] = {};
};
static_assert(sizeof(FileHeader) == kHeaderBytes);

}  // namespace bm::bmodel

#endif  // BMODEL_FILE_HEADER_H_
