#include "bmcompiler/frontends/caffe/parse_cost.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmcompiler/frontends/caffe/parse.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace bm::caffe {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;

// Upper bounds of what the parser keeps; a layer of an old generation exists twice while it is upgraded.
constexpr uint64_t kMessageCost = 1024;
constexpr uint64_t kStringCost = 64;
constexpr uint64_t kNumberCost = 16;
constexpr uint64_t kUnknownCost = 48;

absl::Status CheckCost(uint64_t cost, size_t size) {
  const uint64_t limit = (uint64_t{32} << 20) + 4 * uint64_t{size};
  if (cost <= limit) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("its ", size, " bytes would take more than ", limit,
                                                 " bytes of memory: too many messages, texts or numbers"));
}

// Walks the fields of a binary message and of those inside it.
class WireWalk {
 public:
  explicit WireWalk(absl::string_view bytes)
      : size_(bytes.size()), stream_(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size())) {}

  absl::Status Message(const Descriptor* message, int nesting) {
    if (nesting > kMostNesting) return Broken("messages nested too deep");
    const FieldDescriptor* field = nullptr;
    for (uint32_t tag = stream_.ReadTag(); tag != 0; tag = stream_.ReadTag()) {
      const int number = WireFormatLite::GetTagFieldNumber(tag);
      if (field == nullptr || field->number() != number) field = message->FindFieldByNumber(number);
      RETURN_IF_ERROR(Field(field, WireFormatLite::GetTagWireType(tag), nesting));
      RETURN_IF_ERROR(CheckCost(cost_, size_));
    }
    return stream_.ConsumedEntireMessage() ? absl::OkStatus() : Broken("a field breaks");
  }

 private:
  absl::Status Broken(const char* what) const {
    return absl::InvalidArgumentError(
        absl::StrCat("not a caffemodel: ", what, " at offset ", stream_.CurrentPosition(), " of ", size_));
  }

  // `field` null: unknown.
  absl::Status Field(const FieldDescriptor* field, WireFormatLite::WireType type, int nesting) {
    const uint64_t cost = field == nullptr ? kUnknownCost : kNumberCost;
    uint64_t number = 0;
    switch (type) {
      case WireFormatLite::WIRETYPE_VARINT:
        cost_ += cost;
        return stream_.ReadVarint64(&number) ? absl::OkStatus() : Broken("a number breaks");
      case WireFormatLite::WIRETYPE_FIXED64:
        cost_ += cost;
        return stream_.Skip(8) ? absl::OkStatus() : Broken("a number breaks");
      case WireFormatLite::WIRETYPE_FIXED32:
        cost_ += cost;
        return stream_.Skip(4) ? absl::OkStatus() : Broken("a number breaks");
      case WireFormatLite::WIRETYPE_LENGTH_DELIMITED:
        return Delimited(field, nesting);
      default:
        return Broken("a field of a group, which the format has not,");
    }
  }

  absl::Status Delimited(const FieldDescriptor* field, int nesting) {
    uint32_t length = 0;
    if (!stream_.ReadVarint32(&length)) return Broken("a length breaks");
    const int room = std::min(stream_.BytesUntilLimit() < 0 ? INT32_MAX : stream_.BytesUntilLimit(),
                              static_cast<int>(size_) - stream_.CurrentPosition());
    if (length > static_cast<uint32_t>(room)) return Broken("a field reaches beyond its message");
    if (field != nullptr && field->type() == FieldDescriptor::TYPE_MESSAGE) {
      cost_ += kMessageCost;
      const auto limit = stream_.PushLimit(static_cast<int>(length));
      RETURN_IF_ERROR(Message(field->message_type(), nesting + 1));
      stream_.PopLimit(limit);
      return absl::OkStatus();
    }
    const bool is_number = field != nullptr && field->is_packable();
    const bool is_fixed =
        is_number && (field->type() == FieldDescriptor::TYPE_FLOAT || field->type() == FieldDescriptor::TYPE_DOUBLE);
    if (!is_number || is_fixed) {
      cost_ += length + kStringCost;
    } else {
      cost_ += kNumberCost * length;  // as little as a byte each
    }
    return stream_.Skip(static_cast<int>(length)) ? absl::OkStatus() : Broken("a field breaks");
  }

  const size_t size_;
  google::protobuf::io::CodedInputStream stream_;
  uint64_t cost_ = 0;
};

}  // namespace

absl::Status CheckTextCost(absl::string_view text) {
  uint64_t cost = 0;
  for (const char c : text) {
    switch (c) {
      case '{':
      case '<':
        cost += kMessageCost;
        break;
      case '"':
      case '\'':
        cost += kStringCost / 2;
        break;
      case ',':
        cost += kNumberCost;
        break;
      default:
        break;
    }
  }
  return CheckCost(cost, text.size());
}

absl::Status CheckWireCost(const Descriptor* message, absl::string_view bytes) {
  return WireWalk(bytes).Message(message, 0);
}

}  // namespace bm::caffe
