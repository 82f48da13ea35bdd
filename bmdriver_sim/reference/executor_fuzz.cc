// Any commands: a status or results inside the chip's memory, never a crash. The first byte says how many of the
// commands of 128 bytes that follow are BDC's as device memory holds them; the others are GDMA's.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "bmdriver_sim/reference/executor.h"
#include "isa/bdc.h"
#include "isa/gdma.h"

namespace {

constexpr uint64_t kBdc = 0x140000000, kGdma = 0x140010000, kCommandBytes = 128;
constexpr uint64_t kMostCycles = 60'000;  // longer commands do nothing new
constexpr int kRunsPerChip = 1000;        // device memory that was touched stays until then

// Numbers the commands that decode, so that they run; returns how many.
template <typename Words, typename Decode, typename Encode>
uint32_t Store(const uint8_t* commands, uint32_t count, uint64_t address, bm::chip::Chip* chip, Decode decode,
               Encode encode) {
  uint16_t id = 0;
  for (uint32_t i = 0; i < count; ++i) {
    Words words;
    std::memcpy(words.data(), commands + i * kCommandBytes, kCommandBytes);
    auto command = decode(words);
    if (!command.ok()) continue;
    command->id = ++id;
    words = encode(*command);
    std::memcpy(chip->System(address + (id - 1) * kCommandBytes, kCommandBytes)->data(), words.data(), kCommandBytes);
  }
  return id;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using bm::isa::BdcWords;
  using bm::isa::GdmaWords;
  static std::unique_ptr<bm::chip::Chip> chip;
  static int runs = 0;
  if (size < 1 + kCommandBytes || size > 1 + 16 * kCommandBytes) return 0;
  if (runs++ % kRunsPerChip == 0) chip = *bm::chip::Chip::Create();
  const auto count = static_cast<uint32_t>((size - 1) / kCommandBytes);
  const uint32_t bdc = std::min<uint32_t>(data[0] % 17, count);
  bm::chip::CommandGroupImage image{kBdc, kGdma, 0, 0};
  image.bdc_count = Store<BdcWords>(
      data + 1, bdc, kBdc, chip.get(),
      [](const BdcWords& words) {
        auto command = bm::isa::DecodeBdc(bm::isa::ReverseWords(words));
        if (command.ok()) command->wait_gdma = 0;
        return command;
      },
      [](const bm::isa::BdcCommand& command) { return bm::isa::ReverseWords(bm::isa::EncodeBdc(command)); });
  image.gdma_count = Store<GdmaWords>(
      data + 1 + bdc * kCommandBytes, count - bdc, kGdma, chip.get(),
      [](const GdmaWords& words) {
        auto command = bm::isa::DecodeGdma(words);
        if (command.ok()) command->wait_bdc = 0;
        return command;
      },
      bm::isa::EncodeGdma);
  const auto program = bm::reference::ReferenceExecutor().Prepare({&image, 1}, chip.get());
  if (program.ok() && (*program)->EstimatedCycles() < kMostCycles) (void)(*program)->Run();
  return 0;
}
