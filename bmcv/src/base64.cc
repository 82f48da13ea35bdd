// Base64 with the standard alphabet and padding (bmcv_base64_enc, bmcv_base64_dec).
#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/tensor.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

// Limits of the chip's engine, in bytes.
constexpr unsigned long kMostBytes = 178956972, kMostDeviceBytes = 3 << 20;

absl::StatusOr<std::string> Encode(absl::string_view plain) { return absl::Base64Escape(plain); }

absl::StatusOr<std::string> Decode(absl::string_view text) {
  std::string plain;
  if (text.size() % 4 != 0 || !absl::Base64Unescape(text, &plain)) {
    return absl::DataLossError(absl::StrFormat("the %d source bytes are no base64 text", text.size()));
  }
  return plain;
}

// len[0] source bytes; len[1] is set to the bytes of the result.
template <typename Convert>
absl::Status Base64(bm_handle_t handle, const bm_device_mem_t& source, const bm_device_mem_t& target,
                    unsigned long* len, Convert convert) {
  if (len == nullptr) return absl::InvalidArgumentError("len is null");
  const bool on_device = bm_mem_get_type(source) == BM_MEM_TYPE_DEVICE;
  const unsigned long most = on_device ? kMostDeviceBytes : kMostBytes;
  if (len[0] < 1 || len[0] > most) {
    return absl::InvalidArgumentError(absl::StrFormat("%d source bytes; 1 to %d", len[0], most));
  }
  ASSIGN_OR_RETURN(const absl::Span<const char> bytes, InputTensor<char>(handle, source, len[0], "src"));
  ASSIGN_OR_RETURN(const std::string result, convert(absl::string_view(bytes.data(), bytes.size())));
  ASSIGN_OR_RETURN(const OutputTensor<char> written, OutputTensor<char>::Open(handle, target, result.size(), "dst"));
  std::copy(result.begin(), result.end(), written.span().begin());
  len[1] = result.size();
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_base64_enc(bm_handle_t handle, bm_device_mem_t src, bm_device_mem_t dst, unsigned long len[2]) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::Base64(handle, src, dst, len, bm::cv::Encode); });
}

bm_status_t bmcv_base64_dec(bm_handle_t handle, bm_device_mem_t src, bm_device_mem_t dst, unsigned long len[2]) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::Base64(handle, src, dst, len, bm::cv::Decode); });
}

}  // extern "C"
