// Memory descriptors: plain values. Every call exists for 32-bit sizes (bm_), for 64-bit sizes (_u64) and under the
// older name of the latter (sg_).
#include <cstring>

#include "absl/strings/str_cat.h"
#include "bmlib/src/handle.h"

namespace {

using bm::lib::kMemoryTag;
using bm::lib::LogLine;

constexpr uint64_t kWordBytes = 4;

template <typename Descriptor>
bm_mem_type_t TypeOf(const Descriptor& mem) {
  return static_cast<bm_mem_type_t>(mem.flags.u.mem_type);
}

void Warn(const char* function, const std::string& text) {
  LogLine(kMemoryTag, BMLIB_LOG_WARNING, absl::StrCat(function, ": ", text));
}

template <typename Descriptor>
void WarnUnlessDevice(const char* function, const Descriptor& mem) {
  const bm_mem_type_t type = TypeOf(mem);
  if (type != BM_MEM_TYPE_DEVICE && type != BM_MEM_TYPE_INT8_DEVICE) {
    Warn(function, absl::StrCat("a descriptor of type ", static_cast<int>(type), " is no device memory"));
  }
}

template <typename Descriptor>
void WarnUnlessSystem(const char* function, const Descriptor& mem) {
  if (TypeOf(mem) != BM_MEM_TYPE_SYSTEM) {
    Warn(function, absl::StrCat("a descriptor of type ", static_cast<int>(TypeOf(mem)), " is no system memory"));
  }
}

void WarnUnlessWords(const char* function, const char* what, uint64_t value) {
  if (value % kWordBytes != 0) Warn(function, absl::StrCat(what, " ", value, " is no multiple of ", kWordBytes));
}

template <typename Descriptor>
unsigned long long DeviceAddress(const char* function, const Descriptor& mem) {
  WarnUnlessDevice(function, mem);
  return mem.u.device.device_addr;
}

template <typename Descriptor>
void SetDeviceAddress(const char* function, Descriptor* mem, unsigned long long addr) {
  WarnUnlessDevice(function, *mem);
  WarnUnlessWords(function, "address", addr);
  mem->u.device.device_addr = addr;
}

template <typename Descriptor>
auto DeviceSize(const char* function, const Descriptor& mem) -> decltype(mem.size) {
  WarnUnlessDevice(function, mem);
  return mem.size;
}

template <typename Descriptor, typename Size>
void SetDeviceSize(const char* function, Descriptor* mem, Size size) {
  WarnUnlessDevice(function, *mem);
  mem->size = size;
}

template <typename Descriptor, typename Size>
void SetDevice(Descriptor* mem, Size size, unsigned long long addr) {
  mem->u.device.device_addr = addr;
  mem->flags.u.mem_type = BM_MEM_TYPE_DEVICE;
  mem->size = size;
}

template <typename Descriptor, typename Size>
Descriptor FromDevice(unsigned long long addr, Size size) {
  Descriptor mem;
  std::memset(&mem, 0, sizeof(mem));
  SetDevice(&mem, size, addr);
  return mem;
}

template <typename Descriptor>
void* SystemAddress(const char* function, const Descriptor& mem) {
  WarnUnlessSystem(function, mem);
  return mem.u.system.system_addr;
}

template <typename Descriptor>
void SetSystemAddress(const char* function, Descriptor* mem, void* addr) {
  WarnUnlessSystem(function, *mem);
  mem->u.system.system_addr = addr;
}

}  // namespace

extern "C" {

// One definition per family: prefix, suffix, descriptor, type of sizes.
#define BM_DESCRIPTOR_FUNCTIONS(PREFIX, SUFFIX, DESCRIPTOR, SIZE)                                                  \
  bm_mem_type_t PREFIX##_mem_get_type##SUFFIX(DESCRIPTOR mem) { return TypeOf(mem); }                              \
  unsigned long long PREFIX##_mem_get_device_addr##SUFFIX(DESCRIPTOR mem) { return DeviceAddress(__func__, mem); } \
  void PREFIX##_mem_set_device_addr##SUFFIX(DESCRIPTOR* mem, unsigned long long addr) {                            \
    SetDeviceAddress(__func__, mem, addr);                                                                         \
  }                                                                                                                \
  SIZE PREFIX##_mem_get_device_size##SUFFIX(DESCRIPTOR mem) { return DeviceSize(__func__, mem); }                  \
  void PREFIX##_mem_set_device_size##SUFFIX(DESCRIPTOR* mem, SIZE size) { SetDeviceSize(__func__, mem, size); }    \
  void PREFIX##_set_device_mem##SUFFIX(DESCRIPTOR* mem, SIZE size, unsigned long long addr) {                      \
    SetDevice(mem, size, addr);                                                                                    \
  }                                                                                                                \
  DESCRIPTOR PREFIX##_mem_from_device##SUFFIX(unsigned long long addr, SIZE len) {                                 \
    return FromDevice<DESCRIPTOR>(addr, len);                                                                      \
  }                                                                                                                \
  void* PREFIX##_mem_get_system_addr##SUFFIX(DESCRIPTOR mem) { return SystemAddress(__func__, mem); }              \
  void PREFIX##_mem_set_system_addr##SUFFIX(DESCRIPTOR* mem, void* addr) { SetSystemAddress(__func__, mem, addr); }

BM_DESCRIPTOR_FUNCTIONS(bm, , bm_mem_desc, unsigned int)
BM_DESCRIPTOR_FUNCTIONS(bm, _u64, bm_mem_desc_u64, unsigned long long)
BM_DESCRIPTOR_FUNCTIONS(sg, , sg_mem_desc, unsigned long long)

bm_system_mem_t bm_mem_from_system(void* system_addr) {
  bm_system_mem_t mem;
  std::memset(&mem, 0, sizeof(mem));
  mem.u.system.system_addr = system_addr;
  mem.flags.u.mem_type = BM_MEM_TYPE_SYSTEM;
  return mem;
}

bm_device_mem_t bm_mem_null(void) {
  bm_device_mem_t mem;
  std::memset(&mem, 0, sizeof(mem));
  mem.flags.u.mem_type = BM_MEM_TYPE_INVALID;
  return mem;
}

}  // extern "C"
