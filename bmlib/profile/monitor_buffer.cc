#include "bmlib/profile/monitor_buffer.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmlib/src/bmlib_internal.h"
#include "isa/monitor.h"

namespace bm::profile {
namespace {

struct EngineRow {
  const char* name;
  PERF_MONITOR_ID monitor;
  uint64_t record_bytes;
};
constexpr EngineRow kEngines[] = {{"BDC", PERF_MONITOR_TPU, sizeof(isa::BdcRecord)},
                                  {"GDMA", PERF_MONITOR_GDMA, sizeof(isa::GdmaRecord)}};
static_assert(static_cast<int>(isa::Engine::kBdc) == 0 && static_cast<int>(isa::Engine::kGdma) == 1);

const EngineRow& RowOf(isa::Engine engine) { return kEngines[static_cast<int>(engine)]; }

}  // namespace

absl::StatusOr<MonitorBuffer> AllocateMonitor(bm_handle_t handle, isa::Engine engine, uint64_t records, int heap_mask) {
  ASSIGN_OR_RETURN(const uint64_t bytes, CheckedMul(records, RowOf(engine).record_bytes));
  MonitorBuffer buffer = {};
  buffer.engine = engine;
  buffer.monitor.monitor_id = RowOf(engine).monitor;
  ASSIGN_OR_RETURN(buffer.monitor.buffer_size, CheckedCast<int>(bytes));
  const bm_status_t code = bm_malloc_device_byte_heap_mask_u64(handle, &buffer.memory, heap_mask, bytes);
  if (code != BM_SUCCESS) {
    return absl::ResourceExhaustedError(absl::StrCat("no device memory for ", records, " ", RowOf(engine).name,
                                                     " records of ", RowOf(engine).record_bytes, " bytes (status ",
                                                     code, ")"));
  }
  ASSIGN_OR_RETURN(buffer.monitor.buffer_start_addr, CheckedCast<long long>(buffer.memory.u.device.device_addr));
  return buffer;
}

absl::Status EnableMonitor(bm_handle_t handle, const MonitorBuffer& buffer) {
  bm_perf_monitor_t monitor = buffer.monitor;
  const bm_status_t code = bm_enable_perf_monitor(handle, &monitor);
  if (code == BM_SUCCESS) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("the ", RowOf(buffer.engine).name, " monitor cannot be enabled (status ", code, ")"));
}

void DisableMonitor(bm_handle_t handle, const MonitorBuffer& buffer) {
  if (!RecordedBytes(handle, buffer).ok()) return;
  bm_perf_monitor_t monitor = buffer.monitor;
  bm_disable_perf_monitor(handle, &monitor);
}

absl::StatusOr<uint64_t> RecordedBytes(bm_handle_t handle, const MonitorBuffer& buffer) {
  unsigned long long bytes = 0;
  if (bmnnsdk_monitor_records(handle, &buffer.monitor, &bytes) == BM_SUCCESS) return uint64_t{bytes};
  return absl::FailedPreconditionError(absl::StrCat(
      "the ", RowOf(buffer.engine).name, " monitor was disabled or given another buffer; its records are lost"));
}

absl::StatusOr<std::vector<uint8_t>> DownloadRecords(bm_handle_t handle, const MonitorBuffer& buffer, uint64_t from) {
  ASSIGN_OR_RETURN(const uint64_t end, RecordedBytes(handle, buffer));
  RETURN_IF_ERROR(CheckRange(from, 0, end));
  std::vector<uint8_t> records(end - from);
  if (records.empty()) return records;
  const uint64_t address = buffer.memory.u.device.device_addr + from;
  const bm_status_t code =
      bm_memcpy_d2s(handle, records.data(), bm_mem_from_device(address, static_cast<unsigned>(records.size())));
  if (code == BM_SUCCESS) return records;
  return absl::InternalError(
      absl::StrCat("copying ", records.size(), " bytes of records from the device failed (status ", code, ")"));
}

void FreeMonitor(bm_handle_t handle, const MonitorBuffer& buffer) { bm_free_device_u64(handle, buffer.memory); }

}  // namespace bm::profile
