// Performance monitors of a card's engines.
#include <cstring>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "bmlib/src/bmlib_internal.h"
#include "bmlib/src/handle.h"

namespace {

using bm::driver::Monitors;
using bm::isa::Engine;
using bm::lib::AtEdge;
using bm::lib::FromHandle;
using bm::lib::kRuntimeTag;
using bm::lib::NotNull;

// The engine by PERF_MONITOR_ID.
constexpr Engine kEngines[] = {Engine::kGdma, Engine::kBdc};
static_assert(PERF_MONITOR_GDMA == 0 && PERF_MONITOR_TPU == 1);

// Checks handle and monitor, then calls `use` with the card's monitors, the engine and the buffer's size.
template <typename Use>
bm_status_t WithMonitor(const char* function, bm_handle_t handle, const bm_perf_monitor_t* monitor, Use use) {
  return AtEdge(kRuntimeTag, function, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    RETURN_IF_ERROR(NotNull(monitor, "the monitor"));
    if (monitor->buffer_size <= 0) {
      return absl::InvalidArgumentError(absl::StrCat("a monitor's buffer of ", monitor->buffer_size, " bytes"));
    }
    uint32_t id = 0;  // a C caller may store any number there, which C++ must not read as the enumeration
    static_assert(sizeof(id) == sizeof(monitor->monitor_id));
    std::memcpy(&id, &monitor->monitor_id, sizeof(id));
    if (id >= std::size(kEngines)) {
      return absl::InvalidArgumentError(absl::StrCat("monitor ", id, "; there are GDMA (0) and TPU (1)"));
    }
    return use(context->card().monitors(), kEngines[id], static_cast<uint64_t>(monitor->buffer_size));
  });
}

uint64_t AddressOf(const bm_perf_monitor_t& monitor) { return static_cast<uint64_t>(monitor.buffer_start_addr); }

}  // namespace

extern "C" {

bm_status_t bm_enable_perf_monitor(bm_handle_t handle, bm_perf_monitor_t* monitor) {
  return WithMonitor(__func__, handle, monitor, [&](Monitors& monitors, Engine engine, uint64_t bytes) {
    return monitors.Enable(engine, AddressOf(*monitor), bytes);
  });
}

bm_status_t bm_disable_perf_monitor(bm_handle_t handle, bm_perf_monitor_t* monitor) {
  return WithMonitor(__func__, handle, monitor, [](Monitors& monitors, Engine engine, uint64_t) {
    monitors.Disable(engine);
    return absl::OkStatus();
  });
}

bm_status_t bmnnsdk_monitor_records(bm_handle_t handle, const bm_perf_monitor_t* monitor, unsigned long long* bytes) {
  return WithMonitor(__func__, handle, monitor, [&](Monitors& monitors, Engine engine, uint64_t) -> absl::Status {
    RETURN_IF_ERROR(NotNull(bytes, "bytes"));
    ASSIGN_OR_RETURN(*bytes, monitors.RecordedBytes(engine, AddressOf(*monitor)));
    return absl::OkStatus();
  });
}

}  // extern "C"
