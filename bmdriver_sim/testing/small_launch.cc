#include "bmdriver_sim/testing/small_launch.h"

#include "isa/bdc.h"
#include "isa/gdma.h"

namespace bm::testing {
namespace {

template <typename Value>
void Append(const Value& value, std::vector<uint8_t>* bytes) {
  const auto* raw = reinterpret_cast<const uint8_t*>(&value);
  bytes->insert(bytes->end(), raw, raw + sizeof(value));
}

}  // namespace

std::vector<uint8_t> SmallLaunch::BdcImage() {
  isa::TensorArithmetic words;
  words.eu = isa::Eu::kCopy;
  words.shape = {1, 1, 8, 8};
  words.result.address = 4096;
  isa::BdcCommand copy;
  copy.id = 1;
  copy.wait_gdma = 1;
  copy.is_last = true;
  copy.op = words;
  std::vector<uint8_t> image;
  Append(isa::ReverseWords(isa::EncodeBdc(copy)), &image);
  return image;
}

std::vector<uint8_t> SmallLaunch::GdmaImage() {
  isa::GdmaCommand move;
  move.id = 1;
  move.is_last = true;
  move.direction = isa::Direction::kSystemToSystem;
  move.source = {false, isa::kDdrBase + 8192, {1, 1, 1, 64}, {64, 64, 64, 1}};
  move.target = {false, isa::kDdrBase + 12288, {1, 1, 1, 64}, {64, 64, 64, 1}};
  std::vector<uint8_t> image;
  Append(isa::EncodeGdma(move), &image);
  return image;
}

std::vector<uint8_t> SmallLaunch::Message(uint32_t gdma_count) {
  std::vector<uint8_t> message;
  Append(int32_t{0}, &message);  // inputs
  Append(int32_t{0}, &message);  // outputs
  Append(kBdcAddress, &message);
  Append(kGdmaAddress, &message);
  Append(int32_t{1}, &message);  // groups
  Append(uint32_t{1}, &message);
  Append(gdma_count, &message);
  return message;
}

}  // namespace bm::testing
