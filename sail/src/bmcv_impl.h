// What the parts of Bmcv share.
#ifndef SAIL_SRC_BMCV_IMPL_H_
#define SAIL_SRC_BMCV_IMPL_H_

#include <algorithm>
#include <tuple>

#include "cvwrapper.h"

namespace sail {

struct Bmcv::Impl {
  Handle handle;
};

// Blue, green, red; clamped to bytes.
template <typename Value>
bmcv_color_t ColorOf(const std::tuple<Value, Value, Value>& bgr) {
  const auto byte = [](int value) { return static_cast<unsigned char>(std::min(std::max(value, 0), 255)); };
  return {byte(std::get<2>(bgr)), byte(std::get<1>(bgr)), byte(std::get<0>(bgr))};
}

}  // namespace sail

#endif  // SAIL_SRC_BMCV_IMPL_H_
