// Writes bmodel files.
//
//   Stage stage;
//   stage.inputs = {{"data", DataType::kFloat32, StoreMode::k1N, address, bytes, {Shape{1, 3, 224, 224}}}};
//   stage.coefficients = Coefficients{kCompileBase, weights, {}, locations};
//   stage.ctx_address = ctx_address;
//   stage.ctx_size = ctx_bytes;
//   stage.groups = {{bdc_count, gdma_count, bdc_blob, gdma_blob}};
//   Model model;
//   model.nets.push_back({"resnet50", {stage}});
//   RETURN_IF_ERROR(WriteModelFile(model, "compilation.bmodel"));
//
// Equal blobs (same size and bytes) are stored once, in the order of first use. The same model gives the same bytes
// as long as `model.time` is set.
#ifndef BMODEL_WRITER_H_
#define BMODEL_WRITER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bmodel/model.h"

namespace bm::bmodel {

// The bytes of the file. Fills in what follows from the rest: check codes, neuron_size, the subnet of a static stage
// that has none, the time if it is empty. INVALID_ARGUMENT naming net and stage where a rule of the format is broken:
// stages of one net that disagree in what must agree or have the same input shapes, a command blob that is not its
// count of commands (BM1684). OUT_OF_RANGE if the blobs exceed the format's 4 GiB.
absl::StatusOr<std::vector<uint8_t>> SerializeModel(const Model& model);

// The tables alone, for blobs that stay where they are: views of `binary`, a section that exists. This is how files
// from before NetParameter get the tables of today.
absl::StatusOr<std::vector<uint8_t>> SerializeTables(const Model& model, Bytes binary);

// SerializeModel into a file; a failure leaves no partial file.
absl::Status WriteModelFile(const Model& model, const std::string& path);

// The rules that the stages of one net obey (docs/formats/bmodel.md): same kind, inputs of the same names, types,
// scales and zero points, at least one different input shape between any two. INVALID_ARGUMENT shows both values.
absl::Status CheckStages(const Net& net);

}  // namespace bm::bmodel

#endif  // BMODEL_WRITER_H_
