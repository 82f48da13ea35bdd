#include "bmdecoder/core/av.h"
#include "cvdecoder.h"
#include "sail/src/error.h"

namespace sail {

static AVFrame* NewFrame() {
  AVFrame* const frame = av_frame_alloc();
  if (frame == nullptr) throw MemoryError("no host memory for a frame");
  return frame;
}

static AVFrame* NewReference(AVFrame* frame) {
  AVFrame* reference = NewFrame();
  // FFmpeg refuses to refer to a frame without samples.
  if (frame->buf[0] == nullptr || av_frame_ref(reference, frame) >= 0) return reference;
  av_frame_free(&reference);
  throw MemoryError("no host memory for a reference to a frame");
}

Frame::Frame() : frame_(NewFrame()) {}
Frame::Frame(const Frame& other) : frame_(NewReference(other.frame_)) {}

Frame& Frame::operator=(const Frame& other) {
  if (this != &other) set_frame(NewReference(other.frame_));
  return *this;
}

Frame::~Frame() { av_frame_free(&frame_); }

AVFrame* Frame::get() { return frame_; }
int Frame::get_height() { return frame_->height; }
int Frame::get_width() { return frame_->width; }

void Frame::set_frame(AVFrame* fp) {
  if (fp == nullptr || fp == frame_) return;
  av_frame_free(&frame_);
  frame_ = fp;
}

}  // namespace sail
