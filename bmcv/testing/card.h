// The card of a benchmark.
#ifndef BMCV_TESTING_CARD_H_
#define BMCV_TESTING_CARD_H_

#include <cstdio>
#include <cstdlib>

#include "bmlib_runtime.h"

namespace bm::cv::testing {

// Card 0, opened once; the process ends where it cannot be opened.
inline bm_handle_t Handle() {
  static const bm_handle_t handle = [] {
    bm_handle_t opened = nullptr;
    if (bm_dev_request(&opened, 0) != BM_SUCCESS) {
      std::fprintf(stderr, "device 0 cannot be opened\n");
      std::exit(1);
    }
    return opened;
  }();
  return handle;
}

}  // namespace bm::cv::testing

#endif  // BMCV_TESTING_CARD_H_
