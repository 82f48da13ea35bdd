// From the bytes of Caffe's files to one form of NetParameter, whatever generation they are of.
#ifndef BMCOMPILER_FRONTENDS_CAFFE_PARSE_H_
#define BMCOMPILER_FRONTENDS_CAFFE_PARSE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bmcompiler/frontends/caffe/caffe.pb.h"

namespace bm::caffe {

// Messages inside messages.
inline constexpr int kMostNesting = 32;

// Text form. INVALID_ARGUMENT with name, line and column. Layers of the first generation become LayerParameters.
absl::StatusOr<NetParameter> ParsePrototxt(absl::string_view text, const std::string& name);

// Binary form. INVALID_ARGUMENT with name and the offset at which it breaks.
absl::StatusOr<NetParameter> ParseCaffemodel(absl::string_view bytes, const std::string& name);

}  // namespace bm::caffe

#endif  // BMCOMPILER_FRONTENDS_CAFFE_PARSE_H_
