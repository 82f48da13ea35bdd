// The texts that tpu_model prints about a model.
#ifndef TOOLS_TPU_MODEL_INFO_TEXT_H_
#define TOOLS_TPU_MODEL_INFO_TEXT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bmodel/model.h"
#include "bmodel/reader.h"

namespace bm::tools {

// --info: version, chip, modules, nets with stages and tensors, memory.
std::string InfoText(const bmodel::Model& model);

// --weight: where the weights of each operation lie.
std::string WeightText(const bmodel::Model& model);

// --print: the tables as FlatBuffers JSON text.
absl::StatusOr<std::string> TableText(const bmodel::ModelFile& file);

// --disassemble: one line per command of each stage, nets and stages limited to `net` (all where empty) and `stage`
// (all where negative). NOT_FOUND where nothing fits.
absl::StatusOr<std::string> DisassemblyText(const bmodel::Model& model, absl::string_view net, int stage);

}  // namespace bm::tools

#endif  // TOOLS_TPU_MODEL_INFO_TEXT_H_
