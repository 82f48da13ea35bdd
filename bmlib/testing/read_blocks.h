// Takes a profile file apart, for tests.
#ifndef BMLIB_TESTING_READ_BLOCKS_H_
#define BMLIB_TESTING_READ_BLOCKS_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace bm::testing {

struct ProfileBlock {
  uint32_t type = 0;
  std::string bytes;

  // The value at an offset.
  template <typename T>
  T At(size_t offset) const {
    T value = {};
    if (offset + sizeof(T) <= bytes.size()) std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
  }
};

// The blocks of a file; a type of 0 stands for a block that ends behind the file.
inline std::vector<ProfileBlock> ReadBlocks(const std::string& file) {
  std::vector<ProfileBlock> blocks;
  size_t offset = 0;
  while (offset < file.size()) {
    uint32_t header[2] = {};
    if (file.size() - offset < sizeof(header)) return {{}};
    std::memcpy(header, file.data() + offset, sizeof(header));
    offset += sizeof(header);
    if (file.size() - offset < header[1]) return {{}};
    blocks.push_back({header[0], file.substr(offset, header[1])});
    offset += header[1];
  }
  return blocks;
}

// The types of blocks in their order.
inline std::vector<uint32_t> TypesOf(const std::vector<ProfileBlock>& blocks) {
  std::vector<uint32_t> types;
  for (const ProfileBlock& block : blocks) types.push_back(block.type);
  return types;
}

}  // namespace bm::testing

#endif  // BMLIB_TESTING_READ_BLOCKS_H_
