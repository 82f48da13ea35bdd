#include "bmcompiler/frontends/caffe/parse.h"

#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmcompiler/frontends/caffe/parse_cost.h"
#include "bmcompiler/frontends/caffe/upgrade.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/text_format.h"

namespace bm::caffe {
namespace {

// Keeps the first error; warnings (unknown fields) are none of our business.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (!text_.empty()) return;
    text_ = line < 0 ? message : absl::StrCat("line ", line + 1, ", column ", column + 1, ": ", message);
  }
  void AddWarning(int, int, const std::string&) override {}
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

absl::Status CheckSize(absl::string_view contents, const std::string& name) {
  if (contents.size() <= static_cast<size_t>(std::numeric_limits<int>::max())) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, ": ", contents.size(), " bytes; at most 2 GiB"));
}

absl::Status Named(const std::string& name, const absl::Status& status) {
  return status.ok() ? status : absl::Status(status.code(), absl::StrCat(name, ": ", status.message()));
}

}  // namespace

absl::StatusOr<NetParameter> ParsePrototxt(absl::string_view text, const std::string& name) {
  RETURN_IF_ERROR(CheckSize(text, name));
  RETURN_IF_ERROR(Named(name, CheckTextCost(text)));
  NetParameter net;
  FirstError errors;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.AllowUnknownField(true);
  parser.SetRecursionLimit(kMostNesting);
  google::protobuf::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  if (!parser.Parse(&stream, &net)) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": ", errors.text().empty() ? "not a prototxt" : errors.text()));
  }
  UpgradeLayers(&net);
  if (net.layer_size() == 0) return absl::InvalidArgumentError(absl::StrCat(name, ": it has no layers"));
  return net;
}

absl::StatusOr<NetParameter> ParseCaffemodel(absl::string_view bytes, const std::string& name) {
  RETURN_IF_ERROR(CheckSize(bytes, name));
  RETURN_IF_ERROR(Named(name, CheckWireCost(NetParameter::descriptor(), bytes)));
  NetParameter net;
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  stream.SetTotalBytesLimit(std::numeric_limits<int>::max());
  stream.SetRecursionLimit(kMostNesting);
  if (!net.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": not a caffemodel: it breaks at offset ", stream.CurrentPosition(), " of ", bytes.size()));
  }
  UpgradeLayers(&net);
  return net;
}

}  // namespace bm::caffe
