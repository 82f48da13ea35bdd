// A performance monitor and its buffer in device memory, through bmlib's C interface.
//
//   ASSIGN_OR_RETURN(const MonitorBuffer buffer, AllocateMonitor(handle, isa::Engine::kBdc, records, heap_mask));
//   RETURN_IF_ERROR(EnableMonitor(handle, buffer));
//   ...                                                            // launches, and waiting for them
//   ASSIGN_OR_RETURN(const std::vector<uint8_t> records, DownloadRecords(handle, buffer, 0));
//   FreeMonitor(handle, buffer);
//
// Any handle of the buffer's card will do. Values only; thread-safe as bmlib is.
#ifndef BMLIB_PROFILE_MONITOR_BUFFER_H_
#define BMLIB_PROFILE_MONITOR_BUFFER_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bmlib_runtime.h"
#include "isa/types.h"

namespace bm::profile {

struct MonitorBuffer {
  isa::Engine engine;
  bm_device_mem_u64_t memory;
  bm_perf_monitor_t monitor;
};

// A buffer of `records` (at least 1; together less than 2 GiB) in the heaps of `heap_mask`. The memory is that of the
// card, which takes up host memory only where records were written. RESOURCE_EXHAUSTED if there is no room.
absl::StatusOr<MonitorBuffer> AllocateMonitor(bm_handle_t handle, isa::Engine engine, uint64_t records, int heap_mask);

// Starts the monitor again at the start of the buffer; whoever used the card's monitor before has lost it.
absl::Status EnableMonitor(bm_handle_t handle, const MonitorBuffer& buffer);
// Turns the monitor off, unless it has been given another buffer: whoever did that keeps it.
void DisableMonitor(bm_handle_t handle, const MonitorBuffer& buffer);

// The number of bytes that records fill. FAILED_PRECONDITION if the monitor is off or has been given another buffer.
absl::StatusOr<uint64_t> RecordedBytes(bm_handle_t handle, const MonitorBuffer& buffer);

// The records from byte `from` on. Errors as RecordedBytes.
absl::StatusOr<std::vector<uint8_t>> DownloadRecords(bm_handle_t handle, const MonitorBuffer& buffer, uint64_t from);

// The monitor is off by then.
void FreeMonitor(bm_handle_t handle, const MonitorBuffer& buffer);

}  // namespace bm::profile

#endif  // BMLIB_PROFILE_MONITOR_BUFFER_H_
