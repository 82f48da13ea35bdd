// Boxes of detection networks out of their output tensors, on the host.
//
//   sail::algo_yolov5_post_cpu_opt post(shapes_of_the_outputs, 640, 640);
//   std::vector<std::vector<sail::DeteObjRect>> boxes;
//   post.process(outputs, widths, heights, boxes, {0.5f}, {0.5f}, true, false);
//
// Host memory is read (call sync_d2s before). Boxes are in pixels of the original pictures, best first.
#ifndef SAIL_ALGOKIT_H_
#define SAIL_ALGOKIT_H_

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "tensor.h"

typedef enum sail_algo_status {
  SAIL_ALGO_SUCCESS = 0,
  SAIL_ALGO_BUFFER_FULL = 50001,
  SAIL_ALGO_BUFFER_EMPRT = 50002,
  SAIL_ALGO_ERROR_D2S = 50003,
  SAIL_ALGO_ERROR_BATCHSIZE = 50004,
  SAIL_ALGO_ERROR_SHAPES = 50005,
  SAIL_ALGO_ERROR_PARAMS = 50006
} sail_algo_status;

namespace sail {

struct DeteObjRect {
  unsigned int class_id;
  float score;
  float left;
  float top;
  float right;
  float bottom;
  float width;
  float height;
};

struct TrackObjRect : public DeteObjRect {
  unsigned int track_id;
};

template <typename T>
class Point {
 public:
  T x;
  T y;
};
typedef Point<int> Point32I;
typedef Point<float> Point32F;
typedef Point<double> Point64D;

// a: the angle.
template <typename T>
class RotatedBox {
 public:
  T x_ctr;
  T y_ctr;
  T w;
  T h;
  float a;
};
typedef RotatedBox<int> RotatedBox32I;
typedef RotatedBox<float> RotatedBox32F;
typedef RotatedBox<double> RotatedBox64D;

// Not built. The indices of the boxes that remain.
std::vector<int> nms_rotated(std::vector<std::vector<float>>& boxes, std::vector<float>& scores, float threshold);

namespace algo {
// [left, top, right, bottom, class, score].
using BoxTuple = std::tuple<int, int, int, int, int, float>;
// The same and the track.
using TrackTuple = std::tuple<int, int, int, int, int, float, int>;
using Ints = std::vector<int>;
using Floats = std::vector<float>;
using Shapes = std::vector<std::vector<int>>;
using Outputs = std::vector<TensorPTRWithName>;
// Anchors [head][anchor] of [width, height] in pixels of the network's input; heads from the finest grid on.
using Anchors = std::vector<std::vector<std::vector<int>>>;
}  // namespace algo

// YOLOv5 with its heads as outputs: [batch, anchors, h, w, 5 + classes] or [batch, anchors * (5 + classes), h, w],
// before the sigmoid.
//
// dete_threshold: one value, one a picture, or with lists one a class for every picture; nms_threshold: one value or
// one a picture. input_keep_aspect_ratio: the picture was put into the middle of the network's input; else it fills it.
// input_use_multiclass_nms: a place may get a box for every class above the threshold, else only for its best.
class algo_yolov5_post_cpu_opt {
 public:
  // shapes of the outputs. SailRuntimeError for shapes that are no heads of one network.
  explicit algo_yolov5_post_cpu_opt(const std::vector<std::vector<int>>& shapes, int network_w = 640,
                                    int network_h = 640);
  ~algo_yolov5_post_cpu_opt();
  algo_yolov5_post_cpu_opt(const algo_yolov5_post_cpu_opt&) = delete;
  algo_yolov5_post_cpu_opt& operator=(const algo_yolov5_post_cpu_opt&) = delete;

  // Returns a sail_algo_status. ost_w, ost_h: the sizes of the pictures, one a picture of the batch.
  int process(std::vector<TensorPTRWithName>& detected_result, std::vector<int>& ost_w, std::vector<int>& ost_h,
              std::vector<std::vector<DeteObjRect>>& detected_rects, std::vector<float>& dete_threshold,
              std::vector<float>& nms_threshold, bool input_keep_aspect_ratio, bool input_use_multiclass_nms);
  int process(std::vector<TensorPTRWithName>& detected_result, std::vector<int>& ost_w, std::vector<int>& ost_h,
              std::vector<std::vector<DeteObjRect>>& detected_rects, std::vector<std::vector<float>>& dete_threshold,
              std::vector<float>& nms_threshold, bool input_keep_aspect_ratio, bool input_use_multiclass_nms);
  // The boxes of every picture. SailRuntimeError instead of a status.
  std::vector<std::vector<algo::BoxTuple>> process(std::vector<TensorPTRWithName>& detected_result,
                                                   std::vector<int>& ost_w, std::vector<int>& ost_h,
                                                   std::vector<float>& dete_threshold,
                                                   std::vector<float>& nms_threshold, bool input_keep_aspect_ratio,
                                                   bool input_use_multiclass_nms);
  std::vector<std::vector<algo::BoxTuple>> process(std::vector<TensorPTRWithName>& detected_result,
                                                   std::vector<int>& ost_w, std::vector<int>& ost_h,
                                                   std::vector<std::vector<float>>& dete_threshold,
                                                   std::vector<float>& nms_threshold, bool input_keep_aspect_ratio,
                                                   bool input_use_multiclass_nms);
  std::vector<std::vector<algo::BoxTuple>> process(std::map<std::string, Tensor&>& detected_result,
                                                   std::vector<int>& ost_w, std::vector<int>& ost_h,
                                                   std::vector<float>& dete_threshold,
                                                   std::vector<float>& nms_threshold, bool input_keep_aspect_ratio,
                                                   bool input_use_multiclass_nms);
  std::vector<std::vector<algo::BoxTuple>> process(std::map<std::string, Tensor&>& detected_result,
                                                   std::vector<int>& ost_w, std::vector<int>& ost_h,
                                                   std::vector<std::vector<float>>& dete_threshold,
                                                   std::vector<float>& nms_threshold, bool input_keep_aspect_ratio,
                                                   bool input_use_multiclass_nms);
  // SAIL_ALGO_SUCCESS, or SAIL_ALGO_ERROR_PARAMS for anchors that are not the heads'.
  int reset_anchors(std::vector<std::vector<std::vector<int>>> anchors_new);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// What follows works in a thread of its own. push_data() copies the outputs of a batch, of which as many pictures count
// as there are channels, and returns SAIL_ALGO_BUFFER_FULL when max_queue_size batches wait. get_result() waits for the
// boxes of the next picture and gives them with its channel and index; get_result_npy() the same with pixels.
// padding_attrs: where every picture lies in the network's input, [x, y, w, h]. agnostic: boxes of different classes
// compete.

// One output [batch, boxes, 5 + classes] of decoded boxes in pixels of the network's input.
class algo_yolov5_post_1output {
 public:
  explicit algo_yolov5_post_1output(const std::vector<int>& shape, int network_w = 640, int network_h = 640,
                                    int max_queue_size = 20, bool input_use_multiclass_nms = true,
                                    bool agnostic = false);
  ~algo_yolov5_post_1output();
  algo_yolov5_post_1output(const algo_yolov5_post_1output&) = delete;
  algo_yolov5_post_1output& operator=(const algo_yolov5_post_1output&) = delete;

  int push_data(algo::Ints channel_idx, algo::Ints image_idx, TensorPTRWithName input_data, algo::Floats dete_threshold,
                algo::Floats nms_threshold, algo::Ints ost_w, algo::Ints ost_h, algo::Shapes padding_attrs);
  int push_data(algo::Ints channel_idx, algo::Ints image_idx, TensorPTRWithName input_data,
                std::vector<algo::Floats> dete_threshold, algo::Floats nms_threshold, algo::Ints ost_w,
                algo::Ints ost_h, algo::Shapes padding_attrs);
  std::tuple<std::vector<DeteObjRect>, int, int> get_result();
  std::tuple<std::vector<algo::BoxTuple>, int, int> get_result_npy();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The heads, as algo_yolov5_post_cpu_opt.
class algo_yolov5_post_3output {
 public:
  explicit algo_yolov5_post_3output(const std::vector<std::vector<int>>& shapes, int network_w = 640,
                                    int network_h = 640, int max_queue_size = 20, bool input_use_multiclass_nms = true,
                                    bool agnostic = false);
  ~algo_yolov5_post_3output();
  algo_yolov5_post_3output(const algo_yolov5_post_3output&) = delete;
  algo_yolov5_post_3output& operator=(const algo_yolov5_post_3output&) = delete;

  int push_data(algo::Ints channel_idx, algo::Ints image_idx, std::vector<TensorPTRWithName> input_data,
                algo::Floats dete_threshold, algo::Floats nms_threshold, algo::Ints ost_w, algo::Ints ost_h,
                algo::Shapes padding_attrs);
  int push_data(algo::Ints channel_idx, algo::Ints image_idx, std::vector<TensorPTRWithName> input_data,
                std::vector<algo::Floats> dete_threshold, algo::Floats nms_threshold, algo::Ints ost_w,
                algo::Ints ost_h, algo::Shapes padding_attrs);
  std::tuple<std::vector<DeteObjRect>, int, int> get_result();
  std::tuple<std::vector<algo::BoxTuple>, int, int> get_result_npy();
  int reset_anchors(std::vector<std::vector<std::vector<int>>> anchors_new);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class algo_yolov5_post_cpu_opt_async {
 public:
  explicit algo_yolov5_post_cpu_opt_async(const std::vector<std::vector<int>>& shapes, int network_w = 640,
                                          int network_h = 640, int max_queue_size = 20, bool use_multiclass_nms = true);
  ~algo_yolov5_post_cpu_opt_async();
  algo_yolov5_post_cpu_opt_async(const algo_yolov5_post_cpu_opt_async&) = delete;
  algo_yolov5_post_cpu_opt_async& operator=(const algo_yolov5_post_cpu_opt_async&) = delete;

  int push_data(algo::Ints channel_idx, algo::Ints image_idx, std::vector<TensorPTRWithName> input_data,
                algo::Floats dete_threshold, algo::Floats nms_threshold, algo::Ints ost_w, algo::Ints ost_h,
                algo::Shapes padding_attrs);
  int push_data(algo::Ints channel_idx, algo::Ints image_idx, std::vector<TensorPTRWithName> input_data,
                std::vector<algo::Floats> dete_threshold, algo::Floats nms_threshold, algo::Ints ost_w,
                algo::Ints ost_h, algo::Shapes padding_attrs);
  std::tuple<std::vector<DeteObjRect>, int, int> get_result();
  std::tuple<std::vector<algo::BoxTuple>, int, int> get_result_npy();
  int reset_anchors(std::vector<std::vector<std::vector<int>>> anchors_new);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Not built: the constructors throw NotSupport.
class algo_yolov8_post_1output_async {
 public:
  explicit algo_yolov8_post_1output_async(const std::vector<int>& shape, int network_w = 640, int network_h = 640,
                                          int max_queue_size = 20, bool input_use_multiclass_nms = true,
                                          bool agnostic = false);
  ~algo_yolov8_post_1output_async();
  algo_yolov8_post_1output_async(const algo_yolov8_post_1output_async&) = delete;
  algo_yolov8_post_1output_async& operator=(const algo_yolov8_post_1output_async&) = delete;

  int push_data(algo::Ints channel_idx, algo::Ints image_idx, TensorPTRWithName input_data, algo::Floats dete_threshold,
                algo::Floats nms_threshold, algo::Ints ost_w, algo::Ints ost_h, algo::Shapes padding_attrs);
  std::tuple<std::vector<DeteObjRect>, int, int> get_result();
  std::tuple<std::vector<algo::BoxTuple>, int, int> get_result_npy();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class algo_yolov8_post_cpu_opt_1output_async {
 public:
  explicit algo_yolov8_post_cpu_opt_1output_async(const std::vector<int>& shape, int network_w = 640,
                                                  int network_h = 640, int max_queue_size = 20,
                                                  bool input_use_multiclass_nms = true, bool agnostic = false);
  ~algo_yolov8_post_cpu_opt_1output_async();
  algo_yolov8_post_cpu_opt_1output_async(const algo_yolov8_post_cpu_opt_1output_async&) = delete;
  algo_yolov8_post_cpu_opt_1output_async& operator=(const algo_yolov8_post_cpu_opt_1output_async&) = delete;

  int push_data(algo::Ints channel_idx, algo::Ints image_idx, TensorPTRWithName input_data, algo::Floats dete_threshold,
                algo::Floats nms_threshold, algo::Ints ost_w, algo::Ints ost_h, algo::Shapes padding_attrs);
  std::tuple<std::vector<DeteObjRect>, int, int> get_result();
  std::tuple<std::vector<algo::BoxTuple>, int, int> get_result_npy();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class algo_yolox_post {
 public:
  explicit algo_yolox_post(const std::vector<int>& shape, int network_w = 640, int network_h = 640,
                           int max_queue_size = 20);
  ~algo_yolox_post();
  algo_yolox_post(const algo_yolox_post&) = delete;
  algo_yolox_post& operator=(const algo_yolox_post&) = delete;

  int push_data(algo::Ints channel_idx, algo::Ints image_idx, TensorPTRWithName input_data, algo::Floats dete_threshold,
                algo::Floats nms_threshold, algo::Ints ost_w, algo::Ints ost_h, algo::Shapes padding_attrs);
  std::tuple<std::vector<DeteObjRect>, int, int> get_result();
  std::tuple<std::vector<algo::BoxTuple>, int, int> get_result_npy();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Tracking of boxes. Not built: the constructors throw NotSupport.

class deepsort_tracker_controller {
 public:
  explicit deepsort_tracker_controller(float max_cosine_distance, int nn_budget, int k_feature_dim,
                                       float max_iou_distance = 0.7, int max_age = 30, int n_init = 3);
  deepsort_tracker_controller(const deepsort_tracker_controller& other);
  deepsort_tracker_controller& operator=(const deepsort_tracker_controller& other) = delete;
  ~deepsort_tracker_controller();

  int process(const std::vector<DeteObjRect>& detected_objects, std::vector<Tensor>& feature,
              std::vector<TrackObjRect>& tracked_objects);
  int process(const std::vector<DeteObjRect>& detected_objects, std::vector<std::vector<float>>& feature,
              std::vector<TrackObjRect>& tracked_objects);
  std::vector<algo::TrackTuple> process(const std::vector<algo::BoxTuple>& detected_objects,
                                        std::vector<Tensor>& feature);
  std::vector<algo::TrackTuple> process(const std::vector<algo::BoxTuple>& detected_objects,
                                        std::vector<std::vector<float>>& feature);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class deepsort_tracker_controller_async {
 public:
  explicit deepsort_tracker_controller_async(float max_cosine_distance, int nn_budget, int k_feature_dim,
                                             float max_iou_distance = 0.7, int max_age = 30, int n_init = 3,
                                             int queue_size = 10);
  deepsort_tracker_controller_async(const deepsort_tracker_controller_async& other);
  deepsort_tracker_controller_async& operator=(const deepsort_tracker_controller_async& other) = delete;
  ~deepsort_tracker_controller_async();

  int push_data(const std::vector<DeteObjRect>& detected_objects, std::vector<Tensor>& feature);
  int push_data(const std::vector<DeteObjRect>& detected_objects, std::vector<std::vector<float>>& feature);
  int push_data(const std::vector<algo::BoxTuple>& detected_objects, std::vector<Tensor>& feature);
  int push_data(const std::vector<algo::BoxTuple>& detected_objects, std::vector<std::vector<float>>& feature);
  std::vector<TrackObjRect> get_result();
  std::vector<algo::TrackTuple> get_result_npy();
  void set_processing_timer(bool enabled);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class bytetrack_tracker_controller {
 public:
  explicit bytetrack_tracker_controller(int frame_rate = 30, int track_buffer = 30);
  bytetrack_tracker_controller(const bytetrack_tracker_controller& other);
  bytetrack_tracker_controller& operator=(const bytetrack_tracker_controller& other) = delete;
  ~bytetrack_tracker_controller();

  int process(const std::vector<DeteObjRect>& detected_objects, std::vector<TrackObjRect>& tracked_objects);
  std::vector<algo::TrackTuple> process(const std::vector<algo::BoxTuple>& detected_objects);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class sort_tracker_controller {
 public:
  explicit sort_tracker_controller(float max_iou_distance = 0.7, int max_age = 30, int n_init = 3);
  sort_tracker_controller(const sort_tracker_controller& other);
  sort_tracker_controller& operator=(const sort_tracker_controller& other);
  ~sort_tracker_controller();

  std::vector<algo::TrackTuple> process(const std::vector<algo::BoxTuple>& detected_objects);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class sort_tracker_controller_async {
 public:
  explicit sort_tracker_controller_async(float max_iou_distance = 0.7, int max_age = 30, int n_init = 3,
                                         int input_queue_size = 10, int result_queue_size = 10);
  sort_tracker_controller_async(const sort_tracker_controller_async& other);
  sort_tracker_controller_async& operator=(const sort_tracker_controller_async& other) = delete;
  ~sort_tracker_controller_async();

  int push_data(const std::vector<algo::BoxTuple>& detected_objects);
  std::vector<algo::TrackTuple> get_result_npy();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sail

#endif  // SAIL_ALGOKIT_H_
