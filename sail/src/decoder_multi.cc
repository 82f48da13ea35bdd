#include "decoder_multi.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "sail/src/error.h"
#include "sail/src/image_impl.h"
#include "sail/src/picture.h"
#include "sail/src/video_reader.h"

namespace sail {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kFilePeriod{40};    // 25 frames a second
constexpr std::chrono::milliseconds kFailurePause{10};  // of a stream that breaks

enum DiscardMode { kDropNew = 0, kDropOldest = 1, kDiscardModes = 2 };

struct ChannelOptions {
  int tpu_id;
  size_t queue_size;
  DiscardMode discard_mode;
  int skip;
  int loops;  // 0 and less: for ever
};

// A source, the thread that decodes it and the frames that wait.
class Channel {
 public:
  Channel(const std::string& path, const ChannelOptions& options, bool paced)
      : options_(options),
        is_stream_(path.find("://") != std::string::npos),
        handle_(options.tpu_id),
        reader_(path, options.tpu_id),
        fps_(reader_.FramesPerSecond()),
        frame_shape_(reader_.FrameShape()),
        paced_(paced),
        thread_([this] { Work(); }) {}
  ~Channel() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
      changed_.notify_all();
    }
    reader_.Interrupt();
    thread_.join();
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // The oldest frame, until `deadline`.
  sail_status_t Take(Clock::time_point deadline, BMImage* frame) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_until(lock, deadline, [this] { return !waiting_.empty() || ended_ || stopping_; });
    if (waiting_.empty()) return ended_ ? SAIL_ERR_DEC_EOF : SAIL_ERR_DEC_TIMEOUT;
    *frame = std::move(waiting_.front());
    waiting_.pop_front();
    return SAIL_SUCCESS;
  }
  void Clear() {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.clear();
  }
  void RequestReopening() {
    const std::lock_guard<std::mutex> lock(mutex_);
    reopening_ = true;
    ended_ = false;
    changed_.notify_all();
  }
  void SetPaced(bool paced) {
    const std::lock_guard<std::mutex> lock(mutex_);
    paced_ = paced;
  }
  float fps() const { return fps_; }
  std::vector<int> frame_shape() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return frame_shape_;
  }
  size_t dropped() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return dropped_;
  }
  void ResetDropped() {
    const std::lock_guard<std::mutex> lock(mutex_);
    dropped_ = 0;
  }
  bool ended() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return ended_;
  }

 private:
  void Work();
  void Push(BMImage frame);
  // Waits until there is something to read. False when the channel ends.
  bool AwaitTurn(Clock::time_point next);
  // After a read that gave no frame.
  void HandleFailure(sail_status_t status);

  const ChannelOptions options_;
  const bool is_stream_;
  Handle handle_;
  VideoReader reader_;  // of the thread
  int played_ = 0;      // of the thread
  const float fps_;
  mutable std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::deque<BMImage> waiting_;
  std::vector<int> frame_shape_;
  size_t dropped_ = 0;
  bool paced_;
  bool ended_ = false;
  bool reopening_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

bool Channel::AwaitTurn(Clock::time_point next) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (paced_ && !is_stream_) changed_.wait_until(lock, next, [this] { return stopping_ || reopening_; });
  changed_.wait(lock, [this] { return stopping_ || reopening_ || !ended_; });
  if (stopping_) return false;
  if (!reopening_) return true;
  reopening_ = false;
  played_ = 0;
  lock.unlock();
  reader_.Reopen();  // a failure shows in the next read
  return true;
}

void Channel::HandleFailure(sail_status_t status) {
  const bool at_end = status == SAIL_ERR_DEC_EOF;
  if (at_end && !is_stream_) {
    ++played_;
    const bool again = options_.loops <= 0 || played_ < options_.loops;
    if (again && reader_.Reopen()) return;
  }
  std::unique_lock<std::mutex> lock(mutex_);
  if (is_stream_) {
    // The reader opens the source again after some failures.
    changed_.wait_for(lock, kFailurePause, [this] { return stopping_; });
  } else {
    ended_ = true;
    changed_.notify_all();
  }
}

void Channel::Push(BMImage frame) {
  const std::lock_guard<std::mutex> lock(mutex_);
  frame_shape_ = reader_.FrameShape();
  if (waiting_.size() >= options_.queue_size) {
    ++dropped_;
    if (options_.discard_mode == kDropNew) return;
    waiting_.pop_front();
  }
  waiting_.push_back(std::move(frame));
  changed_.notify_all();
}

void Channel::Work() {
  int to_skip = 0;
  for (Clock::time_point next = Clock::now(); AwaitTurn(next); next = std::max(next + kFilePeriod, Clock::now())) {
    BMImage frame;
    const sail_status_t status = reader_.Read(handle_, &frame);
    if (status != SAIL_SUCCESS) {
      HandleFailure(status);
    } else if (to_skip > 0) {
      --to_skip;
    } else {
      Push(std::move(frame));
      to_skip = options_.skip;
    }
  }
}

}  // namespace

struct MultiDecoder::Impl {
  // Null for a channel that there is not.
  std::shared_ptr<Channel> Find(int index) const {
    const std::lock_guard<std::mutex> lock(mutex);
    const bool exists = index >= 0 && static_cast<size_t>(index) < channels.size();
    return exists ? channels[static_cast<size_t>(index)] : nullptr;
  }
  std::shared_ptr<Channel> Get(int index) const {
    std::shared_ptr<Channel> channel = Find(index);
    if (channel == nullptr) Throw(SAIL_ERR_DEC_MDRD, NoChannel(index));
    return channel;
  }
  // Logs that there is no such channel.
  sail_status_t Missing(int index, sail_status_t status) const {
    spdlog::error("{}", NoChannel(index));
    return status;
  }
  std::string NoChannel(int index) const {
    const std::lock_guard<std::mutex> lock(mutex);
    return absl::StrCat("there is no channel ", index, "; ", channels.size(), " were added");
  }

  int tpu_id;
  size_t queue_size;
  DiscardMode discard_mode;
  mutable std::mutex mutex;  // of what follows
  std::vector<std::shared_ptr<Channel>> channels;
  int timeout_seconds = 10;
  bool paced = false;
};

MultiDecoder::MultiDecoder(int queue_size, int tpu_id, int discard_mode) : impl_(new Impl) {
  if (queue_size < 1 || discard_mode < 0 || discard_mode >= kDiscardModes) {
    Throw(SAIL_ERR_DEC_INIT,
          absl::StrCat("queue_size ", queue_size, ", discard_mode ", discard_mode, "; at least 1, and 0 or 1"));
  }
  Handle device(tpu_id);  // throws for an id without a device
  impl_->tpu_id = tpu_id;
  impl_->queue_size = static_cast<size_t>(queue_size);
  impl_->discard_mode = static_cast<DiscardMode>(discard_mode);
}

MultiDecoder::~MultiDecoder() = default;

void MultiDecoder::set_read_timeout(int time_second) {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->timeout_seconds = time_second;
}

int MultiDecoder::add_channel(const std::string& file_path, int frame_skip_num) {
  return add_channel(file_path, frame_skip_num, 1);
}

int MultiDecoder::add_channel(const std::string& file_path, int frame_skip_num, int loop_num) {
  if (frame_skip_num < 0) {
    Throw(SAIL_ERR_DEC_MDADD, absl::StrCat("frame_skip_num ", frame_skip_num, " of ", file_path, "; at least 0"));
  }
  const ChannelOptions options = {impl_->tpu_id, impl_->queue_size, impl_->discard_mode, frame_skip_num, loop_num};
  bool paced = false;
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    paced = impl_->paced;
  }
  const auto channel = std::make_shared<Channel>(file_path, options, paced);
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->channels.push_back(channel);
  return static_cast<int>(impl_->channels.size()) - 1;
}

int MultiDecoder::del_channel(int channel_idx) {
  // Released after the lock: ending a thread takes time.
  std::shared_ptr<Channel> removed;
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    if (channel_idx >= 0 && static_cast<size_t>(channel_idx) < impl_->channels.size()) {
      removed.swap(impl_->channels[static_cast<size_t>(channel_idx)]);
    }
  }
  return removed == nullptr ? impl_->Missing(channel_idx, SAIL_ERR_DEC_MDDEL) : SAIL_SUCCESS;
}

int MultiDecoder::clear_queue(int channel_idx) {
  const std::shared_ptr<Channel> channel = impl_->Find(channel_idx);
  if (channel == nullptr) return impl_->Missing(channel_idx, SAIL_ERR_DEC_MDCLR);
  channel->Clear();
  return SAIL_SUCCESS;
}

int MultiDecoder::read(int channel_idx, BMImage& image, int read_mode) {
  const std::shared_ptr<Channel> channel = impl_->Find(channel_idx);
  if (channel == nullptr) return impl_->Missing(channel_idx, SAIL_ERR_DEC_MDRD);
  Clock::time_point deadline = Clock::now();
  if (read_mode != 0) {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    deadline += std::chrono::seconds(impl_->timeout_seconds);
  }
  BMImage frame;
  const sail_status_t status = channel->Take(deadline, &frame);
  if (status != SAIL_SUCCESS) return status;
  if (image.empty_check() == 0) {
    image = std::move(frame);
    return SAIL_SUCCESS;
  }
  if (FillImage(frame.data(), /*full_range=*/false, &image.data()) != BM_SUCCESS) return SAIL_ERR_DEC_CVT;
  const std::vector<double> times = frame.get_pts_dts();
  ImageAccess::SetTimes(image, times[0], times[1]);
  return SAIL_SUCCESS;
}

BMImage MultiDecoder::read(int channel_idx) {
  BMImage image;
  const int status = read(channel_idx, image, 1);
  if (status != SAIL_SUCCESS) Throw(static_cast<sail_status_t>(status), absl::StrCat("reading channel ", channel_idx));
  return image;
}

int MultiDecoder::read_(int channel_idx, bm_image& image, int read_mode) {
  return OnRawImage(&image, [&](BMImage* wrapped) { return read(channel_idx, *wrapped, read_mode); });
}

bm_image MultiDecoder::read_(int channel_idx) {
  BMImage image = read(channel_idx);
  return ImageAccess::Release(image);
}

int MultiDecoder::reconnect(int channel_idx) {
  const std::shared_ptr<Channel> channel = impl_->Find(channel_idx);
  if (channel == nullptr) return impl_->Missing(channel_idx, SAIL_ERR_DEC_MDRD);
  channel->RequestReopening();
  return SAIL_SUCCESS;
}

void MultiDecoder::set_local_flag(bool flag) {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->paced = flag;
  for (const std::shared_ptr<Channel>& channel : impl_->channels) {
    if (channel != nullptr) channel->SetPaced(flag);
  }
}

float MultiDecoder::get_channel_fps(int channel_idx) { return impl_->Get(channel_idx)->fps(); }
std::vector<int> MultiDecoder::get_frame_shape(int channel_idx) { return impl_->Get(channel_idx)->frame_shape(); }
size_t MultiDecoder::get_drop_num(int channel_idx) { return impl_->Get(channel_idx)->dropped(); }
void MultiDecoder::reset_drop_num(int channel_idx) { impl_->Get(channel_idx)->ResetDropped(); }
bool MultiDecoder::is_channel_eof(int channel_idx) const { return impl_->Get(channel_idx)->ended(); }

DecoderStatus MultiDecoder::get_channel_status(int channel_idx) const {
  const std::shared_ptr<Channel> channel = impl_->Find(channel_idx);
  if (channel == nullptr) return DecoderStatus::NONE;
  return channel->ended() ? DecoderStatus::CLOSED : DecoderStatus::OPENED;
}

}  // namespace sail
