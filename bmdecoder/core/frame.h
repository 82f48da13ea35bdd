// Decoded video frames in device memory, and the pool they come from.
//
//   ASSIGN_OR_RETURN(std::shared_ptr<FramePool> pool, FramePool::Create(/*device=*/0, /*max_frames=*/64));
//   ASSIGN_OR_RETURN(std::shared_ptr<Frame> frame, pool->Take({1920, 1080, 1920, 1088, ChromaLayout::kCbCr}));
//
// Device memory of the simulated card is visible to the host, so a frame has both views of the same bytes.
#ifndef BMDECODER_CORE_FRAME_H_
#define BMDECODER_CORE_FRAME_H_

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "bmdecoder/core/codec.h"
#include "bmdecoder/surface.h"
#include "bmlib_runtime.h"

namespace bm::decoder {

// Of a timestamp that the stream does not have (FFmpeg's AV_NOPTS_VALUE).
inline constexpr int64_t kNoTimestamp = std::numeric_limits<int64_t>::min();

// kCompressed: the private layout of bmdecoder/compressed_surface.h, which programs pass on unseen.
enum class SurfaceMap { kLinear, kCompressed };

// A 4:2:0 surface (spec 1.3), planes without a gap; chroma stride equal to luma's (kCbCr, kCrCb) or half of it
// (kSeparate). Linear: stride ALIGN64(width), coded_height rows. Compressed: stride ALIGN32(width),
// ALIGN32(coded_height) rows, and the two tables behind the planes.
struct SurfaceShape {
  // Visible and coded size in luma samples. coded_height may be 0: then it is the even height.
  int width = 0;
  int height = 0;
  int coded_width = 0;
  int coded_height = 0;
  ChromaLayout layout = ChromaLayout::kCbCr;
  // kCompressed needs kCbCr.
  SurfaceMap map = SurfaceMap::kLinear;
};

// What the stream says of a frame. Colour numbers are those of ITU-T H.273, 2 when absent.
struct FrameInfo {
  // In units of the stream's time base; kNoTimestamp when unknown.
  int64_t pts = kNoTimestamp;
  int64_t dts = kNoTimestamp;
  bool key = false;
  bool interlaced = false;
  // The decoder concealed errors in it.
  bool corrupt = false;
  // Samples use 0..255.
  bool full_range = false;
  PictureType type = PictureType::kOther;
  // Bits per sample in the stream; the surface always has 8.
  int bit_depth = 8;
  int color_primaries = 2;
  int color_transfer = 2;
  int color_space = 2;
  // 0 unknown, 1 left, 2 centre, 3 top left (FFmpeg's numbers).
  int chroma_location = 0;
  // Counts changes of the stream's size from 0.
  int sequence = 0;
};

struct Frame {
  SurfaceShape shape;
  FrameInfo info;
  // The host's view; plane 2 is empty unless the layout is kSeparate.
  Planes planes;
  // Device address of each plane, 0 where the plane is empty.
  std::array<uint64_t, 3> addresses = {};
  // Device addresses of the tables of luma and chroma, kCompressedTableBytes each; 0 unless the map is kCompressed.
  std::array<uint64_t, 2> tables = {};
  // All planes and tables; belongs to the pool.
  bm_device_mem_t memory = {};
  bm_handle_t handle = nullptr;
};

// Device memory for frames. Released frames are used again if they have the right size. Thread-safe.
class FramePool : public std::enable_shared_from_this<FramePool> {
 public:
  // NOT_FOUND if there is no such device; INVALID_ARGUMENT for max_frames < 1.
  static absl::StatusOr<std::shared_ptr<FramePool>> Create(int device, int max_frames);
  ~FramePool();
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;

  // A frame with undefined samples. Its memory returns to the pool with the last reference; frames keep the pool alive.
  // RESOURCE_EXHAUSTED if max_frames frames are out or the device has no memory; INVALID_ARGUMENT for sides outside
  // 1..8192, a coded size below the visible one, or a compressed layout other than kCbCr.
  absl::StatusOr<std::shared_ptr<Frame>> Take(const SurfaceShape& shape);

  // The same for a picture of another geometry, such as a JPEG's: plane 0 is the whole memory as one row, and the
  // caller divides it. INVALID_ARGUMENT for sizes outside 1..2^32 - 1.
  absl::StatusOr<std::shared_ptr<Frame>> TakeBytes(uint64_t bytes);

  // Tells the device that the host wrote the frame.
  static absl::Status Written(const Frame& frame);

  int device() const { return device_; }
  bm_handle_t handle() const { return handle_; }
  // Frames that are out.
  int taken() const;

 private:
  FramePool(int device, int max_frames, bm_handle_t handle)
      : device_(device), max_frames_(max_frames), handle_(handle) {}

  absl::StatusOr<bm_device_mem_t> Block(unsigned size);
  void GiveBack(const bm_device_mem_t& memory);

  const int device_;
  const int max_frames_;
  const bm_handle_t handle_;
  mutable Mutex mutex_;
  std::vector<bm_device_mem_t> free_ ABSL_GUARDED_BY(mutex_);
  int taken_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace bm::decoder

#endif  // BMDECODER_CORE_FRAME_H_
