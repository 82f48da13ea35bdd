// The smallest launch that uses both engines, with its times worked out by hand.
//
//   write BdcImage() to kBdcAddress and GdmaImage() to kGdmaAddress, then send Message() as message 110
#ifndef BMDRIVER_SIM_TESTING_SMALL_LAUNCH_H_
#define BMDRIVER_SIM_TESTING_SMALL_LAUNCH_H_

#include <cstdint>
#include <vector>

#include "isa/types.h"

namespace bm::testing {

class SmallLaunch {
 public:
  // Below the heaps.
  static constexpr uint64_t kBdcAddress = isa::kDdrBase, kGdmaAddress = isa::kDdrBase + 4096;
  static constexpr int kApiId = 110;

  // Cycles at the TPU clock. 40 us of the launch and 10 us of the group pass; GDMA moves 256 bytes within DDR: 150
  // fixed, 1.1 for the one run, 256 bytes twice at DDR's 26e9 bytes a second, together 162.4 cycles at 575 MHz or,
  // rounded up, 156 at 550. Then the TPU copies 64 words of a lane, issued in 40 cycles and done in 4.
  static constexpr uint32_t kMoveStart = 50 * 550, kMoveEnd = kMoveStart + 156, kCopyEnd = kMoveEnd + 44;
  static constexpr uint32_t kBytes = 256;  // each of them reads and writes

  // The commands as they lie in device memory.
  static std::vector<uint8_t> BdcImage();
  static std::vector<uint8_t> GdmaImage();

  // A net without inputs and outputs, of one group with one BDC command and `gdma_count` GDMA commands.
  static std::vector<uint8_t> Message(uint32_t gdma_count = 1);
};

}  // namespace bm::testing

#endif  // BMDRIVER_SIM_TESTING_SMALL_LAUNCH_H_
