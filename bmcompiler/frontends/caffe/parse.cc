#include "bmcompiler/frontends/caffe/parse.h"

#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmcompiler/frontends/caffe/parse_cost.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/text_format.h"

namespace bm::caffe {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

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

// The layer types of the first generation by enumerator.
struct TypeName {
  V1LayerParameter::LayerType type;
  const char* name;
};
constexpr TypeName kTypeNames[] = {
    {V1LayerParameter::ACCURACY, "Accuracy"},
    {V1LayerParameter::BNLL, "BNLL"},
    {V1LayerParameter::CONCAT, "Concat"},
    {V1LayerParameter::CONVOLUTION, "Convolution"},
    {V1LayerParameter::DATA, "Data"},
    {V1LayerParameter::DROPOUT, "Dropout"},
    {V1LayerParameter::FLATTEN, "Flatten"},
    {V1LayerParameter::IMAGE_DATA, "ImageData"},
    {V1LayerParameter::INNER_PRODUCT, "InnerProduct"},
    {V1LayerParameter::LRN, "LRN"},
    {V1LayerParameter::POOLING, "Pooling"},
    {V1LayerParameter::RELU, "ReLU"},
    {V1LayerParameter::SIGMOID, "Sigmoid"},
    {V1LayerParameter::SOFTMAX, "Softmax"},
    {V1LayerParameter::SOFTMAX_LOSS, "SoftmaxWithLoss"},
    {V1LayerParameter::SPLIT, "Split"},
    {V1LayerParameter::TANH, "TanH"},
    {V1LayerParameter::ELTWISE, "Eltwise"},
    {V1LayerParameter::POWER, "Power"},
    {V1LayerParameter::MEMORY_DATA, "MemoryData"},
    {V1LayerParameter::ARGMAX, "ArgMax"},
    {V1LayerParameter::THRESHOLD, "Threshold"},
    {V1LayerParameter::DUMMY_DATA, "DummyData"},
    {V1LayerParameter::SLICE, "Slice"},
    {V1LayerParameter::MVN, "MVN"},
    {V1LayerParameter::ABSVAL, "AbsVal"},
    {V1LayerParameter::SILENCE, "Silence"},
    {V1LayerParameter::EXP, "Exp"},
    {V1LayerParameter::DECONVOLUTION, "Deconvolution"},
};

std::string NameOf(V1LayerParameter::LayerType type) {
  for (const TypeName& row : kTypeNames) {
    if (row.type == type) return row.name;
  }
  return "None";
}

// Fields of the two generations have the same names and types; only the type's own form differs.
LayerParameter Upgrade(V1LayerParameter* old) {
  LayerParameter layer;
  const Reflection* from = old->GetReflection();
  const Reflection* to = layer.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  from->ListFields(*old, &fields);
  for (const FieldDescriptor* field : fields) {
    const FieldDescriptor* target = layer.GetDescriptor()->FindFieldByName(field->name());
    if (target == nullptr || target->cpp_type() != field->cpp_type()) continue;
    if (field->is_repeated()) {
      const int count = from->FieldSize(*old, field);
      for (int i = 0; i < count; ++i) {
        if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
          Message* added = to->AddMessage(&layer, target);
          added->GetReflection()->Swap(added, from->MutableRepeatedMessage(old, field, i));
        } else {
          to->AddString(&layer, target, from->GetRepeatedString(*old, field, i));
        }
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      to->MutableMessage(&layer, target)->CopyFrom(from->GetMessage(*old, field));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      to->SetString(&layer, target, from->GetString(*old, field));
    }
  }
  layer.set_type(NameOf(old->type()));
  return layer;
}

void UpgradeAll(NetParameter* net) {
  for (V1LayerParameter& old : *net->mutable_layers()) *net->add_layer() = Upgrade(&old);
  net->clear_layers();
}

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
  UpgradeAll(&net);
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
  UpgradeAll(&net);
  return net;
}

}  // namespace bm::caffe
