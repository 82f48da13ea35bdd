#include "algokit.h"

#include "sail/src/error.h"
#include "sail/src/yolov5_network.h"

namespace sail {

static Outputs Listed(std::map<std::string, Tensor&>& tensors) {
  Outputs outputs;
  for (auto& [name, tensor] : tensors) outputs.emplace_back(name, &tensor);
  return outputs;
}

struct algo_yolov5_post_cpu_opt::Impl {
  // The boxes of every picture. Thresholds and sizes as process() takes them.
  int Process(const Outputs& outputs, const Ints& ost_w, const Ints& ost_h, const Thresholds& scores,
              const Floats& overlaps, bool keeps_aspect, bool every_class, std::vector<Rects>* rects) const {
    const size_t pictures = static_cast<size_t>(network.batch());
    if (ost_w.size() != pictures || ost_h.size() != pictures) {
      return Refuse(SAIL_ALGO_ERROR_BATCHSIZE,
                    absl::StrCat(ost_w.size(), " widths and ", ost_h.size(), " heights for a batch of ", pictures));
    }
    for (size_t i = 0; i < pictures; ++i) {
      if (ost_w[i] < 1 || ost_h[i] < 1) {
        return Refuse(SAIL_ALGO_ERROR_PARAMS, absl::StrCat("a picture of ", ost_w[i], " x ", ost_h[i]));
      }
    }
    std::vector<const float*> data;
    sail_algo_status status = network.CheckThresholds(pictures, scores, overlaps);
    if (status == SAIL_ALGO_SUCCESS) status = network.Find(outputs, &data);
    if (status != SAIL_ALGO_SUCCESS) return status;
    rects->clear();
    for (size_t i = 0; i < pictures; ++i) {
      const Placement placement = (keeps_aspect ? Centre : Fill)(network.width(), network.height(), ost_w[i], ost_h[i]);
      rects->push_back(
          ToPicture(network.BoxesOf(data, i, LimitsOf(i, scores, overlaps, every_class, false)), placement));
    }
    return SAIL_ALGO_SUCCESS;
  }

  std::vector<std::vector<BoxTuple>> Tuples(const Outputs& outputs, const Ints& ost_w, const Ints& ost_h,
                                            const Thresholds& scores, const Floats& overlaps, bool keeps_aspect,
                                            bool every_class) const {
    std::vector<Rects> rects;
    const int status = Process(outputs, ost_w, ost_h, scores, overlaps, keeps_aspect, every_class, &rects);
    if (status != SAIL_ALGO_SUCCESS) {
      Throw(SAIL_ERR_RUNTIME_BASIC, absl::StrCat("algo_yolov5_post_cpu_opt: sail_algo_status ", status));
    }
    std::vector<std::vector<BoxTuple>> tuples;
    for (const Rects& picture : rects) tuples.push_back(ToTuples(picture));
    return tuples;
  }

  Network network;
};

algo_yolov5_post_cpu_opt::algo_yolov5_post_cpu_opt(const std::vector<std::vector<int>>& shapes, int network_w,
                                                   int network_h)
    : impl_(new Impl{Network(shapes, network_w, network_h, /*is_decoded=*/false)}) {}
algo_yolov5_post_cpu_opt::~algo_yolov5_post_cpu_opt() = default;

int algo_yolov5_post_cpu_opt::process(std::vector<TensorPTRWithName>& detected_result, std::vector<int>& ost_w,
                                      std::vector<int>& ost_h, std::vector<std::vector<DeteObjRect>>& detected_rects,
                                      std::vector<float>& dete_threshold, std::vector<float>& nms_threshold,
                                      bool input_keep_aspect_ratio, bool input_use_multiclass_nms) {
  return impl_->Process(detected_result, ost_w, ost_h, ByClass(dete_threshold), nms_threshold, input_keep_aspect_ratio,
                        input_use_multiclass_nms, &detected_rects);
}
int algo_yolov5_post_cpu_opt::process(std::vector<TensorPTRWithName>& detected_result, std::vector<int>& ost_w,
                                      std::vector<int>& ost_h, std::vector<std::vector<DeteObjRect>>& detected_rects,
                                      std::vector<std::vector<float>>& dete_threshold,
                                      std::vector<float>& nms_threshold, bool input_keep_aspect_ratio,
                                      bool input_use_multiclass_nms) {
  return impl_->Process(detected_result, ost_w, ost_h, dete_threshold, nms_threshold, input_keep_aspect_ratio,
                        input_use_multiclass_nms, &detected_rects);
}
std::vector<std::vector<BoxTuple>> algo_yolov5_post_cpu_opt::process(std::vector<TensorPTRWithName>& detected_result,
                                                                     std::vector<int>& ost_w, std::vector<int>& ost_h,
                                                                     std::vector<float>& dete_threshold,
                                                                     std::vector<float>& nms_threshold,
                                                                     bool input_keep_aspect_ratio,
                                                                     bool input_use_multiclass_nms) {
  return impl_->Tuples(detected_result, ost_w, ost_h, ByClass(dete_threshold), nms_threshold, input_keep_aspect_ratio,
                       input_use_multiclass_nms);
}
std::vector<std::vector<BoxTuple>> algo_yolov5_post_cpu_opt::process(std::vector<TensorPTRWithName>& detected_result,
                                                                     std::vector<int>& ost_w, std::vector<int>& ost_h,
                                                                     std::vector<std::vector<float>>& dete_threshold,
                                                                     std::vector<float>& nms_threshold,
                                                                     bool input_keep_aspect_ratio,
                                                                     bool input_use_multiclass_nms) {
  return impl_->Tuples(detected_result, ost_w, ost_h, dete_threshold, nms_threshold, input_keep_aspect_ratio,
                       input_use_multiclass_nms);
}
std::vector<std::vector<BoxTuple>> algo_yolov5_post_cpu_opt::process(std::map<std::string, Tensor&>& detected_result,
                                                                     std::vector<int>& ost_w, std::vector<int>& ost_h,
                                                                     std::vector<float>& dete_threshold,
                                                                     std::vector<float>& nms_threshold,
                                                                     bool input_keep_aspect_ratio,
                                                                     bool input_use_multiclass_nms) {
  return impl_->Tuples(Listed(detected_result), ost_w, ost_h, ByClass(dete_threshold), nms_threshold,
                       input_keep_aspect_ratio, input_use_multiclass_nms);
}
std::vector<std::vector<BoxTuple>> algo_yolov5_post_cpu_opt::process(std::map<std::string, Tensor&>& detected_result,
                                                                     std::vector<int>& ost_w, std::vector<int>& ost_h,
                                                                     std::vector<std::vector<float>>& dete_threshold,
                                                                     std::vector<float>& nms_threshold,
                                                                     bool input_keep_aspect_ratio,
                                                                     bool input_use_multiclass_nms) {
  return impl_->Tuples(Listed(detected_result), ost_w, ost_h, dete_threshold, nms_threshold, input_keep_aspect_ratio,
                       input_use_multiclass_nms);
}

int algo_yolov5_post_cpu_opt::reset_anchors(std::vector<std::vector<std::vector<int>>> anchors_new) {
  return impl_->network.SetAnchors(anchors_new);
}

}  // namespace sail
