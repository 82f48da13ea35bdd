// What parsing would allocate, estimated before anything is parsed.
//
// An empty message takes two bytes of a file and hundreds of memory, so that a small damaged file could otherwise ask
// for more than the machine has.
#ifndef BMCOMPILER_FRONTENDS_CAFFE_PARSE_COST_H_
#define BMCOMPILER_FRONTENDS_CAFFE_PARSE_COST_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace bm::caffe {

// Both answer INVALID_ARGUMENT where the contents would take more than 32 MiB and four times their own size.

absl::Status CheckTextCost(absl::string_view text);

// Bytes of a `message` in binary form; also INVALID_ARGUMENT with the offset at which they break.
absl::Status CheckWireCost(const google::protobuf::Descriptor* message, absl::string_view bytes);

}  // namespace bm::caffe

#endif  // BMCOMPILER_FRONTENDS_CAFFE_PARSE_COST_H_
