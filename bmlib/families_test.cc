// The three families of one idea: bm_ with 32-bit sizes, bm_..._u64 and sg_ with 64-bit sizes. Every function of each
// does what its name says, on a PCIe card and (mapping) on an SoC.
#include <cstdlib>
#include <cstring>
#include <string>

#include "bmlib_runtime.h"
#include "gtest/gtest.h"

namespace {

// The functions of a family by one name.
#define FAMILY(NAME, PREFIX, SUFFIX, DESCRIPTOR)                                                    \
  struct NAME {                                                                                     \
    using Mem = DESCRIPTOR;                                                                         \
    static constexpr auto get_type = &PREFIX##_mem_get_type##SUFFIX;                                \
    static constexpr auto get_address = &PREFIX##_mem_get_device_addr##SUFFIX;                      \
    static constexpr auto set_address = &PREFIX##_mem_set_device_addr##SUFFIX;                      \
    static constexpr auto get_size = &PREFIX##_mem_get_device_size##SUFFIX;                         \
    static constexpr auto set_size = &PREFIX##_mem_set_device_size##SUFFIX;                         \
    static constexpr auto set_mem = &PREFIX##_set_device_mem##SUFFIX;                               \
    static constexpr auto from_device = &PREFIX##_mem_from_device##SUFFIX;                          \
    static constexpr auto get_system = &PREFIX##_mem_get_system_addr##SUFFIX;                       \
    static constexpr auto set_system = &PREFIX##_mem_set_system_addr##SUFFIX;                       \
    static constexpr auto malloc_neuron = &PREFIX##_malloc_neuron_device##SUFFIX;                   \
    static constexpr auto malloc_dword = &PREFIX##_malloc_device_dword##SUFFIX;                     \
    static constexpr auto malloc_byte = &PREFIX##_malloc_device_byte##SUFFIX;                       \
    static constexpr auto malloc_heap = &PREFIX##_malloc_device_byte_heap##SUFFIX;                  \
    static constexpr auto malloc_mask = &PREFIX##_malloc_device_byte_heap_mask##SUFFIX;             \
    static constexpr auto free_device = &PREFIX##_free_device##SUFFIX;                              \
    static constexpr auto heap_id = &PREFIX##_get_gmem_heap_id##SUFFIX;                             \
    static constexpr auto s2d = &PREFIX##_memcpy_s2d##SUFFIX;                                       \
    static constexpr auto s2d_partial = &PREFIX##_memcpy_s2d_partial##SUFFIX;                       \
    static constexpr auto s2d_offset = &PREFIX##_memcpy_s2d_partial_offset##SUFFIX;                 \
    static constexpr auto d2s = &PREFIX##_memcpy_d2s##SUFFIX;                                       \
    static constexpr auto d2s_partial = &PREFIX##_memcpy_d2s_partial##SUFFIX;                       \
    static constexpr auto d2s_offset = &PREFIX##_memcpy_d2s_partial_offset##SUFFIX;                 \
    static constexpr auto map = &PREFIX##_mem_mmap_device_mem##SUFFIX;                              \
    static constexpr auto map_no_cache = &PREFIX##_mem_mmap_device_mem_no_cache##SUFFIX;            \
    static constexpr auto invalidate = &PREFIX##_mem_invalidate_device_mem##SUFFIX;                 \
    static constexpr auto invalidate_partial = &PREFIX##_mem_invalidate_partial_device_mem##SUFFIX; \
    static constexpr auto flush = &PREFIX##_mem_flush_device_mem##SUFFIX;                           \
    static constexpr auto flush_partial = &PREFIX##_mem_flush_partial_device_mem##SUFFIX;           \
    static constexpr auto unmap = &PREFIX##_mem_unmap_device_mem##SUFFIX;                           \
  };
FAMILY(Plain, bm, , bm_device_mem_t)
FAMILY(Wide, bm, _u64, bm_device_mem_u64_t)
FAMILY(Sg, sg, , sg_device_mem_t)
#undef FAMILY

constexpr bool IsWide(const bm_device_mem_t&) { return false; }
template <typename Mem>
constexpr bool IsWide(const Mem&) {
  return true;
}

// The first two cards are PCIe; the third comes up as an SoC.
template <typename Family>
class FamiliesTest : public ::testing::Test {
 protected:
  using Mem = typename Family::Mem;

  void SetUp() override {
    bmlib_log_set_level(BMLIB_LOG_QUIET);
    setenv("BM_DEVICES", "2", 1);
    unsetenv("BM_SOC");
    ASSERT_EQ(bm_dev_request(&handle_, 0), BM_SUCCESS);
    setenv("BM_SOC", "1", 1);
    ASSERT_EQ(bm_dev_request(&soc_, 1), BM_SUCCESS);
    std::memset(&mem_, 0, sizeof(mem_));
  }
  void TearDown() override {
    bm_dev_free(handle_);
    bm_dev_free(soc_);
  }
  std::string Read(bm_handle_t handle) {
    std::string text(static_cast<size_t>(Family::get_size(mem_)), '\0');
    EXPECT_EQ(Family::d2s(handle, &text[0], mem_), BM_SUCCESS);
    return text;
  }

  bm_handle_t handle_ = nullptr, soc_ = nullptr;
  Mem mem_;
};

using Families = ::testing::Types<Plain, Wide, Sg>;
TYPED_TEST_SUITE(FamiliesTest, Families);

TYPED_TEST(FamiliesTest, DescriptorsHoldTypeAddressAndSize) {
  auto mem = TypeParam::from_device(0x123456000, 24);
  EXPECT_EQ(TypeParam::get_type(mem), BM_MEM_TYPE_DEVICE);
  EXPECT_EQ(TypeParam::get_address(mem), 0x123456000u);
  EXPECT_EQ(TypeParam::get_size(mem), 24u);
  EXPECT_EQ(mem.u.device.dmabuf_fd, 0);
  TypeParam::set_address(&mem, 0x200000000);
  TypeParam::set_size(&mem, 4);
  EXPECT_EQ(TypeParam::get_address(mem), 0x200000000u);
  EXPECT_EQ(TypeParam::get_size(mem), 4u);
  mem.u.device.dmabuf_fd = 7;
  TypeParam::set_mem(&mem, 8, 0x300000000);
  EXPECT_EQ(mem.size, 8u);
  EXPECT_EQ(mem.u.device.device_addr, 0x300000000u);
  EXPECT_EQ(mem.u.device.dmabuf_fd, 7);
  int word = 0;
  TypeParam::set_system(&mem, &word);
  EXPECT_EQ(TypeParam::get_system(mem), &word);
}

TYPED_TEST(FamiliesTest, EveryAllocationHasItsSizeAndHeap) {
  unsigned heap = 9;
  ASSERT_EQ(TypeParam::malloc_byte(this->handle_, &this->mem_, 5000), BM_SUCCESS);
  EXPECT_EQ(TypeParam::get_size(this->mem_), 5000u);
  EXPECT_EQ(TypeParam::heap_id(this->handle_, &this->mem_, &heap), BM_SUCCESS);
  EXPECT_EQ(heap, 0u);
  TypeParam::free_device(this->handle_, this->mem_);
  ASSERT_EQ(TypeParam::malloc_heap(this->handle_, &this->mem_, 2, 16), BM_SUCCESS);
  EXPECT_EQ(TypeParam::heap_id(this->handle_, &this->mem_, &heap), BM_SUCCESS);
  EXPECT_EQ(heap, 2u);
  TypeParam::free_device(this->handle_, this->mem_);
  ASSERT_EQ(TypeParam::malloc_mask(this->handle_, &this->mem_, 0b110, 16), BM_SUCCESS);
  EXPECT_EQ(TypeParam::heap_id(this->handle_, &this->mem_, &heap), BM_SUCCESS);
  EXPECT_EQ(heap, 1u);
  TypeParam::free_device(this->handle_, this->mem_);
  ASSERT_EQ(TypeParam::malloc_dword(this->handle_, &this->mem_, 10), BM_SUCCESS);
  EXPECT_EQ(TypeParam::get_size(this->mem_), 40u);
  TypeParam::free_device(this->handle_, this->mem_);
  ASSERT_EQ(TypeParam::malloc_neuron(this->handle_, &this->mem_, 2, 3, 4, 5), BM_SUCCESS);
  EXPECT_EQ(TypeParam::get_size(this->mem_), 480u);
  TypeParam::free_device(this->handle_, this->mem_);
  EXPECT_EQ(TypeParam::heap_id(this->handle_, nullptr, &heap), BM_ERR_PARAM);
  EXPECT_EQ(TypeParam::malloc_byte(this->handle_, nullptr, 16), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(TypeParam::malloc_mask(nullptr, &this->mem_, 7, 16), BM_ERR_DEVNOTREADY);
}

TYPED_TEST(FamiliesTest, OnlyWideSizesGoBeyondFourGibibytes) {
  // 2^30 words: 4 GiB. No heap holds them, and 32 bits do not either.
  const bm_status_t status = TypeParam::malloc_neuron(this->handle_, &this->mem_, 1 << 15, 1 << 15, 1, 1);
  EXPECT_EQ(status, IsWide(this->mem_) ? BM_ERR_NOMEM : BM_NOT_SUPPORTED);
}

TYPED_TEST(FamiliesTest, CopiesGoThereAndBack) {
  ASSERT_EQ(TypeParam::malloc_byte(this->handle_, &this->mem_, 8), BM_SUCCESS);
  char text[] = "abcdefgh";
  EXPECT_EQ(TypeParam::s2d(this->handle_, this->mem_, text), BM_SUCCESS);
  EXPECT_EQ(this->Read(this->handle_), "abcdefgh");
  EXPECT_EQ(TypeParam::s2d_partial(this->handle_, this->mem_, text + 4, 2), BM_SUCCESS);
  EXPECT_EQ(TypeParam::s2d_offset(this->handle_, this->mem_, text, 2, 6), BM_SUCCESS);
  EXPECT_EQ(this->Read(this->handle_), "efcdefab");
  char part[4] = "...";
  EXPECT_EQ(TypeParam::d2s_partial(this->handle_, part, this->mem_, 3), BM_SUCCESS);
  EXPECT_STREQ(part, "efc");
  EXPECT_EQ(TypeParam::d2s_offset(this->handle_, part, this->mem_, 3, 5), BM_SUCCESS);
  EXPECT_STREQ(part, "fab");
  EXPECT_EQ(TypeParam::s2d_partial(this->handle_, this->mem_, text, 9), BM_ERR_PARAM);
  EXPECT_EQ(TypeParam::s2d_offset(this->handle_, this->mem_, text, 4, 5), BM_ERR_PARAM);
  EXPECT_EQ(TypeParam::d2s_partial(this->handle_, part, this->mem_, 9), BM_ERR_PARAM);
  EXPECT_EQ(TypeParam::d2s_offset(this->handle_, part, this->mem_, 1, ~0u), BM_ERR_PARAM);
  EXPECT_EQ(TypeParam::s2d(nullptr, this->mem_, text), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(TypeParam::d2s(nullptr, text, this->mem_), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(this->Read(this->handle_), "efcdefab");
  TypeParam::free_device(this->handle_, this->mem_);
}

TYPED_TEST(FamiliesTest, OnlyAnSocIsMapped) {
  unsigned long long first = 0, second = 0;
  ASSERT_EQ(TypeParam::malloc_byte(this->handle_, &this->mem_, 8), BM_SUCCESS);
  EXPECT_EQ(TypeParam::map(this->handle_, &this->mem_, &first), BM_ERR_FAILURE);
  EXPECT_EQ(TypeParam::map_no_cache(this->handle_, &this->mem_, &first), BM_ERR_FAILURE);
  EXPECT_EQ(TypeParam::invalidate(this->handle_, &this->mem_), BM_ERR_FAILURE);
  EXPECT_EQ(TypeParam::flush_partial(this->handle_, &this->mem_, 0, 4), BM_ERR_FAILURE);
  TypeParam::free_device(this->handle_, this->mem_);
  ASSERT_EQ(TypeParam::malloc_byte(this->soc_, &this->mem_, 8), BM_SUCCESS);
  ASSERT_EQ(TypeParam::map(this->soc_, &this->mem_, &first), BM_SUCCESS);
  ASSERT_EQ(TypeParam::map_no_cache(this->soc_, &this->mem_, &second), BM_SUCCESS);
  std::memcpy(reinterpret_cast<void*>(first), "mapped!", 8);
  EXPECT_EQ(TypeParam::flush(this->soc_, &this->mem_), BM_SUCCESS);
  EXPECT_EQ(TypeParam::flush_partial(this->soc_, &this->mem_, 4, 4), BM_SUCCESS);
  EXPECT_EQ(this->Read(this->soc_), std::string("mapped!", 8));
  EXPECT_EQ(TypeParam::invalidate(this->soc_, &this->mem_), BM_SUCCESS);
  EXPECT_EQ(TypeParam::invalidate_partial(this->soc_, &this->mem_, 0, 8), BM_SUCCESS);
  EXPECT_STREQ(reinterpret_cast<const char*>(second), "mapped!");
  EXPECT_EQ(TypeParam::flush_partial(this->soc_, &this->mem_, 4, 5), BM_ERR_PARAM);
  EXPECT_EQ(TypeParam::map(this->soc_, nullptr, &first), BM_ERR_PARAM);
  EXPECT_EQ(TypeParam::flush(this->soc_, nullptr), BM_ERR_PARAM);
  EXPECT_EQ(TypeParam::map(nullptr, &this->mem_, &first), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(TypeParam::unmap(this->soc_, reinterpret_cast<void*>(first), 8), BM_SUCCESS);
  EXPECT_EQ(TypeParam::unmap(nullptr, reinterpret_cast<void*>(second), 8), BM_ERR_DEVNOTREADY);
  TypeParam::free_device(this->soc_, this->mem_);
}

}  // namespace
