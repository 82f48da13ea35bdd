// What a bmodel file says, as plain values: the one description that the compiler fills in for the writer, and that
// the reader hands to the runtime and the tools.
//
//   Model model;
//   model.nets.push_back({"lenet", {stage}});
//   RETURN_IF_ERROR(WriteModelFile(model, "compilation.bmodel"));       // bmodel/writer.h
//   ASSIGN_OR_RETURN(ModelFile file, ModelFile::Open("a.bmodel"));      // bmodel/reader.h
//   file.model().nets[0].stages[0].inputs[0].shape();
//
// Bytes are views: of the caller's memory for the writer, of the mapped file for what the reader returns. Field by
// field meaning and byte layout: docs/formats/bmodel.md.
#ifndef BMODEL_MODEL_H_
#define BMODEL_MODEL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/sha256.h"
#include "base/shape.h"

namespace bm::bmodel {

using Bytes = absl::Span<const uint8_t>;

// Compile-time global address from which compilers place coefficients, then I/O, then neurons.
inline constexpr uint64_t kCompileBase = 0x105100000;

// Values of the file (and of bm_data_type_t). A file of a later chip may hold others.
enum class DataType : uint32_t {
  kFloat32 = 0,
  kFloat16 = 1,
  kInt8 = 2,
  kUint8 = 3,
  kInt16 = 4,
  kUint16 = 5,
  kInt32 = 6,
  kUint32 = 7,
  kBfloat16 = 8,
  kInt4 = 9,
  kUint4 = 10,
};

// "float32"; "unkown" (the vendor's spelling, which scripts see) for a value that has no name.
absl::string_view NameOf(DataType type);
// Bytes of one element; 1 for the 4-bit types, 0 for a value that has no name.
uint64_t BytesOf(DataType type);

// How batches lie in a 32-bit word of device memory: plain NCHW, two 16-bit or four 8-bit batches interleaved.
enum class StoreMode : int32_t { k1N = 0, k2N = 1, k4N = 2 };

// Batches that one word holds: 1, 2, 4; 1 for a value that has no name.
int64_t BatchesPerWord(StoreMode mode);

struct Tensor {
  std::string name;
  DataType data_type = DataType::kFloat32;
  StoreMode store_mode = StoreMode::k1N;
  uint64_t address = 0;       // compile-time global address
  uint64_t size = 0;          // device bytes the compiler set aside
  std::vector<Shape> shapes;  // the runtime uses the first
  uint32_t memory_type = 0;   // bit 0 TPU, bit 1 CPU
  float scale = 1.0f;         // quantisation multiplier of an input, dequantisation multiplier of an output
  uint32_t host_offset = 0;   // floats from the start of the net's host buffer
  uint32_t pad_h = 0;         // top << 16 | bottom
  int32_t zero_point = 0;
  int32_t hidden = 0;  // cascade nets: 0 internal, 1 and 3 input, 2 and 4 output
  int32_t index = 0;

  // The first shape; a scalar where the file gives none.
  const Shape& shape() const;
  // Elements times element size, the batch rounded up to whole words of the store mode; OUT_OF_RANGE beyond 64 bits.
  absl::StatusOr<uint64_t> DeviceBytes() const;
};

// Commands of both engines between two points where the engines are drained and ids restart at 1. A BM1684 command
// takes 128 bytes, so the byte totals are 0 there.
struct CommandGroup {
  uint32_t bdc_count = 0;
  uint32_t gdma_count = 0;
  Bytes bdc;
  Bytes gdma;
  uint32_t bdc_total_bytes = 0;
  uint32_t gdma_total_bytes = 0;
};

// Where the weights of one operation lie inside the coefficients, in bytes.
struct Location {
  std::string name;
  uint64_t offset = 0;
  uint64_t size = 0;
};

struct Coefficients {
  uint64_t address = 0;  // address the commands were compiled for
  Bytes bytes;
  // SHA-256 as the file states it. The writer ignores it and stores the digest of `bytes`.
  std::optional<Sha256Digest> check_code;
  std::vector<Location> locations;
};

struct CpuConstant {
  std::string name;
  Bytes bytes;
  std::optional<Sha256Digest> check_code;  // as Coefficients::check_code
};

struct CpuLayer {
  int32_t op_type = 0;
  Bytes parameter;
  std::vector<CpuConstant> constants;
  int32_t is_custom = 0;
};

enum class SubNetMode : int32_t { kTpu = 0, kCpu = 1, kMerge = 2, kSwitch = 3 };

struct SwitchRule {
  std::vector<int32_t> output_from;    // per output: the input it comes from
  std::vector<int32_t> output_branch;  // 0 false branch, 1 true branch
};

// Command lists of one core of a multi-core chip.
struct CoreCommands {
  std::vector<CommandGroup> groups;
  std::vector<Bytes> sdma;
  std::vector<Bytes> hau;
  std::vector<Bytes> cdma;
};

struct SubNet {
  SubNetMode mode = SubNetMode::kTpu;
  std::vector<CommandGroup> groups;
  std::vector<CpuLayer> cpu_layers;
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
  bool is_dynamic = false;
  uint32_t ir_offset = 0;  // bytes inside the stage's IR
  uint32_t ir_bytes = 0;
  bool n_dynamic = false;
  bool hw_dynamic = false;
  int32_t id = -1;  // -1: the subnets run in the order of the file
  std::vector<int32_t> next_ids;
  std::optional<std::vector<std::vector<int32_t>>> merge;  // per output: candidate inputs
  std::optional<SwitchRule> switch_rule;
  std::vector<CoreCommands> cores;
};

struct StageIr {
  uint32_t length_words = 0;
  int32_t height_high = 0, height_low = 0, width_high = 0, width_low = 0;
};

// One compiled set of input shapes of a net.
struct Stage {
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
  uint64_t ctx_address = 0;         // neurons: [ctx_address, ctx_address + ContextBytes())
  uint64_t ctx_size = 0;            // not read where ctx_sizes has entries
  std::vector<uint64_t> ctx_sizes;  // one entry per bulk
  std::optional<Coefficients> coefficients;
  bool is_dynamic = false;
  bool n_dynamic = false;
  bool hw_dynamic = false;
  std::vector<CommandGroup> groups;  // all static TPU commands, in the order of the subnets
  Bytes net_profile;
  Bytes net_stat;
  Bytes tensor_locations;
  std::vector<StageIr> ir_info;
  Bytes ir;
  // The writer adds the one TPU subnet of a static stage where this is empty.
  std::vector<SubNet> subnets;
  uint32_t host_floats = 0;  // size of the host buffer
  uint32_t core_count = 0;   // 0 means 1
  uint64_t io_address = 0;   // address mode 1: inputs and outputs apart from the neurons
  uint64_t io_size = 0;

  // Sizes of the bulks of neuron memory: ctx_sizes, or the one ctx_size.
  std::vector<uint64_t> ContextBulks() const;
};

// Place of a net among those that run as one on several devices.
struct Cascade {
  uint32_t device_id = 0;
  uint32_t step = 0;
  std::string main_name;
};

struct Net {
  std::string name;
  std::vector<Stage> stages;
  std::optional<Cascade> cascade;
  int32_t address_mode = 0;  // 0: I/O inside neuron memory, 1: I/O alone, 2: tagged
};

// A shared object embedded in the file.
struct Module {
  std::string file_name;
  Bytes bytes;
};

struct Model {
  std::string type = "B";
  std::string version = "2.2";
  std::string time;  // ctime() text with its newline; the writer fills an empty one in
  std::string chip = "BM1684";
  std::vector<Net> nets;
  uint64_t neuron_size = 0;  // largest ctx_size; the writer computes it
  uint32_t device_count = 0;
  std::optional<Module> kernel_module;
  std::optional<Module> cpuop_module;
};

}  // namespace bm::bmodel

#endif  // BMODEL_MODEL_H_
