// Several videos at once, and batches of pictures made ready for a network.
#ifndef SAIL_DECODER_MULTI_H_
#define SAIL_DECODER_MULTI_H_

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "cvwrapper.h"
#include "engine.h"

namespace sail {

// A thread per channel decodes into a queue.
//
//   sail::MultiDecoder decoder(10, 0);
//   const int channel = decoder.add_channel("rtsp://camera/1");
//   sail::BMImage frame;
//   if (decoder.read(channel, frame, 1) == 0) { ... }
//
// Statuses: SAIL_ERR_DEC_MDRD for a channel that there is not, SAIL_ERR_DEC_TIMEOUT when no frame came in time,
// SAIL_ERR_DEC_EOF when the channel has ended and its queue is empty. Thread-safe.
class MultiDecoder {
 public:
  // queue_size: frames that wait in a channel. discard_mode, when so many wait: 0 the new frame is dropped, 1 the
  // oldest. SailDecoderError for other values.
  explicit MultiDecoder(int queue_size = 10, int tpu_id = 0, int discard_mode = 0);
  ~MultiDecoder();
  MultiDecoder(const MultiDecoder&) = delete;
  MultiDecoder& operator=(const MultiDecoder&) = delete;

  // Seconds that a waiting read waits; 10 at first.
  void set_read_timeout(int time_second);
  // Opens a source and starts its thread. After every frame frame_skip_num frames are left out. loop_num: how often a
  // file is played; 0 and less for ever, 1 without the argument. A stream (a name with "://") that breaks or ends is
  // opened again. Returns the channel, from 0 on; SailDecoderError where the source cannot be opened.
  int add_channel(const std::string& file_path, int frame_skip_num = 0);
  int add_channel(const std::string& file_path, int frame_skip_num, int loop_num);
  // Ends a channel. 0, or SAIL_ERR_DEC_MDDEL for a channel that there is not.
  int del_channel(int channel_idx);
  // Drops what waits. 0, or SAIL_ERR_DEC_MDCLR for a channel that there is not.
  int clear_queue(int channel_idx);
  // Of the source; -1 if unknown. SailDecoderError for a channel that there is not, as of the getters below.
  float get_channel_fps(int channel_idx);
  // The oldest frame that waits, moved or, into an image of the caller, converted as Decoder::read does. read_mode 0
  // answers at once, other values wait.
  int read(int channel_idx, BMImage& image, int read_mode = 0);
  // Waits; SailDecoderError instead of a status.
  BMImage read(int channel_idx);
  int read_(int channel_idx, bm_image& image, int read_mode = 0);
  bm_image read_(int channel_idx);
  // Has the channel's thread open the source again; a file starts from the beginning. 0, or SAIL_ERR_DEC_MDRD.
  int reconnect(int channel_idx);
  // [1, 3, height, width].
  std::vector<int> get_frame_shape(int channel_idx);
  // Whether files are played at 25 frames per second instead of as fast as they are read.
  void set_local_flag(bool flag);
  // Frames dropped because the queue was full.
  size_t get_drop_num(int channel_idx);
  void reset_drop_num(int channel_idx);
  // NONE for a channel that there is not, CLOSED after its end.
  DecoderStatus get_channel_status(int channel_idx) const;
  // Whether the channel has been decoded to its end.
  bool is_channel_eof(int channel_idx) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Who resizes and how; BM_PADDING keeps the aspect ratio and fills the rest.
enum sail_resize_type {
  BM_RESIZE_VPP_NEAREST = 0,
  BM_RESIZE_TPU_NEAREST = 1,
  BM_RESIZE_TPU_LINEAR = 2,
  BM_RESIZE_TPU_BICUBIC = 3,
  BM_PADDING_VPP_NEAREST = 4,
  BM_PADDING_TPU_NEAREST = 5,
  BM_PADDING_TPU_LINEAR = 6,
  BM_PADDING_TPU_BICUBIC = 7
};

// Batches of resized, scaled pictures. A thread prepares; PushImage and GetBatchData may be called by different
// threads.
//
//   sail::ImagePreProcess process(4, sail::BM_PADDING_TPU_LINEAR);
//   process.SetResizeImageAtrr(640, 640, false, DATA_TYPE_EXT_FLOAT32);
//   process.SetConvertAtrr(scales);
//   process.PushImage(channel, index, image);   // takes the image
//   auto batch = process.GetBatchData();
class ImagePreProcess {
 public:
  // batch_size: 1, 4, 8, 16, 32 or 64. The queues hold pictures (queue_in_size) and pictures of whole batches
  // (queue_out_size). SailBMImageError for other values; NotSupport for use_mat_flag.
  explicit ImagePreProcess(int batch_size, sail_resize_type resize_mode, int tpu_id = 0, int queue_in_size = 20,
                           int queue_out_size = 20, bool use_mat_flag = false);
  ~ImagePreProcess();
  ImagePreProcess(const ImagePreProcess&) = delete;
  ImagePreProcess& operator=(const ImagePreProcess&) = delete;

  // Size and type of the network input, in RGB_PLANAR with bgr2rgb, else BGR_PLANAR. Before the first PushImage.
  void SetResizeImageAtrr(int width, int height, bool bgr2rgb, bm_image_data_format_ext dtype);
  // Colour around the picture; align 0 puts it into the upper left corner, 1 into the middle.
  void SetPaddingAtrr(int padding_b = 114, int padding_g = 114, int padding_r = 114, int align = 0);
  // As Bmcv::convert_to. 0, or 1 when it was set before.
  int SetConvertAtrr(
      const std::tuple<std::pair<float, float>, std::pair<float, float>, std::pair<float, float>>& alpha_beta);
  // 0; 1 before the attributes were set or after exhausted(); 2 the queue is full. The image is moved in with 0 only.
  int PushImage(int channel_idx, int image_idx, BMImage& image);
  // Waits for a batch: the tensor [batch, 3, h, w] in device memory; the pictures as they were pushed; their channels
  // and indices; where each lies in its part of the tensor, [x, y, w, h]. After exhausted() the last batch may have
  // fewer pictures than its tensor has room. SailRuntimeError when none will come.
  std::tuple<sail::Tensor, std::vector<BMImage>, std::vector<int>, std::vector<int>, std::vector<std::vector<int>>>
  GetBatchData();
  // In the OpenCV library of this SDK.
  std::tuple<sail::Tensor, std::vector<cv::Mat>, std::vector<int>, std::vector<int>, std::vector<std::vector<int>>>
  GetBatchData_CV();
  // Prints times on stdout.
  void set_print_flag(bool print_flag);
  // No picture follows.
  void exhausted();
  bool get_exhausted_flag();
  // Ends the thread; what waits is dropped.
  void stop_thread();

 private:
  struct Impl;
  friend class EngineImagePreProcess;
  std::unique_ptr<Impl> impl_;
};

// The same with the inference: the model says batch, size, type and scale.
class EngineImagePreProcess {
 public:
  // SailEngineError for a model that cannot be loaded, has several inputs or one that is no [N, 3, H, W].
  EngineImagePreProcess(const std::string& bmodel_path, int tpu_id, bool use_mat_output = false,
                        std::vector<int> core_list = {});
  ~EngineImagePreProcess();
  EngineImagePreProcess(const EngineImagePreProcess&) = delete;
  EngineImagePreProcess& operator=(const EngineImagePreProcess&) = delete;

  // Before everything else. 0, or 1 the second time.
  int InitImagePreProcess(sail_resize_type resize_mode, bool bgr2rgb = false, int queue_in_size = 20,
                          int queue_out_size = 20);
  // As ImagePreProcess; 1 before InitImagePreProcess. The scale of an integer input is multiplied in.
  int SetPaddingAtrr(int padding_b = 114, int padding_g = 114, int padding_r = 114, int align = 0);
  int SetConvertAtrr(
      const std::tuple<std::pair<float, float>, std::pair<float, float>, std::pair<float, float>>& alpha_beta);
  int PushImage(int channel_idx, int image_idx, BMImage& image);
  // Waits for the next batch and runs it: the outputs, which the caller deletes, in device memory and with need_d2s in
  // host memory too; the rest as ImagePreProcess::GetBatchData.
  std::tuple<std::map<std::string, sail::Tensor*>, std::vector<BMImage>, std::vector<int>, std::vector<int>,
             std::vector<std::vector<int>>>
  GetBatchData(bool need_d2s = true);
  // In the OpenCV library of this SDK.
  std::tuple<std::map<std::string, sail::Tensor*>, std::vector<cv::Mat>, std::vector<int>, std::vector<int>,
             std::vector<std::vector<int>>>
  GetBatchData_CV(bool need_d2s = true);
  std::string get_graph_name();
  int get_input_width();
  int get_input_height();
  std::vector<std::string> get_output_names();
  std::vector<int> get_output_shape(const std::string& tensor_name);
  void exhausted();
  bool get_exhausted_flag();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Picture files, decoded and resized ahead. Not built: the constructor throws NotSupport.
class DecoderImages {
 public:
  explicit DecoderImages(std::vector<std::string>& image_list, int tpu_id, int queue_size);
  ~DecoderImages();
  DecoderImages(const DecoderImages&) = delete;
  DecoderImages& operator=(const DecoderImages&) = delete;

  int setResizeAttr(int width, int height, bmcv_resize_algorithm alg = BMCV_INTER_LINEAR);
  int start();
  int read(BMImage& image);
  void stop();
  int get_schedule();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sail

#endif  // SAIL_DECODER_MULTI_H_
