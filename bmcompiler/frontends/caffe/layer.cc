#include "bmcompiler/frontends/caffe/layer.h"

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"

namespace bm::caffe {

absl::Status Layer::Invalid(const std::string& what) const {
  return absl::InvalidArgumentError(absl::StrCat("layer ", parameter_.name(), " (", parameter_.type(), "): ", what));
}

absl::Status Layer::Unsupported(const std::string& what) const {
  return absl::UnimplementedError(absl::StrCat("layer ", parameter_.name(), " (", parameter_.type(), "): ", what));
}

absl::Status Layer::CheckBottoms(int least, int most) const {
  if (bottom_count() >= least && bottom_count() <= most) return absl::OkStatus();
  return Invalid(absl::StrCat(bottom_count(), " bottoms; it takes ", least, " to ", most));
}

absl::StatusOr<int> Layer::Axis(int axis, int bottom) const {
  const int rank = shape(bottom).rank();
  const int counted = axis < 0 ? axis + rank : axis;
  if (counted >= 0 && counted < rank) return counted;
  return Invalid(absl::StrCat("axis ", axis, " of a bottom of shape ", shape(bottom).ToString()));
}

int64_t Layer::BlobElements(int index) const {
  if (index >= blob_count()) return 0;
  const BlobProto& blob = weights_->blobs(index);
  return blob.data_size() > 0 ? blob.data_size() : blob.double_data_size();
}

absl::StatusOr<std::vector<float>> Layer::Blob(int index, int64_t elements) const {
  if (index >= blob_count()) {
    return Invalid(absl::StrCat("the caffemodel has ", blob_count(), " blobs for it; blob ", index, " is needed"));
  }
  if (BlobElements(index) != elements) {
    return Invalid(absl::StrCat("blob ", index, " has ", BlobElements(index), " values; ", elements, " are needed"));
  }
  const BlobProto& blob = weights_->blobs(index);
  if (blob.data_size() > 0) return std::vector<float>(blob.data().begin(), blob.data().end());
  return std::vector<float>(blob.double_data().begin(), blob.double_data().end());
}

absl::StatusOr<ValueId> Layer::BlobConstant(int index, const Shape& shape) {
  const absl::StatusOr<uint64_t> elements = shape.Count();
  if (!elements.ok() || *elements > graph::kMostElements) {
    return Invalid(absl::StrCat("blob ", index, " would have the shape ", shape.ToString(), "; at most ",
                                graph::kMostElements, " values"));
  }
  RETURN_IF_ERROR(CheckRoom(*elements));
  ASSIGN_OR_RETURN(std::vector<float> data, Blob(index, static_cast<int64_t>(*elements)));
  return Constant(shape, std::move(data), absl::StrCat(parameter_.name(), "/", index));
}

absl::Status Layer::CheckRoom(uint64_t elements) const {
  if (elements <= constant_budget_ / sizeof(float)) return absl::OkStatus();
  return Invalid(absl::StrCat(elements, " more constant values; files of this size leave room for ",
                              constant_budget_ / sizeof(float)));
}

absl::StatusOr<ValueId> Layer::Constant(const Shape& shape, std::vector<float> data, std::string name) {
  RETURN_IF_ERROR(CheckRoom(data.size()));
  constant_budget_ -= data.size() * sizeof(float);
  if (name.empty()) name = absl::StrCat(parameter_.name(), "/constant");
  return graph_.AddConstant(std::move(name), shape, std::move(data));
}

absl::StatusOr<ValueId> Layer::Add(graph::Op op, std::vector<ValueId> inputs, int top) {
  const std::string name = top < parameter_.top_size() ? parameter_.top(top) : parameter_.name();
  return graph_.AddNode(parameter_.name(), std::move(op), std::move(inputs), name);
}

absl::Status Layer::Unary(graph::Op op) {
  RETURN_IF_ERROR(CheckBottoms(1, 1));
  ASSIGN_OR_RETURN(const ValueId result, Add(std::move(op), {bottom(0)}));
  SetTop(0, result);
  return absl::OkStatus();
}

}  // namespace bm::caffe
