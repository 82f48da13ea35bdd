#include "bmdecoder/core/frame.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmdecoder/compressed_surface.h"
#include "bmlib/src/bmlib_internal.h"

namespace bm::decoder {
namespace {

// Both tables of a compressed frame, behind its planes.
constexpr size_t kTableBytes = 2 * kCompressedTableBytes;

absl::Status CheckShape(const SurfaceShape& shape) {
  const bool visible = shape.width >= 1 && shape.height >= 1 && shape.coded_width <= kMaxVideoSide &&
                       shape.coded_height <= kMaxVideoSide && shape.width <= shape.coded_width &&
                       shape.height <= shape.coded_height;
  if (visible && shape.map == SurfaceMap::kCompressed && shape.layout != ChromaLayout::kCbCr) {
    return absl::InvalidArgumentError("a compressed video frame must have interleaved CbCr");
  }
  if (visible) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a video frame of ", shape.width, " x ", shape.height, ", coded ",
                                                 shape.coded_width, " x ", shape.coded_height, ": sides must be 1..",
                                                 kMaxVideoSide, ", coded ones not smaller"));
}

// Sizes in bytes.
struct Extent {
  size_t stride;
  size_t rows;
  size_t chroma_stride;
  size_t chroma_rows;
  size_t chroma_planes;
  size_t y_size;
  size_t chroma_size;
  size_t total;
};

Extent ExtentOf(const SurfaceShape& shape) {
  const bool separate = shape.layout == ChromaLayout::kSeparate;
  const bool compressed = shape.map == SurfaceMap::kCompressed;
  Extent extent;
  extent.stride = AlignUp(static_cast<uint64_t>(shape.width), compressed ? 32 : 64);
  extent.rows = AlignUp(static_cast<uint64_t>(shape.coded_height), compressed ? 32 : 1);
  extent.chroma_stride = separate ? extent.stride / 2 : extent.stride;
  extent.chroma_rows = CeilDiv(extent.rows, 2);
  extent.chroma_planes = separate ? 2 : 1;
  extent.y_size = extent.stride * extent.rows;
  extent.chroma_size = extent.chroma_stride * extent.chroma_rows;
  extent.total = extent.y_size + extent.chroma_planes * extent.chroma_size + (compressed ? kTableBytes : 0);
  return extent;
}

// `view` is where the host sees the tables, the end of the frame's memory.
void AddTables(uint8_t* view, Frame* frame) {
  CompressedSurface surface;
  surface.width = frame->shape.width;
  surface.height = frame->shape.height;
  surface.coded_width = frame->shape.coded_width;
  surface.coded_height = frame->shape.coded_height;
  surface.y_stride = static_cast<uint32_t>(frame->planes[0].stride);
  surface.chroma_stride = static_cast<uint32_t>(frame->planes[1].stride);
  surface.y_address = frame->addresses[0];
  surface.chroma_address = frame->addresses[1];
  const CompressedPlane planes[] = {CompressedPlane::kLuma, CompressedPlane::kChroma};
  for (size_t i = 0; i < 2; ++i) {
    const CompressedTable table = WriteCompressedTable(surface, planes[i]);
    std::copy(table.begin(), table.end(), view + i * kCompressedTableBytes);
    frame->tables[i] =
        bm_mem_get_device_addr(frame->memory) + frame->memory.size - kTableBytes + i * kCompressedTableBytes;
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<FramePool>> FramePool::Create(int device, int max_frames) {
  if (max_frames < 1)
    return absl::InvalidArgumentError(absl::StrCat("a pool of ", max_frames, " frames: must be >= 1"));
  bm_handle_t handle = nullptr;
  if (device < 0 || bm_dev_request(&handle, device) != BM_SUCCESS) {
    return absl::NotFoundError(absl::StrCat("device ", device, " cannot be opened"));
  }
  return std::shared_ptr<FramePool>(new FramePool(device, max_frames, handle));
}

FramePool::~FramePool() {
  for (const bm_device_mem_t& memory : free_) bm_free_device(handle_, memory);
  bm_dev_free(handle_);
}

int FramePool::taken() const {
  MutexLock lock(&mutex_);
  return taken_;
}

absl::StatusOr<bm_device_mem_t> FramePool::Block(unsigned size) {
  MutexLock lock(&mutex_);
  if (taken_ >= max_frames_) {
    return absl::ResourceExhaustedError(absl::StrCat("all ", max_frames_, " frames of the pool are in use"));
  }
  const auto fits = std::find_if(free_.begin(), free_.end(), [&](const bm_device_mem_t& m) { return m.size == size; });
  bm_device_mem_t memory;
  if (fits != free_.end()) {
    memory = *fits;
    free_.erase(fits);
  } else {
    // Blocks of another size belong to a stream that has ended.
    for (const bm_device_mem_t& other : free_) bm_free_device(handle_, other);
    free_.clear();
    if (bm_malloc_device_byte_heap_mask(handle_, &memory, kUnitHeaps, size) != BM_SUCCESS) {
      return absl::ResourceExhaustedError(absl::StrCat("device ", device_, " has no ", size, " bytes for a frame"));
    }
  }
  ++taken_;
  return memory;
}

void FramePool::GiveBack(const bm_device_mem_t& memory) {
  MutexLock lock(&mutex_);
  free_.push_back(memory);
  --taken_;
}

absl::StatusOr<std::shared_ptr<Frame>> FramePool::TakeBytes(uint64_t bytes) {
  if (bytes < 1 || bytes > std::numeric_limits<unsigned>::max()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a frame of ", bytes, " bytes: must be 1..", std::numeric_limits<unsigned>::max()));
  }
  ASSIGN_OR_RETURN(const bm_device_mem_t memory, Block(static_cast<unsigned>(bytes)));
  std::shared_ptr<Frame> frame(new Frame, [pool = shared_from_this(), memory](Frame* released) {
    delete released;
    pool->GiveBack(memory);
  });
  frame->memory = memory;
  frame->handle = handle_;
  frame->addresses[0] = bm_mem_get_device_addr(memory);
  unsigned char* view = nullptr;
  if (bmnnsdk_host_view(handle_, frame->addresses[0], bytes, &view) != BM_SUCCESS) {
    return absl::InternalError("device memory of a frame has no host view");
  }
  frame->planes[0] = {view, bytes, 1};
  return frame;
}

absl::StatusOr<std::shared_ptr<Frame>> FramePool::Take(const SurfaceShape& requested) {
  SurfaceShape shape = requested;
  if (shape.coded_width == 0) shape.coded_width = shape.width;
  if (shape.coded_height == 0) shape.coded_height = shape.height + shape.height % 2;
  RETURN_IF_ERROR(CheckShape(shape));
  const Extent extent = ExtentOf(shape);
  ASSIGN_OR_RETURN(std::shared_ptr<Frame> frame, TakeBytes(extent.total));
  frame->shape = shape;
  uint8_t* const view = frame->planes[0].data;
  const uint64_t address = frame->addresses[0];
  frame->planes[0] = {view, extent.stride, extent.rows};
  for (size_t p = 1; p <= extent.chroma_planes; ++p) {
    const size_t offset = extent.y_size + (p - 1) * extent.chroma_size;
    frame->planes[p] = {view + offset, extent.chroma_stride, extent.chroma_rows};
    frame->addresses[p] = address + offset;
  }
  if (shape.map == SurfaceMap::kCompressed) AddTables(view + extent.total - kTableBytes, frame.get());
  return frame;
}

absl::Status FramePool::Written(const Frame& frame) {
  if (bmnnsdk_host_written(frame.handle, bm_mem_get_device_addr(frame.memory), frame.memory.size) == BM_SUCCESS) {
    return absl::OkStatus();
  }
  return absl::InternalError("the device refused a frame");
}

}  // namespace bm::decoder
