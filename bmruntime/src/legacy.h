// What the parts of bmruntime_legacy.h share.
#ifndef BMRUNTIME_SRC_LEGACY_H_
#define BMRUNTIME_SRC_LEGACY_H_

#include "bmruntime/src/loaded_net.h"

namespace bm::runtime {

// The net of a name or, where that is null or empty, of a position; null where there is none or the runtime is null.
const LoadedNet* FindNet(void* p_bmrt, int net_idx, const char* net_name);

}  // namespace bm::runtime

#endif  // BMRUNTIME_SRC_LEGACY_H_
