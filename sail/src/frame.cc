#include "bmdecoder/core/av.h"
#include "cvdecoder.h"
#include "sail/src/error.h"

namespace sail {

static AVFrame* NewReference(const AVFrame* frame) {
  AVFrame* const reference = frame == nullptr ? av_frame_alloc() : av_frame_clone(frame);
  if (reference == nullptr) throw MemoryError("no host memory for a frame");
  return reference;
}

Frame::Frame() : frame_(NewReference(nullptr)) {}
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
