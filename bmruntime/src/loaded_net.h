// A net on the device: its stages with relocated commands, and the vendor's description of it.
//
// Immutable once loaded, so any number of threads may use it.
#ifndef BMRUNTIME_SRC_LOADED_NET_H_
#define BMRUNTIME_SRC_LOADED_NET_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/sha256.h"
#include "bmdef.h"
#include "bmodel/model.h"
#include "bmruntime/src/coefficient_cache.h"
#include "bmruntime/src/device_memory.h"
#include "bmruntime/src/neuron_memory.h"

namespace bm::runtime {

// Commands of one engine in device memory.
struct CommandBuffer {
  OwnedBlock block;
  Sha256Digest digest = {};  // of the image that was uploaded
};

struct LoadedStage {
  // As compiled, but with device addresses.
  std::vector<bmodel::Tensor> inputs;
  std::vector<bmodel::Tensor> outputs;
  std::optional<CoefficientBuffer> coefficients;
  OwnedBlock io;  // address mode 1
  CommandBuffer bdc;
  CommandBuffer gdma;
  struct GroupSize {
    uint32_t bdc, gdma;
  };
  struct NeuronBulk {
    uint64_t address, size;
  };
  std::vector<GroupSize> groups;
  std::vector<NeuronBulk> neurons;
};

// The storage behind a bm_net_info_t; neither moves once built.
class NetInfo {
 public:
  NetInfo(const std::string& name, int32_t address_mode, const std::vector<LoadedStage>& stages);
  NetInfo(const NetInfo&) = delete;
  NetInfo& operator=(const NetInfo&) = delete;

  const bm_net_info_t& info() const { return info_; }

 private:
  // One side (inputs or outputs) of the net.
  struct Side {
    std::vector<std::string> names;
    std::vector<const char*> name_pointers;
    std::vector<bm_data_type_t> types;
    std::vector<float> scales;
    std::vector<int> zero_points;
    std::vector<int> devices;
    std::vector<size_t> max_bytes;
    std::vector<std::vector<bm_shape_t>> shapes;     // [stage][tensor]
    std::vector<std::vector<bm_device_mem_t>> mems;  // [stage][tensor]
  };
  static void Fill(const std::vector<LoadedStage>& stages, std::vector<bmodel::Tensor> LoadedStage::*tensors,
                   Side* side);

  std::string name_;
  Side inputs_;
  Side outputs_;
  std::vector<bm_stage_info_t> stages_;
  bm_net_info_t info_ = {};
};

struct LoadedNet {
  std::string name;
  std::vector<LoadedStage> stages;
  std::unique_ptr<NetInfo> info;
};

// UNIMPLEMENTED with the reason where a net needs what this runtime does not run: dynamic stages, subnets that are
// not TPU, several cores or devices, tagged addresses.
absl::Status CheckSupported(const bmodel::Net& net);

// Allocates, relocates and uploads all stages of a net from a VerifiedModel. With BM_RUNTIME_SHARE_MEM in `flags`
// nets of one subnet share neuron memory. A failure leaves nothing on the device.
absl::StatusOr<std::unique_ptr<LoadedNet>> LoadNet(const bmodel::Net& net, bm_handle_t handle, uint32_t flags,
                                                   NeuronMemory* neurons);

}  // namespace bm::runtime

#endif  // BMRUNTIME_SRC_LOADED_NET_H_
