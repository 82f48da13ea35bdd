// bmcv_base64_enc and bmcv_base64_dec.
#include <string>
#include <vector>

#include "bmcv/testing/tensor_test.h"
#include "bmcv_api_ext.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

class Base64Test : public TensorTest {
 protected:
  using Function = bm_status_t (*)(bm_handle_t, bm_device_mem_t, bm_device_mem_t, unsigned long*);

  // The result, or "status <code>".
  std::string Convert(Function function, const std::string& text, size_t room = 64) {
    Array<char> source(*this, std::vector<char>(text.begin(), text.end()));
    Array<char> target(*this, room);
    unsigned long len[2] = {text.size(), 12345};
    const bm_status_t status = function(handle_, source.mem(), target.mem(), len);
    if (status != BM_SUCCESS) {
      EXPECT_EQ(len[1], 12345u);
      return "status " + std::to_string(status);
    }
    return std::string(target.Read().data(), len[1]);
  }
  std::string Encode(const std::string& text) { return Convert(bmcv_base64_enc, text); }
  std::string Decode(const std::string& text) { return Convert(bmcv_base64_dec, text); }
};
INSTANTIATE_WITH_BOTH_MEMORIES(Base64Test);

// RFC 4648, section 10.
TEST_P(Base64Test, GivesTheTestVectorsOfTheStandard) {
  const char* const rows[][2] = {{"f", "Zg=="},        {"fo", "Zm8="},        {"foo", "Zm9v"},
                                 {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& row : rows) {
    EXPECT_EQ(Encode(row[0]), row[1]);
    EXPECT_EQ(Decode(row[1]), row[0]);
  }
  EXPECT_EQ(Encode("\xfb\xff\xfe"), "+//+");
}

TEST_P(Base64Test, EveryByteComesBack) {
  std::vector<char> bytes = RandomIntegers<char>(100001, -128, 127);
  Array<char> source(*this, bytes);
  Array<char> text(*this, 133336);
  Array<char> back(*this, bytes.size());
  unsigned long len[2] = {bytes.size(), 0};
  ASSERT_EQ(bmcv_base64_enc(handle_, source.mem(), text.mem(), len), BM_SUCCESS);
  ASSERT_EQ(len[1], 133336u);
  len[0] = len[1];
  ASSERT_EQ(bmcv_base64_dec(handle_, text.mem(), back.mem(), len), BM_SUCCESS);
  EXPECT_EQ(len[1], bytes.size());
  EXPECT_EQ(back.Read(), bytes);
}

TEST_P(Base64Test, Refusals) {
  EXPECT_EQ(Decode("Zg="), "status 6");
  EXPECT_EQ(Decode("Z?=="), "status 6");
  if (GetParam() == Memory::kDevice) {
    EXPECT_EQ(Convert(bmcv_base64_enc, "foobar", 7), "status 4");
  }
  Array<char> mem(*this, 4);
  unsigned long len[2] = {4, 0};
  EXPECT_EQ(bmcv_base64_enc(nullptr, mem.mem(), mem.mem(), len), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bmcv_base64_enc(handle_, mem.mem(), mem.mem(), nullptr), BM_ERR_PARAM);
  len[0] = GetParam() == Memory::kDevice ? (3 << 20) + 1 : 178956973;
  EXPECT_EQ(bmcv_base64_enc(handle_, mem.mem(), mem.mem(), len), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_base64_dec(handle_, mem.mem(), mem.mem(), len), BM_ERR_PARAM);
  len[0] = 0;
  EXPECT_EQ(bmcv_base64_enc(handle_, mem.mem(), mem.mem(), len), BM_ERR_PARAM);
}

}  // namespace
}  // namespace bm::cv
