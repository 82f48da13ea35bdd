// Profile, statistics, sensors and identity of a card.
#include <algorithm>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "bmlib/src/handle.h"
#include "bmlib/src/version.h"

namespace {

using bm::driver::Card;
using bm::driver::HeapInfo;
using bm::driver::kHeapCount;
using bm::driver::Profile;
using bm::lib::AtEdge;
using bm::lib::FromHandle;
using bm::lib::kRuntimeTag;
using bm::lib::NotNull;

constexpr unsigned kChipId = 0x1684;
constexpr uint64_t kMebibyte = 1 << 20;

// Checks handle and result pointer, then fills the result.
template <typename Result, typename Fill>
bm_status_t Get(const char* function, bm_handle_t handle, Result* result, Fill fill) {
  return AtEdge(kRuntimeTag, function, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    RETURN_IF_ERROR(NotNull(result, "the result"));
    return fill(context);
  });
}

// The same for a value that is simply there.
template <typename Result, typename Value>
bm_status_t GetValue(const char* function, bm_handle_t handle, Result* result, Value value) {
  return Get(function, handle, result, [&](bm_context* context) {
    *result = static_cast<Result>(value(context->card()));
    return absl::OkStatus();
  });
}

// What only a PCIe card has.
template <typename Result, typename Value>
bm_status_t GetPcieValue(const char* function, bm_handle_t handle, Result* result, Value value) {
  return Get(function, handle, result, [&](bm_context* context) -> absl::Status {
    if (context->card().is_soc()) return absl::UnimplementedError("an SoC does not measure it");
    *result = static_cast<Result>(value(context->card().sensors()));
    return absl::OkStatus();
  });
}

bm_status_t GetUsage(const char* function, bm_handle_t handle, int* usage, int cores) {
  return Get(function, handle, usage, [&](bm_context*) {
    std::fill(usage, usage + cores, 0);  // no media engine runs
    return absl::OkStatus();
  });
}

}  // namespace

extern "C" {

bm_status_t bm_get_chipid(bm_handle_t handle, unsigned int* chipid) {
  return GetValue(__func__, handle, chipid, [](const Card&) { return kChipId; });
}

bm_status_t bm_get_misc_info(bm_handle_t handle, struct bm_misc_info* misc_info) {
  return Get(__func__, handle, misc_info, [&](bm_context* context) {
    constexpr long long kDdrBytes = 0x100000000;
    const bool is_soc = context->card().is_soc();
    std::memset(misc_info, 0, sizeof(*misc_info));
    misc_info->pcie_soc_mode = is_soc ? 1 : 0;
    misc_info->chipid = kChipId;
    misc_info->chipid_bit_mask = BM1684_CHIPID_BIT_MASK;
    misc_info->driver_version = BM_PROJECT_VERSION_NUMBER;
    if (is_soc) return absl::OkStatus();
    misc_info->ddr0a_size = kDdrBytes / 2;
    misc_info->ddr0b_size = kDdrBytes / 2;
    misc_info->ddr1_size = kDdrBytes;
    misc_info->ddr2_size = kDdrBytes;
    misc_info->domain_bdf = (context->card().index() + 1) << 8;
    misc_info->board_version = 0x000100;  // an SC5
    misc_info->a53_enable = 1;
    misc_info->dyn_enable = context->card().has_dynamic_frequency() ? 1 : 0;
    return absl::OkStatus();
  });
}

bm_status_t bm_get_profile(bm_handle_t handle, bm_profile_t* profile) {
  return Get(__func__, handle, profile, [&](bm_context* context) -> absl::Status {
    ASSIGN_OR_RETURN(const Profile record, context->card().ProfileOf(&context->session));
    *profile = bm_profile_t{record.device_to_host_micros,
                            record.device_to_host_count,
                            record.host_to_device_micros,
                            record.host_to_device_count,
                            record.tpu_micros,
                            0,
                            record.sent,
                            record.completed};
    return absl::OkStatus();
  });
}

bm_status_t bm_get_stat(bm_handle_t handle, bm_dev_stat_t* stat) {
  return Get(__func__, handle, stat, [&](bm_context* context) {
    std::memset(stat, 0, sizeof(*stat));
    stat->heap_num = kHeapCount;
    stat->tpu_util = context->card().utilisation();
    for (int i = 0; i < kHeapCount; ++i) {
      const HeapInfo heap = context->card().InfoOf(i);
      bm_heap_stat& row = stat->heap_stat[i];
      row.mem_total = static_cast<unsigned>(heap.total_bytes / kMebibyte);
      row.mem_used = static_cast<unsigned>(heap.used_bytes / kMebibyte);
      row.mem_avail = static_cast<unsigned>((heap.total_bytes - heap.used_bytes) / kMebibyte);
      stat->mem_total += static_cast<int>(row.mem_total);
      stat->mem_used += static_cast<int>(row.mem_used);
    }
    return absl::OkStatus();
  });
}

bm_status_t bm_get_gmem_total_heap_num(bm_handle_t handle, unsigned int* heap_num) {
  return GetValue(__func__, handle, heap_num, [](const Card&) { return kHeapCount; });
}

bm_status_t bm_get_gmem_heap_stat_byte_by_id(bm_handle_t handle, bm_heap_stat_byte_t* heap_stat, unsigned int heap_id) {
  return Get(__func__, handle, heap_stat, [&](bm_context* context) -> absl::Status {
    if (heap_id >= kHeapCount) return absl::NotFoundError(absl::StrCat("heap ", heap_id, "; there are ", kHeapCount));
    const HeapInfo heap = context->card().InfoOf(static_cast<int>(heap_id));
    *heap_stat = {heap_id, heap.total_bytes, heap.total_bytes - heap.used_bytes, heap.used_bytes, heap.start};
    return absl::OkStatus();
  });
}

bm_status_t bm_get_board_name(bm_handle_t handle, char* name) {
  return Get(__func__, handle, name, [&](bm_context* context) {
    std::strcpy(name, context->card().is_soc() ? "1684-SOC" : "1684-SC5");
    return absl::OkStatus();
  });
}

bm_status_t bm_get_sn(bm_handle_t handle, char* sn) {
  return Get(__func__, handle, sn, [&](bm_context* context) {
    const std::string number = context->card().serial_number();
    std::memcpy(sn, number.c_str(), number.size() + 1);
    return absl::OkStatus();
  });
}

bm_status_t bm_get_status(bm_handle_t handle, int* status) {
  return GetValue(__func__, handle, status, [](Card& card) { return card.is_hung() ? 1 : 0; });
}

bm_status_t bm_get_driver_version(bm_handle_t handle, int* driver_version) {
  return GetValue(__func__, handle, driver_version, [](const Card&) { return BM_PROJECT_VERSION_NUMBER; });
}

bm_status_t bm_get_tpu_scalar_num(bm_handle_t handle, unsigned int* core_num) {
  return GetValue(__func__, handle, core_num, [](const Card&) { return 1; });
}

bm_status_t bm_get_last_api_process_time_us(bm_handle_t handle, unsigned long* time_us) {
  return GetValue(__func__, handle, time_us, [](const Card&) { return 0; });  // the vendor's call never knew it
}

// ---- Clocks ----

bm_status_t bm_get_clk_tpu_freq(bm_handle_t handle, int* freq) {
  return GetValue(__func__, handle, freq, [](Card& card) { return card.clock_megahertz(); });
}

bm_status_t bm_set_clk_tpu_freq(bm_handle_t handle, int freq) {
  return AtEdge(kRuntimeTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    const absl::Status status = context->card().SetClock(freq);
    return status.ok() ? status : absl::InternalError(status.message());
  });
}

bm_status_t bm_get_tpu_minclk(bm_handle_t handle, unsigned int* minclk) {
  return GetValue(__func__, handle, minclk, [](const Card&) { return Card::kMinMegahertz; });
}
bm_status_t bm_get_tpu_maxclk(bm_handle_t handle, unsigned int* maxclk) {
  return GetValue(__func__, handle, maxclk, [](const Card&) { return Card::kMaxMegahertz; });
}

// ---- Sensors ----

bm_status_t bm_get_chip_temp(bm_handle_t handle, unsigned int* temperature) {
  return GetValue(__func__, handle, temperature, [](const Card& card) { return card.sensors().chip_temperature; });
}
bm_status_t bm_get_board_temp(bm_handle_t handle, unsigned int* temperature) {
  return GetValue(__func__, handle, temperature, [](const Card& card) { return card.sensors().board_temperature; });
}
bm_status_t bm_get_tpu_current(bm_handle_t handle, unsigned int* milliampere) {
  return GetPcieValue(__func__, handle, milliampere, [](const auto& s) { return s.tpu_current_ma; });
}
bm_status_t bm_get_tpu_volt(bm_handle_t handle, unsigned int* millivolt) {
  return GetPcieValue(__func__, handle, millivolt, [](const auto& s) { return s.tpu_millivolt; });
}
bm_status_t bm_get_tpu_power(bm_handle_t handle, float* watt) {
  return GetPcieValue(__func__, handle, watt, [](const auto& s) {
    return static_cast<float>(s.tpu_millivolt) * static_cast<float>(s.tpu_current_ma) / 1e6f;
  });
}
bm_status_t bm_get_board_power(bm_handle_t handle, unsigned int* watt) {
  return GetPcieValue(__func__, handle, watt, [](const auto& s) { return s.board_watt; });
}
bm_status_t bm_get_board_max_power(bm_handle_t handle, unsigned int* watt) {
  return GetPcieValue(__func__, handle, watt, [](const auto& s) { return s.board_max_watt; });
}
bm_status_t bm_get_fan_speed(bm_handle_t handle, unsigned int* duty) {
  return GetPcieValue(__func__, handle, duty, [](const auto& s) { return s.fan_percent; });
}
bm_status_t bm_get_12v_atx(bm_handle_t handle, int* milliampere) {
  return GetPcieValue(__func__, handle, milliampere, [](const auto& s) { return s.atx_ma; });
}
bm_status_t bm_get_ecc_correct_num(bm_handle_t handle, unsigned long* count) {
  return GetPcieValue(__func__, handle, count, [](const auto&) { return 0; });
}

// ---- Use of the media engines ----

bm_status_t bm_get_vpu_instant_usage(bm_handle_t handle, int* usage) { return GetUsage(__func__, handle, usage, 5); }
bm_status_t bm_get_vpp_instant_usage(bm_handle_t handle, int* usage) { return GetUsage(__func__, handle, usage, 2); }
bm_status_t bm_get_jpu_core_usage(bm_handle_t handle, int* usage) { return GetUsage(__func__, handle, usage, 4); }

}  // extern "C"
