#include "bmcompiler/frontends/caffe/upgrade.h"

#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace bm::caffe {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// The layer types of generation 1 by enumerator.
struct TypeName {
  V1LayerParameter::LayerType type;
  const char* name;
};
constexpr TypeName kTypeNames[] = {
    {V1LayerParameter::ACCURACY, "Accuracy"},
    {V1LayerParameter::BNLL, "BNLL"},
    {V1LayerParameter::CONCAT, "Concat"},
    {V1LayerParameter::CONVOLUTION, "Convolution"},
    {V1LayerParameter::DATA, "Data"},
    {V1LayerParameter::DROPOUT, "Dropout"},
    {V1LayerParameter::FLATTEN, "Flatten"},
    {V1LayerParameter::IMAGE_DATA, "ImageData"},
    {V1LayerParameter::INNER_PRODUCT, "InnerProduct"},
    {V1LayerParameter::LRN, "LRN"},
    {V1LayerParameter::POOLING, "Pooling"},
    {V1LayerParameter::RELU, "ReLU"},
    {V1LayerParameter::SIGMOID, "Sigmoid"},
    {V1LayerParameter::SOFTMAX, "Softmax"},
    {V1LayerParameter::SOFTMAX_LOSS, "SoftmaxWithLoss"},
    {V1LayerParameter::SPLIT, "Split"},
    {V1LayerParameter::TANH, "TanH"},
    {V1LayerParameter::ELTWISE, "Eltwise"},
    {V1LayerParameter::POWER, "Power"},
    {V1LayerParameter::MEMORY_DATA, "MemoryData"},
    {V1LayerParameter::ARGMAX, "ArgMax"},
    {V1LayerParameter::THRESHOLD, "Threshold"},
    {V1LayerParameter::DUMMY_DATA, "DummyData"},
    {V1LayerParameter::SLICE, "Slice"},
    {V1LayerParameter::MVN, "MVN"},
    {V1LayerParameter::ABSVAL, "AbsVal"},
    {V1LayerParameter::SILENCE, "Silence"},
    {V1LayerParameter::EXP, "Exp"},
    {V1LayerParameter::DECONVOLUTION, "Deconvolution"},
};

std::string NameOf(V1LayerParameter::LayerType type) {
  for (const TypeName& row : kTypeNames) {
    if (row.type == type) return row.name;
  }
  return "None";
}

// Only the type's own form differs.
LayerParameter UpgradeGeneration1(V1LayerParameter* old) {
  LayerParameter layer;
  const Reflection* from = old->GetReflection();
  const Reflection* to = layer.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  from->ListFields(*old, &fields);
  for (const FieldDescriptor* field : fields) {
    const FieldDescriptor* target = layer.GetDescriptor()->FindFieldByName(field->name());
    if (target == nullptr || target->cpp_type() != field->cpp_type()) continue;
    if (field->is_repeated()) {
      const int count = from->FieldSize(*old, field);
      for (int i = 0; i < count; ++i) {
        if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
          Message* added = to->AddMessage(&layer, target);
          added->GetReflection()->Swap(added, from->MutableRepeatedMessage(old, field, i));
        } else {
          to->AddString(&layer, target, from->GetRepeatedString(*old, field, i));
        }
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      to->MutableMessage(&layer, target)->CopyFrom(from->GetMessage(*old, field));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      to->SetString(&layer, target, from->GetString(*old, field));
    }
  }
  layer.set_type(NameOf(old->type()));
  return layer;
}

// ---- Generation 0 ----

constexpr char kPadding[] = "Padding";

void SetConvolution(const V0LayerParameter& old, LayerParameter* layer) {
  ConvolutionParameter* p = layer->mutable_convolution_param();
  p->set_num_output(old.num_output());
  p->set_bias_term(old.biasterm());
  p->add_pad(old.pad());
  p->add_kernel_size(old.kernelsize());
  p->set_group(old.group());
  p->add_stride(old.stride());
}

void SetPooling(const V0LayerParameter& old, LayerParameter* layer) {
  PoolingParameter* p = layer->mutable_pooling_param();
  p->set_pool(static_cast<PoolingParameter::PoolMethod>(old.pool()));  // the same enumerators
  p->set_pad(old.pad());
  p->set_kernel_size(old.kernelsize());
  p->set_stride(old.stride());
}

void SetInnerProduct(const V0LayerParameter& old, LayerParameter* layer) {
  InnerProductParameter* p = layer->mutable_inner_product_param();
  p->set_num_output(old.num_output());
  p->set_bias_term(old.biasterm());
}

void SetLrn(const V0LayerParameter& old, LayerParameter* layer) {
  LRNParameter* p = layer->mutable_lrn_param();
  p->set_local_size(old.local_size());
  p->set_alpha(old.alpha());
  p->set_beta(old.beta());
  p->set_k(old.k());
}

void SetConcat(const V0LayerParameter& old, LayerParameter* layer) {
  layer->mutable_concat_param()->set_concat_dim(old.concat_dim());
}

// The padding waits here until its reader takes it.
void SetPadding(const V0LayerParameter& old, LayerParameter* layer) {
  layer->mutable_pooling_param()->set_pad(old.pad());
}

struct OldType {
  const char* old_name;
  const char* name;
  void (*set)(const V0LayerParameter&, LayerParameter*);  // null: no parameters
};
constexpr OldType kOldTypes[] = {
    {"accuracy", "Accuracy", nullptr},
    {"bnll", "BNLL", nullptr},
    {"concat", "Concat", SetConcat},
    {"conv", "Convolution", SetConvolution},
    {"data", "Data", nullptr},
    {"dropout", "Dropout", nullptr},
    {"euclidean_loss", "EuclideanLoss", nullptr},
    {"flatten", "Flatten", nullptr},
    {"hdf5_data", "HDF5Data", nullptr},
    {"hinge_loss", "HingeLoss", nullptr},
    {"images", "ImageData", nullptr},
    {"infogain_loss", "InfogainLoss", nullptr},
    {"innerproduct", "InnerProduct", SetInnerProduct},
    {"lrn", "LRN", SetLrn},
    {"multinomial_logistic_loss", "MultinomialLogisticLoss", nullptr},
    {"padding", kPadding, SetPadding},
    {"pool", "Pooling", SetPooling},
    {"relu", "ReLU", nullptr},
    {"sigmoid", "Sigmoid", nullptr},
    {"softmax", "Softmax", nullptr},
    {"softmax_loss", "SoftmaxWithLoss", nullptr},
    {"split", "Split", nullptr},
    {"tanh", "TanH", nullptr},
};

LayerParameter UpgradeGeneration0(V1LayerParameter* old) {
  LayerParameter layer;
  V0LayerParameter* inner = old->mutable_layer();
  layer.set_name(inner->name());
  layer.mutable_bottom()->Swap(old->mutable_bottom());
  layer.mutable_top()->Swap(old->mutable_top());
  layer.mutable_blobs()->Swap(inner->mutable_blobs());
  layer.set_type(inner->type());
  for (const OldType& row : kOldTypes) {
    if (inner->type() != row.old_name) continue;
    layer.set_type(row.name);
    if (row.set != nullptr) row.set(*inner, &layer);
  }
  return layer;
}

// Takes the padding of a layer above into a convolution or pooling; other readers keep it, and it is not built.
bool TakePadding(const LayerParameter& padding, LayerParameter* layer) {
  if (layer->bottom_size() != 1 || padding.top_size() != 1 || padding.bottom_size() != 1 ||
      layer->bottom(0) != padding.top(0)) {
    return false;
  }
  const uint32_t pad = padding.pooling_param().pad();
  if (layer->has_convolution_param()) {
    layer->mutable_convolution_param()->set_pad(0, layer->convolution_param().pad(0) + pad);
  } else if (layer->type() == "Pooling") {
    layer->mutable_pooling_param()->set_pad(layer->pooling_param().pad() + pad);
  } else {
    return false;
  }
  layer->set_bottom(0, padding.bottom(0));
  return true;
}

}  // namespace

void UpgradeLayers(NetParameter* net) {
  for (V1LayerParameter& old : *net->mutable_layers()) {
    if (!old.has_layer()) {
      *net->add_layer() = UpgradeGeneration1(&old);
      continue;
    }
    LayerParameter layer = UpgradeGeneration0(&old);
    // Files have a padding directly before the layer that reads it.
    const int count = net->layer_size();
    if (count > 0 && net->layer(count - 1).type() == kPadding && TakePadding(net->layer(count - 1), &layer)) {
      net->mutable_layer()->RemoveLast();
    }
    *net->add_layer() = std::move(layer);
  }
  net->clear_layers();
}

}  // namespace bm::caffe
