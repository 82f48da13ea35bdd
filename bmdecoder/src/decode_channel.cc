#include "bmdecoder/src/decode_channel.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <exception>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "bmdecoder/check_value.h"
#include "bmdecoder/core/access_units.h"
#include "bmdecoder/core/av.h"

namespace bm::decoder {
namespace {

constexpr char kModule[] = "bmvideo";
// In decoding order a frame waits for those before it, until so many wait: then one before it was lost. A decoder keeps
// as many at most.
constexpr size_t kMaxEarly = 16;
// Frames beside those that the caller holds: ready ones, early ones, and the one that is delivered.
constexpr int kSpareFrames = kReadyFrames + static_cast<int>(kMaxEarly) + 2;

struct Times {
  uint64_t pts = 0;
  uint64_t dts = 0;
};

// A packet, or the end of the stream.
struct Input {
  AvPacket packet;
  Times times;
};

absl::StatusOr<std::unique_ptr<VideoDecoder>> MakeDecoder(const ChannelOptions& options) {
  std::unique_ptr<AVCodecParameters, void (*)(AVCodecParameters*)> stream(
      avcodec_parameters_alloc(), [](AVCodecParameters* parameters) { avcodec_parameters_free(&parameters); });
  if (stream == nullptr) return absl::ResourceExhaustedError("no memory for a decoder");
  stream->codec_type = AVMEDIA_TYPE_VIDEO;
  stream->codec_id = options.codec == VideoCodec::kH264 ? AV_CODEC_ID_H264 : AV_CODEC_ID_HEVC;
  DecoderOptions decoder = options.decoder;
  decoder.max_frames = options.held_frames + kSpareFrames;
  return VideoDecoder::Create(*stream, decoder);
}

bool FitsSize(const SequenceHeader& header, int width, int height) {
  const int visible_width = header.coded_width - header.crop_left - header.crop_right;
  const int visible_height = header.coded_height - header.crop_top - header.crop_bottom;
  const auto fits = [](int wanted, int coded, int visible) {
    return wanted == 0 || wanted == coded || wanted == visible;
  };
  return fits(width, header.coded_width, visible_width) && fits(height, header.coded_height, visible_height);
}

}  // namespace

// All of a channel. Members without a guard are the thread's own.
class DecodeChannel::Worker {
 public:
  Worker(const ChannelOptions& options, std::unique_ptr<VideoDecoder> decoder, std::unique_ptr<AccessUnits> units)
      : options_(options), decoder_(std::move(decoder)), units_(std::move(units)), thread_([this] { Run(); }) {}
  ~Worker() {
    Set(&Worker::closing_);
    thread_.join();
  }

  absl::Status Send(const ChannelPacket& packet);
  absl::Status End(EndMode mode);
  std::optional<ChannelFrame> Take();
  absl::Status GiveBack(int index);
  ChannelState state() const;
  absl::StatusOr<StreamDescription> description() const;
  int waiting_packets() const;
  int64_t free_bytes() const;
  size_t Peek(absl::Span<uint8_t> bytes) const;
  void Hang() { Set(&Worker::hung_); }

 private:
  void Set(bool Worker::*flag) {
    MutexLock lock(&mutex_);
    this->*flag = true;
    changed_.NotifyAll();
  }

  // OK if packets are accepted.
  absl::Status CheckOpen() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsStopped() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return finished_ && ready_.empty(); }
  bool IsOver() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return closing_ || hung_; }
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // The thread.
  void Run();
  std::optional<Input> Next();
  void Consume(Input input);
  void Finish();
  absl::Status Decode(AVPacket* unit, Times times);
  // Of a byte stream: with the times of its block.
  absl::Status DecodeParsed(AVPacket* unit);
  void ReadHeader(absl::Span<const uint8_t> unit);
  void Collect();
  size_t FramesOut() const;
  // Until fewer than `frames`, which were out when there was no memory, are out. False if there is nothing to wait for.
  bool WaitForMemory(size_t frames);
  void Deliver(std::shared_ptr<Frame> frame);
  void Push(std::shared_ptr<Frame> frame);
  void PushEarly();

  const ChannelOptions options_;
  const std::unique_ptr<VideoDecoder> decoder_;
  // Null in mode kAccessUnits.
  const std::unique_ptr<AccessUnits> units_;
  // Times by number of access unit, which goes through the decoder as timestamp: so any 64 bits are passed on. The same
  // for blocks and the parser.
  std::map<int64_t, Times> times_;
  int64_t units_seen_ = 0;
  std::map<int64_t, Times> block_times_;
  int64_t blocks_seen_ = 0;
  // kDecoding: frames that wait for earlier ones, by packet number, and the next number.
  std::map<int64_t, std::shared_ptr<Frame>> early_;
  int64_t expected_ = 0;
  std::vector<uint8_t> last_set_;

  mutable Mutex mutex_;
  ConditionVariable changed_;
  std::deque<Input> input_ ABSL_GUARDED_BY(mutex_);
  int64_t waiting_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<ChannelFrame> ready_ ABSL_GUARDED_BY(mutex_);
  std::map<int, std::shared_ptr<Frame>> held_ ABSL_GUARDED_BY(mutex_);
  std::optional<StreamDescription> description_ ABSL_GUARDED_BY(mutex_);
  // The end was queued; it was reached.
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  bool wrong_size_ ABSL_GUARDED_BY(mutex_) = false;
  bool no_memory_ ABSL_GUARDED_BY(mutex_) = false;
  bool hung_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

absl::Status DecodeChannel::Worker::CheckOpen() const {
  if (hung_) return absl::AbortedError("the decoder hangs after a reset: delete it");
  if (wrong_size_) {
    const SequenceHeader& header = description_->header;
    return absl::InvalidArgumentError(absl::StrCat("the stream is coded in ", header.coded_width, " x ",
                                                   header.coded_height, ", not ", options_.width, " x ",
                                                   options_.height, " as asked for"));
  }
  if (no_memory_) return absl::InvalidArgumentError("the device has no memory for a frame");
  return absl::OkStatus();
}

absl::Status DecodeChannel::Worker::Send(const ChannelPacket& packet) {
  if (packet.bytes.empty()) return absl::InternalError("a packet of 0 bytes");
  const int64_t size = static_cast<int64_t>(packet.header.size() + packet.bytes.size());
  if (size > options_.stream_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a packet of ", size, " bytes does not fit the bitstream buffer of ", options_.stream_bytes));
  }
  MutexLock lock(&mutex_);
  RETURN_IF_ERROR(CheckOpen());
  if (ended_ && !IsStopped()) return absl::InternalError("the stream has ended; the last frames were not taken yet");
  if (input_.size() >= kInputPackets) return absl::UnavailableError("the input queue is full");
  if (waiting_bytes_ + size > options_.stream_bytes) return absl::OutOfRangeError("the bitstream buffer is full");
  Input input;
  input.packet.reset(av_packet_alloc());
  if (input.packet == nullptr || av_new_packet(input.packet.get(), static_cast<int>(size)) != 0) {
    return absl::ResourceExhaustedError(absl::StrCat("no memory for a packet of ", size, " bytes"));
  }
  std::copy(packet.header.begin(), packet.header.end(), input.packet->data);
  std::copy(packet.bytes.begin(), packet.bytes.end(), input.packet->data + packet.header.size());
  input.times = {packet.pts, packet.dts};
  input_.push_back(std::move(input));
  waiting_bytes_ += size;
  ended_ = finished_ = false;
  changed_.NotifyAll();
  return absl::OkStatus();
}

absl::Status DecodeChannel::Worker::End(EndMode mode) {
  MutexLock lock(&mutex_);
  if (hung_) return CheckOpen();
  if (ended_) return absl::OkStatus();
  if (mode == EndMode::kIfRoom && input_.size() >= kInputPackets) return absl::UnavailableError("the queue is full");
  input_.emplace_back();
  ended_ = true;
  changed_.NotifyAll();
  return absl::OkStatus();
}

std::optional<ChannelFrame> DecodeChannel::Worker::Take() {
  MutexLock lock(&mutex_);
  if (ready_.empty()) return std::nullopt;
  ChannelFrame frame = std::move(ready_.front());
  ready_.pop_front();
  // The smallest index that is free.
  for (const auto& [index, held] : held_) {
    if (index != frame.index) break;
    ++frame.index;
  }
  held_.emplace(frame.index, frame.frame);
  changed_.NotifyAll();
  return frame;
}

absl::Status DecodeChannel::Worker::GiveBack(int index) {
  MutexLock lock(&mutex_);
  if (held_.erase(index) == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("frame ", index, " is not one of the ", held_.size(), " that are out"));
  }
  changed_.NotifyAll();
  return absl::OkStatus();
}

ChannelState DecodeChannel::Worker::state() const {
  MutexLock lock(&mutex_);
  return hung_                      ? ChannelState::kHung
         : wrong_size_              ? ChannelState::kWrongResolution
         : no_memory_               ? ChannelState::kNoFrameMemory
         : IsStopped()              ? ChannelState::kStopped
         : description_.has_value() ? ChannelState::kDecoding
                                    : ChannelState::kUninitialised;
}

absl::StatusOr<StreamDescription> DecodeChannel::Worker::description() const {
  MutexLock lock(&mutex_);
  if (description_.has_value()) return *description_;
  return absl::FailedPreconditionError("no sequence header was decoded yet");
}

int DecodeChannel::Worker::waiting_packets() const {
  MutexLock lock(&mutex_);
  return static_cast<int>(input_.size());
}

int64_t DecodeChannel::Worker::free_bytes() const {
  MutexLock lock(&mutex_);
  return options_.stream_bytes - waiting_bytes_;
}

size_t DecodeChannel::Worker::Peek(absl::Span<uint8_t> bytes) const {
  MutexLock lock(&mutex_);
  size_t copied = 0;
  for (const Input& input : input_) {
    if (input.packet == nullptr) continue;
    const size_t size = std::min(static_cast<size_t>(input.packet->size), bytes.size() - copied);
    std::copy_n(input.packet->data, size, bytes.data() + copied);
    copied += size;
  }
  return copied;
}

// Linear buffers of the chip: the delay, those of the caller and one (spec 1.3).
bool DecodeChannel::Worker::HasRoom() const {
  const size_t delay = description_.has_value() ? static_cast<size_t>(description_->header.reordering) + 2 : 2;
  const size_t held_frames = static_cast<size_t>(options_.held_frames);
  return held_.size() < held_frames && ready_.size() < kReadyFrames &&
         held_.size() + ready_.size() < delay + held_frames + 1;
}

void DecodeChannel::Worker::Run() {
  try {
    while (std::optional<Input> input = Next()) Consume(*std::move(input));
  } catch (const std::exception& failure) {
    Log(Severity::kError, kModule, absl::StrCat("a decoder ends: ", failure.what()));
    Hang();
  }
}

std::optional<Input> DecodeChannel::Worker::Next() {
  MutexLock lock(&mutex_);
  changed_.Wait(&mutex_, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return IsOver() || !input_.empty(); });
  if (IsOver()) return std::nullopt;
  Input input = std::move(input_.front());
  input_.pop_front();
  if (input.packet != nullptr) waiting_bytes_ -= input.packet->size;
  return input;
}

void DecodeChannel::Worker::Consume(Input input) {
  if (input.packet == nullptr) {
    Finish();
    return;
  }
  absl::Status status;
  if (units_ == nullptr) {
    status = Decode(input.packet.get(), input.times);
  } else {
    input.packet->pts = input.packet->dts = blocks_seen_;
    block_times_[blocks_seen_] = input.times;
    ++blocks_seen_;
    status = units_->Feed(*input.packet, [this](AVPacket* unit) { return DecodeParsed(unit); });
  }
  if (!status.ok()) Log(Severity::kWarning, kModule, status.message());
}

void DecodeChannel::Worker::Finish() {
  absl::Status status;
  if (units_ != nullptr) {
    status = units_->Finish([this](AVPacket* unit) { return DecodeParsed(unit); });
  }
  if (status.ok()) status = decoder_->Send(nullptr);
  Collect();
  if (!status.ok()) Log(Severity::kWarning, kModule, status.message());
  PushEarly();
  times_.clear();
  block_times_.clear();
  decoder_->Flush();
  expected_ = units_seen_;
  MutexLock lock(&mutex_);
  finished_ = true;
  changed_.NotifyAll();
}

absl::Status DecodeChannel::Worker::DecodeParsed(AVPacket* unit) {
  // A unit without a number of its own began with the last block whose times are left.
  auto block = block_times_.upper_bound(unit->pts == AV_NOPTS_VALUE ? blocks_seen_ : unit->pts);
  if (block == block_times_.begin()) return Decode(unit, {});
  --block;
  const Times times = block->second;
  block_times_.erase(block_times_.begin(), block);
  return Decode(unit, times);
}

absl::Status DecodeChannel::Worker::Decode(AVPacket* unit, Times times) {
  ReadHeader({unit->data, static_cast<size_t>(unit->size)});
  {
    MutexLock lock(&mutex_);
    if (IsOver() || !CheckOpen().ok()) return absl::OkStatus();
  }
  unit->pts = unit->dts = units_seen_;
  times_[units_seen_] = times;
  ++units_seen_;
  // Damage is concealed, or the frame is left out.
  const absl::Status sent = decoder_->Send(unit);
  Collect();
  return absl::IsResourceExhausted(sent) ? sent : absl::OkStatus();
}

void DecodeChannel::Worker::ReadHeader(absl::Span<const uint8_t> unit) {
  const absl::Span<const uint8_t> set = FindSequenceHeader(options_.codec, unit);
  if (set.empty() || set == absl::MakeConstSpan(last_set_)) return;
  const absl::StatusOr<SequenceHeader> header = ParseSequenceHeader(options_.codec, set);
  if (!header.ok()) return;
  last_set_.assign(set.begin(), set.end());
  MutexLock lock(&mutex_);
  StreamDescription next = {*header, 0};
  if (description_.has_value()) {
    const SequenceHeader& last = description_->header;
    const bool changed = last.coded_width != header->coded_width || last.coded_height != header->coded_height;
    next.sequence = description_->sequence + (changed ? 1 : 0);
  }
  description_ = next;
  wrong_size_ = !FitsSize(*header, options_.width, options_.height);
  changed_.NotifyAll();
}

void DecodeChannel::Worker::Collect() {
  while (true) {
    // Counted before: one that comes back meanwhile is not to be waited for.
    const size_t frames_out = FramesOut();
    absl::StatusOr<std::shared_ptr<Frame>> frame = decoder_->Receive();
    if (frame.ok()) {
      Deliver(*std::move(frame));
    } else if (absl::IsResourceExhausted(frame.status())) {
      if (!WaitForMemory(frames_out)) return;
    } else if (absl::IsUnavailable(frame.status()) || absl::IsOutOfRange(frame.status())) {
      return;
    }
  }
}

size_t DecodeChannel::Worker::FramesOut() const {
  MutexLock lock(&mutex_);
  return held_.size() + ready_.size() + early_.size();
}

bool DecodeChannel::Worker::WaitForMemory(size_t frames) {
  PushEarly();
  MutexLock lock(&mutex_);
  if (frames == 0) {
    no_memory_ = true;
    return false;
  }
  changed_.Wait(&mutex_,
                [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return IsOver() || held_.size() + ready_.size() < frames; });
  return !IsOver();
}

void DecodeChannel::Worker::Deliver(std::shared_ptr<Frame> frame) {
  if (options_.order == OutputOrder::kPresentation) {
    Push(std::move(frame));
    return;
  }
  early_.emplace(frame->info.pts, std::move(frame));
  while (!early_.empty() && (early_.begin()->first <= expected_ || early_.size() > kMaxEarly)) {
    expected_ = early_.begin()->first + 1;
    Push(std::move(early_.begin()->second));
    early_.erase(early_.begin());
  }
}

void DecodeChannel::Worker::PushEarly() {
  for (auto& [number, frame] : early_) Push(std::move(frame));
  early_.clear();
}

void DecodeChannel::Worker::Push(std::shared_ptr<Frame> frame) {
  const int64_t number = frame->info.pts;
  const Times times = times_[number];
  // Those of packets without a frame; no decoder keeps more than 16 frames back.
  times_.erase(times_.begin(), times_.lower_bound(number - 64));
  MutexLock lock(&mutex_);
  changed_.Wait(&mutex_, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return IsOver() || HasRoom(); });
  if (IsOver()) return;
  ready_.push_back({std::move(frame), 0, times.pts, times.dts});
  changed_.NotifyAll();
}

DecodeChannel::DecodeChannel(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}
DecodeChannel::~DecodeChannel() = default;

absl::StatusOr<std::unique_ptr<DecodeChannel>> DecodeChannel::Create(const ChannelOptions& options) {
  RETURN_IF_ERROR(CheckValue("the number of frames that may be held", options.held_frames, 1, kMaxHeldFrames));
  RETURN_IF_ERROR(CheckValue("the size of the bitstream buffer", options.stream_bytes, 1, kMaxStreamBytes));
  RETURN_IF_ERROR(CheckValue("the width", options.width, 0, kMaxVideoSide));
  RETURN_IF_ERROR(CheckValue("the height", options.height, 0, kMaxVideoSide));
  ASSIGN_OR_RETURN(std::unique_ptr<VideoDecoder> decoder, MakeDecoder(options));
  std::unique_ptr<AccessUnits> units;
  if (options.mode == StreamMode::kByteStream) {
    ASSIGN_OR_RETURN(units, AccessUnits::Create(options.codec));
  }
  return std::unique_ptr<DecodeChannel>(
      new DecodeChannel(std::make_unique<Worker>(options, std::move(decoder), std::move(units))));
}

absl::Status DecodeChannel::Send(const ChannelPacket& packet) { return worker_->Send(packet); }
absl::Status DecodeChannel::End(EndMode mode) { return worker_->End(mode); }
std::optional<ChannelFrame> DecodeChannel::Take() { return worker_->Take(); }
absl::Status DecodeChannel::GiveBack(int index) { return worker_->GiveBack(index); }
ChannelState DecodeChannel::state() const { return worker_->state(); }
absl::StatusOr<StreamDescription> DecodeChannel::description() const { return worker_->description(); }
int DecodeChannel::waiting_packets() const { return worker_->waiting_packets(); }
int64_t DecodeChannel::free_bytes() const { return worker_->free_bytes(); }
size_t DecodeChannel::Peek(absl::Span<uint8_t> bytes) const { return worker_->Peek(bytes); }
void DecodeChannel::Hang() { worker_->Hang(); }

}  // namespace bm::decoder
