// Cuts a byte stream of H.264 or H.265 (Annex B) into access units.
#ifndef BMDECODER_CORE_ACCESS_UNITS_H_
#define BMDECODER_CORE_ACCESS_UNITS_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bmdecoder/core/codec.h"

struct AVPacket;

namespace bm::decoder {

// Not thread-safe.
class AccessUnits {
 public:
  // Gets a packet for every access unit, valid during the call; its errors end Feed and Finish.
  using Sink = std::function<absl::Status(AVPacket* unit)>;

  static absl::StatusOr<std::unique_ptr<AccessUnits>> Create(VideoCodec codec);
  ~AccessUnits();

  // Takes a block of any size and passes on the units that it completes: an access unit ends where the next one begins.
  // A unit has the timestamps of the block in which it begins.
  absl::Status Feed(const AVPacket& block, const Sink& sink);

  // Passes on what remains. Another stream may follow.
  absl::Status Finish(const Sink& sink);

 private:
  struct State;
  explicit AccessUnits(std::unique_ptr<State> state);

  const std::unique_ptr<State> state_;
};

}  // namespace bm::decoder

#endif  // BMDECODER_CORE_ACCESS_UNITS_H_
