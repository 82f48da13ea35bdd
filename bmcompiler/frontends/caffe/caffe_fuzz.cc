// Any bytes, the first half as a prototxt and the second as a caffemodel: a graph or a status.
#include <cstddef>
#include <cstdint>

#include "bmcompiler/frontends/caffe/caffe.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const size_t half = size / 2;
  (void)bm::caffe::ParseCaffe(bytes.substr(0, half), bytes.substr(half), {});
  return 0;
}
