// The decoders that are open in the process, by handle, and the cores of the cards that they occupy.
#ifndef BMDECODER_SRC_DECODER_TABLE_H_
#define BMDECODER_SRC_DECODER_TABLE_H_

#include <cstdint>
#include <map>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "bmdecoder/src/decode_channel.h"

namespace bm::decoder {

// Cores that decode; the one behind them encodes.
inline constexpr int kDecoderCores = 4;
inline constexpr int kCoresPerDevice = 5;
inline constexpr int kInstancesPerCore = 32;

// Any core: the one with the fewest instances.
inline constexpr int kAnyCore = -1;
// Of Hang.
inline constexpr int kAllCores = -1;

struct OpenDecoder {
  std::unique_ptr<DecodeChannel> channel;
  ChannelOptions options;
  int device = 0;
  int core = 0;
  int instance = 0;
};

// Thread-safe.
class DecoderTable {
 public:
  // The process's own.
  static DecoderTable& Get();

  // Opens a decoder; its handle is never used again. INVALID_ARGUMENT for a core that does not exist;
  // RESOURCE_EXHAUSTED if all instances of the core are in use; the errors of DecodeChannel::Create.
  absl::StatusOr<void*> Open(const ChannelOptions& options, int core);

  // NOT_FOUND for a handle that is not open. A decoder that is closed meanwhile lives until the pointer goes.
  absl::StatusOr<std::shared_ptr<const OpenDecoder>> Find(const void* handle) const;

  // NOT_FOUND for a handle that is not open. Waits for the decoder's thread.
  absl::Status Close(const void* handle);

  // Hangs the decoders of a core, or of all cores, of a device.
  void Hang(int device, int core);

 private:
  DecoderTable() = default;

  mutable Mutex mutex_;
  // The handle's value counts.
  std::map<uintptr_t, std::shared_ptr<const OpenDecoder>> open_ ABSL_GUARDED_BY(mutex_);
  uintptr_t last_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace bm::decoder

#endif  // BMDECODER_SRC_DECODER_TABLE_H_
