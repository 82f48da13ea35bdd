// What SAIL tells about the machine, and its switches.
#include <stdlib.h>
#include <sys/time.h>

#include <cstring>

#include "bmlib/src/version.h"
#include "cvdecoder.h"
#include "sail/src/error.h"
#include "tensor.h"

namespace sail {
namespace {

constexpr char kPrintTimes[] = "SAIL_PRINT_VIP_TIMES", kSaveTensors[] = "SAIL_SAVE_IO_TENSORS",
               kDecoderPrefix[] = "SAIL_DECODER_";

bool IsSet(const char* variable) {
  const char* value = getenv(variable);
  return value != nullptr && strcmp(value, "1") == 0;
}

// The value that `read` stores for a device.
template <typename T>
T Read(int dev_id, bm_status_t (*read)(bm_handle_t, T*), const char* what) {
  Handle handle(dev_id);
  T value{};
  Check(read(handle.data(), &value), SAIL_ERR_DEV_BASIC, absl::StrCat(what, " of device ", dev_id));
  return value;
}

}  // namespace

int get_available_tpu_num() {
  int count = 0;
  return bm_dev_getcount(&count) == BM_SUCCESS ? count : 0;
}

double get_current_time_us() {
  timeval now;
  gettimeofday(&now, nullptr);
  return now.tv_sec * 1e6 + now.tv_usec;
}

int set_print_flag(bool print_flag) { return setenv(kPrintTimes, print_flag ? "1" : "0", 1); }
bool get_print_flag() { return IsSet(kPrintTimes); }
int set_dump_io_flag(bool dump_io_flag) { return setenv(kSaveTensors, dump_io_flag ? "1" : "0", 1); }

void get_sail_version(char* sail_version) {
  if (sail_version == nullptr) Throw(SAIL_ERR_RUNTIME_BASIC, "the version's buffer is null; give 64 bytes");
  snprintf(sail_version, 64, "%d.%d.%d", BM_PROJECT_VERSION_MAJOR, BM_PROJECT_VERSION_MINOR, BM_PROJECT_VERSION_PATCH);
}

int set_decoder_env(std::string env_name, std::string env_value) {
  return setenv(absl::StrCat(kDecoderPrefix, env_name).c_str(), env_value.c_str(), 1);
}

int get_tpu_util(int dev_id) { return Read(dev_id, bm_get_stat, "get_tpu_util").tpu_util; }

std::vector<int> get_vpu_util(int dev_id) {
  Handle handle(dev_id);
  std::vector<int> usage(5);  // cores of a BM1684
  Check(bm_get_vpu_instant_usage(handle.data(), usage.data()), SAIL_ERR_DEV_BASIC, "get_vpu_util");
  return usage;
}

std::vector<int> get_vpp_util(int dev_id) {
  Handle handle(dev_id);
  std::vector<int> usage(2);
  Check(bm_get_vpp_instant_usage(handle.data(), usage.data()), SAIL_ERR_DEV_BASIC, "get_vpp_util");
  return usage;
}

int get_board_temp(int dev_id) { return Read(dev_id, bm_get_board_temp, "get_board_temp"); }
int get_chip_temp(int dev_id) { return Read(dev_id, bm_get_chip_temp, "get_chip_temp"); }

std::vector<int> get_dev_stat(int dev_id) {
  const bm_dev_stat_t stat = Read(dev_id, bm_get_stat, "get_dev_stat");
  return {stat.mem_total, stat.mem_used, stat.tpu_util};
}

double get_chip_time_us(Handle& handle) {
  bm_profile_t profile{};
  Check(bm_get_profile(handle.data(), &profile), SAIL_ERR_DEV_BASIC, "get_chip_time_us");
  return static_cast<double>(profile.tpu_process_time);
}

int set_loglevel(LogLevel loglevel) {
  static_assert(static_cast<int>(LogLevel::OFF) == SPDLOG_LEVEL_OFF, "SAIL's levels are spdlog's");
  const int level = static_cast<int>(loglevel);
  if (level < SPDLOG_LEVEL_TRACE || level > SPDLOG_LEVEL_OFF) return -1;
  spdlog::set_level(static_cast<spdlog::level::level_enum>(level));
  return 0;
}

}  // namespace sail
