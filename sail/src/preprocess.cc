// ImagePreProcess and EngineImagePreProcess.
#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <mutex>
#include <thread>

#include "decoder_multi.h"
#include "sail/src/error.h"

namespace sail {
namespace {

using Scales = Bmcv::Scales;

constexpr int kBatches[] = {1, 4, 8, 16, 32, 64};

// How a picture is brought to the network's size.
struct ResizeRow {
  sail_resize_type type;
  bool keeps_aspect;
  bool vpp;
  bmcv_resize_algorithm algorithm;
};
constexpr ResizeRow kResizes[] = {
    {BM_RESIZE_VPP_NEAREST, false, true, BMCV_INTER_NEAREST}, {BM_RESIZE_TPU_NEAREST, false, false, BMCV_INTER_NEAREST},
    {BM_RESIZE_TPU_LINEAR, false, false, BMCV_INTER_LINEAR},  {BM_RESIZE_TPU_BICUBIC, false, false, BMCV_INTER_BICUBIC},
    {BM_PADDING_VPP_NEAREST, true, true, BMCV_INTER_NEAREST}, {BM_PADDING_TPU_NEAREST, true, false, BMCV_INTER_NEAREST},
    {BM_PADDING_TPU_LINEAR, true, false, BMCV_INTER_LINEAR},  {BM_PADDING_TPU_BICUBIC, true, false, BMCV_INTER_BICUBIC},
};

const ResizeRow& ResizeOf(sail_resize_type type) {
  for (const ResizeRow& row : kResizes) {
    if (row.type == type) return row;
  }
  Throw(SAIL_ERR_BMI_PARAM, absl::StrCat("the resize mode ", type, "; 0 to ", BM_PADDING_TPU_BICUBIC));
}

struct Item {
  BMImage image;
  int channel = -1, index = -1;
  std::vector<int> place;
};

struct Batch {
  Tensor tensor;
  std::vector<BMImage> images;
  std::vector<int> channels, indices;
  std::vector<std::vector<int>> places;
};

struct Target {
  int width = 0, height = 0;  // 0: not set
  bool rgb = false;
  bm_image_data_format_ext type = DATA_TYPE_EXT_1N_BYTE;
  int padding_b = 114, padding_g = 114, padding_r = 114;
  bool centred = false;
  Scales scales{{1.0f, 0.0f}, {1.0f, 0.0f}, {1.0f, 0.0f}};

  bm_image_format_ext format() const { return rgb ? FORMAT_RGB_PLANAR : FORMAT_BGR_PLANAR; }
};

// Where a picture of w x h lies in the target, [x, y, w, h].
std::vector<int> PlaceOf(const Target& target, bool keeps_aspect, int w, int h) {
  if (!keeps_aspect) return {0, 0, target.width, target.height};
  const double scale = std::min(static_cast<double>(target.width) / w, static_cast<double>(target.height) / h);
  const int width = std::min(std::max(static_cast<int>(std::lround(w * scale)), 1), target.width);
  const int height = std::min(std::max(static_cast<int>(std::lround(h * scale)), 1), target.height);
  const int gap = target.centred ? 2 : 0;
  return {gap == 0 ? 0 : (target.width - width) / gap, gap == 0 ? 0 : (target.height - height) / gap, width, height};
}

}  // namespace

struct ImagePreProcess::Impl {
  Impl(int batch_size, const ResizeRow& resize_row, int tpu_id, size_t in_size, size_t out_size)
      : batch(batch_size), resize(resize_row), handle(tpu_id), bmcv(handle), queue_in(in_size), queue_out(out_size) {
    worker = std::thread([this] { Work(); });
  }
  ~Impl() { Stop(); }

  void Stop();
  void Work();
  // A picture made ready in part `slot` of the tensor.
  void Prepare(Item* item, const Target& to, int slot, Tensor* tensor);
  Batch PrepareBatch(std::vector<Item> items, const Target& to);

  const int batch;
  const ResizeRow& resize;
  Handle handle;
  Bmcv bmcv;
  const size_t queue_in, queue_out;  // pictures
  std::mutex mutex;                  // of what follows
  std::condition_variable changed;
  Target target;
  bool has_scales = false, print = false, is_exhausted = false, stopping = false, finished = false;
  std::string failure;  // why the thread ended early
  std::deque<Item> pushed;
  std::deque<Batch> ready;
  std::thread worker;
};

void ImagePreProcess::Impl::Stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex);
    stopping = true;
    changed.notify_all();
  }
  if (worker.joinable()) worker.join();
}

void ImagePreProcess::Impl::Prepare(Item* item, const Target& to, int slot, Tensor* tensor) {
  BMImage& picture = item->image;
  item->place = PlaceOf(to, resize.keeps_aspect, picture.width(), picture.height());
  BMImage converted, sized(handle, to.height, to.width, to.format(), DATA_TYPE_EXT_1N_BYTE);
  BMImage* source = &picture;
  if (!resize.vpp && picture.format() != to.format()) {
    converted = bmcv.convert_format(picture, to.format());  // the TPU resizes within a format
    source = &converted;
  }
  PaddingAtrr padding(item->place[0], item->place[1], item->place[2], item->place[3],
                      static_cast<unsigned char>(to.padding_r), static_cast<unsigned char>(to.padding_g),
                      static_cast<unsigned char>(to.padding_b));
  int ret = 0;
  if (resize.keeps_aspect) {
    ret = bmcv.vpp_resize_padding(*source, sized, to.width, to.height, padding, resize.algorithm);
  } else if (resize.vpp) {
    ret = bmcv.vpp_resize(*source, sized, to.width, to.height, resize.algorithm);
  } else {
    ret = bmcv.resize(*source, sized, to.width, to.height, resize.algorithm);
  }
  if (ret != 0) {
    Throw(SAIL_ERR_BMI_BMCV, absl::StrCat("resizing an image of ", picture.width(), " x ", picture.height(),
                                          ", format ", picture.format(), ": bmcv status ", ret));
  }
  const unsigned elements = 3u * static_cast<unsigned>(to.height) * static_cast<unsigned>(to.width);
  Tensor part(*tensor, {1, 3, to.height, to.width}, elements * static_cast<unsigned>(slot));
  BMImage scaled = bmcv.tensor_to_bm_image(part, to.rgb);
  ret = bmcv.convert_to(sized, scaled, to.scales);
  if (ret != 0) Throw(SAIL_ERR_BMI_BMCV, absl::StrCat("convert_to type ", to.type, ": bmcv status ", ret));
}

Batch ImagePreProcess::Impl::PrepareBatch(std::vector<Item> items, const Target& to) {
  Batch result;
  result.tensor =
      Tensor(handle, {batch, 3, to.height, to.width}, bmcv.get_bm_data_type(to.type), false, /*own_dev_data=*/true);
  for (size_t i = 0; i < items.size(); ++i) {
    Prepare(&items[i], to, static_cast<int>(i), &result.tensor);
    result.images.push_back(std::move(items[i].image));
    result.channels.push_back(items[i].channel);
    result.indices.push_back(items[i].index);
    result.places.push_back(std::move(items[i].place));
  }
  return result;
}

void ImagePreProcess::Impl::Work() {
  const size_t whole = static_cast<size_t>(batch);
  std::unique_lock<std::mutex> lock(mutex);
  while (true) {
    changed.wait(lock, [&] {
      const bool has_room = ready.empty() || (ready.size() + 1) * whole <= queue_out;
      return stopping || (has_room && (pushed.size() >= whole || is_exhausted));
    });
    if (stopping || pushed.empty()) break;
    std::vector<Item> items;
    while (items.size() < whole && !pushed.empty()) {
      items.push_back(std::move(pushed.front()));
      pushed.pop_front();
    }
    changed.notify_all();
    const Target to = target;
    lock.unlock();
    const double start = get_current_time_us();
    Batch prepared;
    std::string error;
    try {
      prepared = PrepareBatch(std::move(items), to);
    } catch (const std::exception& failed) {
      error = failed.what();
    }
    const double end = get_current_time_us();
    lock.lock();
    if (print) printf("ImagePreProcess: a batch of %d time use: %.4f ms\n", batch, (end - start) / 1e3);
    if (!error.empty()) {
      failure = error;
      break;
    }
    ready.push_back(std::move(prepared));
    changed.notify_all();
  }
  finished = true;
  changed.notify_all();
}

ImagePreProcess::ImagePreProcess(int batch_size, sail_resize_type resize_mode, int tpu_id, int queue_in_size,
                                 int queue_out_size, bool use_mat_flag) {
  if (use_mat_flag) throw NotSupport("sail::ImagePreProcess with pictures of OpenCV; push BMImages");
  if (std::find(std::begin(kBatches), std::end(kBatches), batch_size) == std::end(kBatches) || queue_in_size < 1 ||
      queue_out_size < 1) {
    Throw(SAIL_ERR_BMI_PARAM, absl::StrCat("batches of ", batch_size, ", queues of ", queue_in_size, " and ",
                                           queue_out_size, "; 1, 4, 8, 16, 32 or 64, and at least 1"));
  }
  // A queue holds a batch at least.
  impl_.reset(new Impl(batch_size, ResizeOf(resize_mode), tpu_id,
                       static_cast<size_t>(std::max(queue_in_size, batch_size)), static_cast<size_t>(queue_out_size)));
}

ImagePreProcess::~ImagePreProcess() = default;

void ImagePreProcess::SetResizeImageAtrr(int width, int height, bool bgr2rgb, bm_image_data_format_ext dtype) {
  if (width < 1 || height < 1) {
    Throw(SAIL_ERR_BMI_PARAM, absl::StrCat("pictures of ", width, " x ", height, "; at least 1 x 1"));
  }
  impl_->bmcv.get_bm_data_type(dtype);  // throws for a type that no tensor has
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->target.width = width;
  impl_->target.height = height;
  impl_->target.rgb = bgr2rgb;
  impl_->target.type = dtype;
}

void ImagePreProcess::SetPaddingAtrr(int padding_b, int padding_g, int padding_r, int align) {
  for (const int value : {padding_b, padding_g, padding_r}) {
    if (value < 0 || value > 255) Throw(SAIL_ERR_BMI_PARAM, absl::StrCat("the padding ", value, "; 0 to 255"));
  }
  if (align != 0 && align != 1) Throw(SAIL_ERR_BMI_PARAM, absl::StrCat("the alignment ", align, "; 0 or 1"));
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->target.padding_b = padding_b;
  impl_->target.padding_g = padding_g;
  impl_->target.padding_r = padding_r;
  impl_->target.centred = align == 1;
}

int ImagePreProcess::SetConvertAtrr(const Scales& alpha_beta) {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  if (impl_->has_scales) return 1;
  impl_->has_scales = true;
  impl_->target.scales = alpha_beta;
  return 0;
}

int ImagePreProcess::PushImage(int channel_idx, int image_idx, BMImage& image) {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  if (image.empty_check() == 0 || impl_->target.width == 0 || impl_->is_exhausted || impl_->finished) {
    spdlog::error("PushImage {} of channel {}: {}", image_idx, channel_idx,
                  image.empty_check() == 0   ? "there is no image"
                  : impl_->target.width == 0 ? "SetResizeImageAtrr comes first"
                  : impl_->failure.empty()   ? "the last picture was pushed before"
                                             : impl_->failure.c_str());
    return 1;
  }
  if (impl_->pushed.size() >= impl_->queue_in) return 2;
  Item item;
  item.image = std::move(image);
  item.channel = channel_idx;
  item.index = image_idx;
  impl_->pushed.push_back(std::move(item));
  impl_->changed.notify_all();
  return 0;
}

std::tuple<sail::Tensor, std::vector<BMImage>, std::vector<int>, std::vector<int>, std::vector<std::vector<int>>>
ImagePreProcess::GetBatchData() {
  std::unique_lock<std::mutex> lock(impl_->mutex);
  impl_->changed.wait(lock, [this] { return !impl_->ready.empty() || impl_->finished; });
  if (impl_->ready.empty()) {
    Throw(SAIL_ERR_RUNTIME_BASIC, impl_->failure.empty() ? "GetBatchData after the last batch" : impl_->failure);
  }
  Batch batch = std::move(impl_->ready.front());
  impl_->ready.pop_front();
  impl_->changed.notify_all();
  return std::make_tuple(std::move(batch.tensor), std::move(batch.images), std::move(batch.channels),
                         std::move(batch.indices), std::move(batch.places));
}

void ImagePreProcess::set_print_flag(bool print_flag) {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->print = print_flag;
}

void ImagePreProcess::exhausted() {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->is_exhausted = true;
  impl_->changed.notify_all();
}

bool ImagePreProcess::get_exhausted_flag() {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->is_exhausted;
}

void ImagePreProcess::stop_thread() { impl_->Stop(); }

// ---- With the inference ----

struct EngineImagePreProcess::Impl {
  Impl(const std::string& path, int id) : tpu_id(id), engine(path, id, DEVIO), graph(engine.get_graph_names()[0]) {
    const std::vector<std::string> names = engine.get_input_names(graph);
    input = names[0];
    shape = engine.get_input_shape(graph, input);
    if (names.size() != 1 || shape.size() != 4 || shape[1] != 3) {
      Throw(SAIL_ERR_ENGINE_SHAPE, absl::StrCat(path, " has ", names.size(), " inputs, the first of shape ",
                                                ShapeText(shape), "; one of shape [N, 3, H, W]"));
    }
  }

  // The preparation; logs where there is none yet.
  ImagePreProcess* Prepared(const char* function) {
    if (process == nullptr) spdlog::error("{}: InitImagePreProcess comes first", function);
    return process.get();
  }

  const int tpu_id;
  Engine engine;  // on device memory; a batch's outputs are copied where they are wanted
  const std::string graph;
  std::string input;
  std::vector<int> shape;
  std::unique_ptr<ImagePreProcess> process;
};

EngineImagePreProcess::EngineImagePreProcess(const std::string& bmodel_path, int tpu_id, bool use_mat_output,
                                             std::vector<int>) {
  if (use_mat_output) throw NotSupport("sail::EngineImagePreProcess with pictures of OpenCV; take BMImages");
  impl_.reset(new Impl(bmodel_path, tpu_id));
}

EngineImagePreProcess::~EngineImagePreProcess() = default;

int EngineImagePreProcess::InitImagePreProcess(sail_resize_type resize_mode, bool bgr2rgb, int queue_in_size,
                                               int queue_out_size) {
  if (impl_->process != nullptr) return 1;
  std::unique_ptr<ImagePreProcess> process(
      new ImagePreProcess(impl_->shape[0], resize_mode, impl_->tpu_id, queue_in_size, queue_out_size));
  Bmcv bmcv(impl_->engine.get_handle());
  process->SetResizeImageAtrr(impl_->shape[3], impl_->shape[2], bgr2rgb,
                              bmcv.get_bm_image_data_format(impl_->engine.get_input_dtype(impl_->graph, impl_->input)));
  impl_->process = std::move(process);
  return 0;
}

int EngineImagePreProcess::SetPaddingAtrr(int padding_b, int padding_g, int padding_r, int align) {
  ImagePreProcess* const process = impl_->Prepared("SetPaddingAtrr");
  if (process == nullptr) return 1;
  process->SetPaddingAtrr(padding_b, padding_g, padding_r, align);
  return 0;
}

int EngineImagePreProcess::SetConvertAtrr(const Scales& alpha_beta) {
  ImagePreProcess* const process = impl_->Prepared("SetConvertAtrr");
  if (process == nullptr) return 1;
  const float scale = impl_->engine.get_input_scale(impl_->graph, impl_->input);
  const auto scaled = [scale](const std::pair<float, float>& pair) {
    return std::make_pair(pair.first * scale, pair.second * scale);
  };
  return process->SetConvertAtrr(
      Scales(scaled(std::get<0>(alpha_beta)), scaled(std::get<1>(alpha_beta)), scaled(std::get<2>(alpha_beta))));
}

int EngineImagePreProcess::PushImage(int channel_idx, int image_idx, BMImage& image) {
  ImagePreProcess* const process = impl_->Prepared("PushImage");
  return process == nullptr ? 1 : process->PushImage(channel_idx, image_idx, image);
}

std::tuple<std::map<std::string, sail::Tensor*>, std::vector<BMImage>, std::vector<int>, std::vector<int>,
           std::vector<std::vector<int>>>
EngineImagePreProcess::GetBatchData(bool need_d2s) {
  ImagePreProcess* const process = impl_->Prepared("GetBatchData");
  if (process == nullptr) Throw(SAIL_ERR_RUNTIME_BASIC, "GetBatchData before InitImagePreProcess");
  auto batch = process->GetBatchData();
  Engine& engine = impl_->engine;
  std::map<std::string, Tensor*> inputs{{impl_->input, &std::get<0>(batch)}}, outputs;
  std::vector<std::unique_ptr<Tensor>> owned;
  for (const std::string& name : engine.get_output_names(impl_->graph)) {
    owned.emplace_back(new Tensor(engine.get_handle(), engine.get_max_output_shapes(impl_->graph).at(name),
                                  engine.get_output_dtype(impl_->graph, name), need_d2s, true));
    outputs[name] = owned.back().get();
  }
  engine.process(impl_->graph, inputs, outputs);
  if (need_d2s) {
    for (const std::unique_ptr<Tensor>& tensor : owned) tensor->sync_d2s();
  }
  for (std::unique_ptr<Tensor>& tensor : owned) tensor.release();
  return std::make_tuple(std::move(outputs), std::move(std::get<1>(batch)), std::move(std::get<2>(batch)),
                         std::move(std::get<3>(batch)), std::move(std::get<4>(batch)));
}

std::string EngineImagePreProcess::get_graph_name() { return impl_->graph; }
int EngineImagePreProcess::get_input_width() { return impl_->shape[3]; }
int EngineImagePreProcess::get_input_height() { return impl_->shape[2]; }
std::vector<std::string> EngineImagePreProcess::get_output_names() {
  return impl_->engine.get_output_names(impl_->graph);
}
std::vector<int> EngineImagePreProcess::get_output_shape(const std::string& tensor_name) {
  return impl_->engine.get_output_shape(impl_->graph, tensor_name);
}

void EngineImagePreProcess::exhausted() {
  if (ImagePreProcess* const process = impl_->Prepared("exhausted")) process->exhausted();
}
bool EngineImagePreProcess::get_exhausted_flag() {
  return impl_->process != nullptr && impl_->process->get_exhausted_flag();
}

}  // namespace sail
