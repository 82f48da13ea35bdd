// Launches of loaded nets: stage selection, checks of the caller's tensors, the message to the card.
#ifndef BMRUNTIME_SRC_LAUNCH_H_
#define BMRUNTIME_SRC_LAUNCH_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "bmdef.h"
#include "bmruntime/src/loaded_net.h"

namespace bm::runtime {

// Who provides the memory of the outputs.
enum class OutputMemory { kCaller, kRuntime };
// Whose store mode the outputs get.
enum class OutputMode { kCaller, k1N };

struct LaunchOptions {
  OutputMemory memory = OutputMemory::kRuntime;
  OutputMode mode = OutputMode::k1N;
};

// The first stage whose inputs have exactly these shapes; stage 0 of a net with one stage whose inputs have the same
// numbers of elements. NOT_FOUND otherwise.
absl::StatusOr<size_t> SelectStage(const LoadedNet& net, absl::Span<const bm_tensor_t> inputs);

// Checks the tensors, fills in shape, type and (mode k1N) store mode of the outputs, allocates them (memory
// kRuntime), and sends the launch. Returns before completion; the card runs messages of all threads in the order
// sent. Inputs are copied to their compiled places before the commands run and outputs copied back after, so they may
// overlap. On an error nothing was launched and nothing stays allocated.
absl::Status Launch(bm_handle_t handle, const LoadedNet& net, const LoadedStage& stage,
                    absl::Span<const bm_tensor_t> inputs, absl::Span<bm_tensor_t> outputs,
                    const LaunchOptions& options);

// The message of a launch.
struct LaunchMessage {
  int api_id = 0;
  std::vector<uint8_t> payload;  // docs/reference/bmruntime.md
  // Where in the payload the device address of each input and output stands.
  std::vector<uint32_t> input_offsets, output_offsets;
};

// What Launch does before it sends the message: the caller sends it. On an error nothing stays allocated.
absl::StatusOr<LaunchMessage> PrepareLaunch(bm_handle_t handle, const LoadedNet& net, const LoadedStage& stage,
                                            absl::Span<const bm_tensor_t> inputs, absl::Span<bm_tensor_t> outputs,
                                            const LaunchOptions& options);

}  // namespace bm::runtime

#endif  // BMRUNTIME_SRC_LAUNCH_H_
