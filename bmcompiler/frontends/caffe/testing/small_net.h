// A small network in Caffe's two forms, for tests that damage or vary it.
#ifndef BMCOMPILER_FRONTENDS_CAFFE_TESTING_SMALL_NET_H_
#define BMCOMPILER_FRONTENDS_CAFFE_TESTING_SMALL_NET_H_

#include <string>
#include <utility>
#include <vector>

#include "bmcompiler/frontends/caffe/caffe.pb.h"

namespace bm::caffe::testing {

inline constexpr char kSmallPrototxt[] = R"(
name: "small"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 } }
layer { name: "bn1" type: "BatchNorm" bottom: "conv1" top: "conv1" batch_norm_param { eps: 1e-4 } }
layer { name: "scale1" type: "Scale" bottom: "conv1" top: "conv1" scale_param { bias_term: true } }
layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1" pooling_param { pool: AVE kernel_size: 3 stride: 2 } }
layer { name: "slice" type: "Slice" bottom: "pool1" top: "a" top: "b" slice_param { slice_point: 1 } }
layer { name: "concat" type: "Concat" bottom: "b" bottom: "a" top: "concat" }
layer { name: "perm" type: "Permute" bottom: "concat" top: "perm" permute_param { order: 0 order: 2 order: 3 order: 1 } }
layer { name: "flat" type: "Flatten" bottom: "perm" top: "flat" }
layer { name: "fc" type: "InnerProduct" bottom: "flat" top: "fc" inner_product_param { num_output: 5 } }
layer { name: "prior" type: "PriorBox" bottom: "pool1" bottom: "data" top: "prior"
  prior_box_param { min_size: 2 aspect_ratio: 2 variance: 0.1 } }
layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }
)";

// A layer's blobs, every value 0.01 * (position + 1).
inline void AddWeights(NetParameter* net, const std::string& name, const std::vector<std::vector<int>>& shapes) {
  LayerParameter* layer = net->add_layer();
  layer->set_name(name);
  for (const std::vector<int>& shape : shapes) {
    BlobProto* blob = layer->add_blobs();
    int count = 1;
    for (const int extent : shape) {
      blob->mutable_shape()->add_dim(extent);
      count *= extent;
    }
    for (int i = 0; i < count; ++i) blob->add_data(0.01f * static_cast<float>(i + 1));
  }
}

inline std::string SmallCaffemodel() {
  NetParameter net;
  AddWeights(&net, "conv1", {{4, 3, 3, 3}, {4}});
  AddWeights(&net, "bn1", {{4}, {4}, {1}});
  AddWeights(&net, "scale1", {{4}, {4}});
  AddWeights(&net, "fc", {{5, 64}, {5}});
  return net.SerializeAsString();
}

}  // namespace bm::caffe::testing

#endif  // BMCOMPILER_FRONTENDS_CAFFE_TESTING_SMALL_NET_H_
