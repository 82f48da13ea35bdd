// The post-processing classes of algokit.h that work in a thread.
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "algokit.h"
#include "sail/src/error.h"
#include "sail/src/yolov5_network.h"

namespace sail {
namespace {

// The asynchronous classes: batches in, pictures with their boxes out, a thread between.
class Worker {
 public:
  Worker(Network network, int queue_size, bool every_class, bool across_classes)
      : network_(std::move(network)), every_class_(every_class), across_classes_(across_classes) {
    if (queue_size < 1) Throw(SAIL_ERR_RUNTIME_BASIC, absl::StrCat("a queue of ", queue_size, " batches; at least 1"));
    queue_size_ = static_cast<size_t>(queue_size);
    thread_ = std::thread([this] { Work(); });
  }
  ~Worker() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
      changed_.notify_all();
    }
    thread_.join();
  }

  int Push(Ints channels, Ints indices, const Outputs& outputs, Thresholds scores, Floats overlaps, const Ints& ost_w,
           const Ints& ost_h, const Shapes& paddings);
  std::tuple<Rects, int, int> Take();
  sail_algo_status SetAnchors(const Anchors& anchors) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return network_.SetAnchors(anchors);
  }

 private:
  struct Job {
    Ints channels, indices;
    std::vector<Floats> data;  // copies: the caller may use its tensors again
    Thresholds scores;
    Floats overlaps;
    std::vector<Placement> placements;
  };

  void Work();

  Network network_;
  const bool every_class_, across_classes_;
  size_t queue_size_ = 0;
  std::mutex mutex_;  // of the anchors and what follows
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  std::deque<std::tuple<Rects, int, int>> results_;
  bool stopping_ = false;
  std::thread thread_;
};

int Worker::Push(Ints channels, Ints indices, const Outputs& outputs, Thresholds scores, Floats overlaps,
                 const Ints& ost_w, const Ints& ost_h, const Shapes& paddings) {
  const size_t pictures = channels.size();
  // The last batch of a video has fewer pictures than the network's.
  bool fits = pictures <= static_cast<size_t>(network_.batch());
  for (const size_t count : {indices.size(), ost_w.size(), ost_h.size(), paddings.size()}) {
    fits = fits && count == pictures;
  }
  if (!fits) {
    return Refuse(SAIL_ALGO_ERROR_BATCHSIZE, absl::StrCat(pictures, " channels, ", indices.size(), " indices, ",
                                                          ost_w.size(), " widths, ", ost_h.size(), " heights, ",
                                                          paddings.size(), " places of a batch of ", network_.batch()));
  }
  Job job;
  for (size_t i = 0; i < pictures; ++i) {
    const std::vector<int>& place = paddings[i];
    if (place.size() != 4 || place[2] < 1 || place[3] < 1 || ost_w[i] < 1 || ost_h[i] < 1) {
      return Refuse(SAIL_ALGO_ERROR_PARAMS, absl::StrCat("a picture of ", ost_w[i], " x ", ost_h[i], " at ",
                                                         ShapeText(place), "; [x, y, w, h] of at least 1 x 1"));
    }
    job.placements.push_back(Padded(place, ost_w[i], ost_h[i]));
  }
  sail_algo_status status = network_.CheckThresholds(pictures, scores, overlaps);
  std::vector<const float*> data;
  if (status == SAIL_ALGO_SUCCESS) status = network_.Find(outputs, &data);
  if (status != SAIL_ALGO_SUCCESS) return status;
  for (size_t i = 0; i < data.size(); ++i) job.data.emplace_back(data[i], data[i] + network_.size(i));
  job.channels = std::move(channels);
  job.indices = std::move(indices);
  job.scores = std::move(scores);
  job.overlaps = std::move(overlaps);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (jobs_.size() >= queue_size_) return SAIL_ALGO_BUFFER_FULL;
  jobs_.push_back(std::move(job));
  changed_.notify_all();
  return SAIL_ALGO_SUCCESS;
}

std::tuple<Rects, int, int> Worker::Take() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return !results_.empty(); });
  std::tuple<Rects, int, int> result = std::move(results_.front());
  results_.pop_front();
  return result;
}

void Worker::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    const Network network = network_;
    lock.unlock();
    std::vector<const float*> data;
    for (const Floats& output : job.data) data.push_back(output.data());
    std::vector<Rects> found;
    for (size_t i = 0; i < job.channels.size(); ++i) {
      const bm::cv::DetectionLimits limits = LimitsOf(i, job.scores, job.overlaps, every_class_, across_classes_);
      found.push_back(ToPicture(network.BoxesOf(data, i, limits), job.placements[i]));
    }
    lock.lock();
    for (size_t i = 0; i < found.size(); ++i) {
      results_.emplace_back(std::move(found[i]), job.channels[i], job.indices[i]);
    }
    changed_.notify_all();
  }
}

std::tuple<std::vector<BoxTuple>, int, int> AsTuples(std::tuple<Rects, int, int> result) {
  return std::make_tuple(ToTuples(std::get<0>(result)), std::get<1>(result), std::get<2>(result));
}

}  // namespace

// ---- algo_yolov5_post_1output ----

struct algo_yolov5_post_1output::Impl {
  Worker worker;
};

algo_yolov5_post_1output::algo_yolov5_post_1output(const std::vector<int>& shape, int network_w, int network_h,
                                                   int max_queue_size, bool input_use_multiclass_nms, bool agnostic)
    : impl_(new Impl{{Network({shape}, network_w, network_h, /*is_decoded=*/true), max_queue_size,
                      input_use_multiclass_nms, agnostic}}) {}
algo_yolov5_post_1output::~algo_yolov5_post_1output() = default;

int algo_yolov5_post_1output::push_data(Ints channel_idx, Ints image_idx, TensorPTRWithName input_data,
                                        Floats dete_threshold, Floats nms_threshold, Ints ost_w, Ints ost_h,
                                        Shapes padding_attrs) {
  return impl_->worker.Push(std::move(channel_idx), std::move(image_idx), {input_data}, ByClass(dete_threshold),
                            std::move(nms_threshold), ost_w, ost_h, padding_attrs);
}
int algo_yolov5_post_1output::push_data(Ints channel_idx, Ints image_idx, TensorPTRWithName input_data,
                                        std::vector<Floats> dete_threshold, Floats nms_threshold, Ints ost_w,
                                        Ints ost_h, Shapes padding_attrs) {
  return impl_->worker.Push(std::move(channel_idx), std::move(image_idx), {input_data}, std::move(dete_threshold),
                            std::move(nms_threshold), ost_w, ost_h, padding_attrs);
}
std::tuple<std::vector<DeteObjRect>, int, int> algo_yolov5_post_1output::get_result() { return impl_->worker.Take(); }
std::tuple<std::vector<BoxTuple>, int, int> algo_yolov5_post_1output::get_result_npy() {
  return AsTuples(impl_->worker.Take());
}

// ---- algo_yolov5_post_3output ----

struct algo_yolov5_post_3output::Impl {
  Worker worker;
};

algo_yolov5_post_3output::algo_yolov5_post_3output(const std::vector<std::vector<int>>& shapes, int network_w,
                                                   int network_h, int max_queue_size, bool input_use_multiclass_nms,
                                                   bool agnostic)
    : impl_(new Impl{{Network(shapes, network_w, network_h, /*is_decoded=*/false), max_queue_size,
                      input_use_multiclass_nms, agnostic}}) {}
algo_yolov5_post_3output::~algo_yolov5_post_3output() = default;

int algo_yolov5_post_3output::push_data(Ints channel_idx, Ints image_idx, std::vector<TensorPTRWithName> input_data,
                                        Floats dete_threshold, Floats nms_threshold, Ints ost_w, Ints ost_h,
                                        Shapes padding_attrs) {
  return impl_->worker.Push(std::move(channel_idx), std::move(image_idx), input_data, ByClass(dete_threshold),
                            std::move(nms_threshold), ost_w, ost_h, padding_attrs);
}
int algo_yolov5_post_3output::push_data(Ints channel_idx, Ints image_idx, std::vector<TensorPTRWithName> input_data,
                                        std::vector<Floats> dete_threshold, Floats nms_threshold, Ints ost_w,
                                        Ints ost_h, Shapes padding_attrs) {
  return impl_->worker.Push(std::move(channel_idx), std::move(image_idx), input_data, std::move(dete_threshold),
                            std::move(nms_threshold), ost_w, ost_h, padding_attrs);
}
std::tuple<std::vector<DeteObjRect>, int, int> algo_yolov5_post_3output::get_result() { return impl_->worker.Take(); }
std::tuple<std::vector<BoxTuple>, int, int> algo_yolov5_post_3output::get_result_npy() {
  return AsTuples(impl_->worker.Take());
}

int algo_yolov5_post_3output::reset_anchors(std::vector<std::vector<std::vector<int>>> anchors_new) {
  return impl_->worker.SetAnchors(anchors_new);
}

// ---- algo_yolov5_post_cpu_opt_async ----

struct algo_yolov5_post_cpu_opt_async::Impl {
  Worker worker;
};

algo_yolov5_post_cpu_opt_async::algo_yolov5_post_cpu_opt_async(const std::vector<std::vector<int>>& shapes,
                                                               int network_w, int network_h, int max_queue_size,
                                                               bool use_multiclass_nms)
    : impl_(new Impl{{Network(shapes, network_w, network_h, /*is_decoded=*/false), max_queue_size, use_multiclass_nms,
                      /*across_classes=*/false}}) {}
algo_yolov5_post_cpu_opt_async::~algo_yolov5_post_cpu_opt_async() = default;

int algo_yolov5_post_cpu_opt_async::push_data(Ints channel_idx, Ints image_idx,
                                              std::vector<TensorPTRWithName> input_data, Floats dete_threshold,
                                              Floats nms_threshold, Ints ost_w, Ints ost_h, Shapes padding_attrs) {
  return impl_->worker.Push(std::move(channel_idx), std::move(image_idx), input_data, ByClass(dete_threshold),
                            std::move(nms_threshold), ost_w, ost_h, padding_attrs);
}
int algo_yolov5_post_cpu_opt_async::push_data(Ints channel_idx, Ints image_idx,
                                              std::vector<TensorPTRWithName> input_data,
                                              std::vector<Floats> dete_threshold, Floats nms_threshold, Ints ost_w,
                                              Ints ost_h, Shapes padding_attrs) {
  return impl_->worker.Push(std::move(channel_idx), std::move(image_idx), input_data, std::move(dete_threshold),
                            std::move(nms_threshold), ost_w, ost_h, padding_attrs);
}
std::tuple<std::vector<DeteObjRect>, int, int> algo_yolov5_post_cpu_opt_async::get_result() {
  return impl_->worker.Take();
}
std::tuple<std::vector<BoxTuple>, int, int> algo_yolov5_post_cpu_opt_async::get_result_npy() {
  return AsTuples(impl_->worker.Take());
}

int algo_yolov5_post_cpu_opt_async::reset_anchors(std::vector<std::vector<std::vector<int>>> anchors_new) {
  return impl_->worker.SetAnchors(anchors_new);
}

}  // namespace sail
