// Reads bmodel files: the second gate.
//
//   ASSIGN_OR_RETURN(ModelFile file, ModelFile::Open(path));
//   ASSIGN_OR_RETURN(const VerifiedModel model, VerifyMeaning(std::move(file), "BM1684"));
//
// A VerifiedModel can be loaded: the right chip, sound nets, stages, subnets, tensors and regions, coefficients that
// have the digest they state, commands that decode, run in some order, and touch only memory that their stage
// declares. Only this type is accepted by the runtime.
#ifndef BMODEL_VERIFY_H_
#define BMODEL_VERIFY_H_

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bmodel/reader.h"

namespace bm::bmodel {

class VerifiedModel {
 public:
  const Model& model() const { return file_.model(); }
  const ModelFile& file() const { return file_; }

 private:
  friend absl::StatusOr<VerifiedModel> VerifyMeaning(ModelFile file, absl::string_view chip);
  explicit VerifiedModel(ModelFile file) : file_(std::move(file)) {}

  ModelFile file_;
};

// FAILED_PRECONDITION if the model is for another chip than `chip` (both named). Any other error names file, net,
// stage and, for commands, group, engine and index, and shows the value found with what would be accepted.
absl::StatusOr<VerifiedModel> VerifyMeaning(ModelFile file, absl::string_view chip);

}  // namespace bm::bmodel

#endif  // BMODEL_VERIFY_H_
