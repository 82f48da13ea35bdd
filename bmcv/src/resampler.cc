#include "bmcv/src/resampler.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

namespace bm::cv {

Resampler::Resampler(const ConstPixels& source, const Geometry& geometry, const Conversion& conversion, int outputs,
                     const RowKernels& kernels)
    : source_(source),
      geometry_(geometry),
      conversion_(conversion),
      outputs_(outputs),
      kernels_(kernels),
      horizontal_(MakeAxis(geometry.sampling, geometry.crop.crop_w, geometry.width)),
      vertical_(MakeAxis(geometry.sampling, geometry.crop.crop_h, geometry.height)) {
  if (geometry_.sampling == Sampling::kCubic) {
    for (const int fraction : horizontal_.fraction) weights_.push_back(CubicWeights(fraction));
  }
  ChooseColumns();
  MakeFeeds();
  if (!takes_columns_) {
    columns_rows_ = NewRows(static_cast<int>(columns_.size()));
    neighbours_ = NewRows(geometry_.width);
  }
  if (conversion_.step_count == 2) between_steps_ = NewRows(static_cast<int>(columns_.size()));
  if (vertical_.has_fractions) {
    for (Rows& slot : slots_) slot = NewRows(geometry_.width);
  }
}

void Resampler::ChooseColumns() {
  if (!horizontal_.has_fractions) {
    columns_ = horizontal_.index;
    return;
  }
  takes_columns_ = false;
  halves_ = geometry_.sampling == Sampling::kLinear && geometry_.crop.crop_w == 2 * geometry_.width;
  if (halves_ || geometry_.sampling == Sampling::kCubic) {
    columns_.resize(geometry_.crop.crop_w);
    std::iota(columns_.begin(), columns_.end(), 0);
    return;
  }
  std::vector<int32_t> left, right;
  for (int i = 0; i < geometry_.width; ++i) {
    const int index = horizontal_.index[i];
    if (columns_.empty() || columns_.back() < index) columns_.push_back(index);
    const int place = static_cast<int>(columns_.size()) - (columns_.back() == index ? 1 : 2);
    const bool has_right = horizontal_.fraction[i] != 0;
    if (has_right && columns_.back() == index) columns_.push_back(index + 1);
    left.push_back(place);
    right.push_back(has_right ? place + 1 : place);
  }
  const int count = static_cast<int>(columns_.size());
  left_ = GatherPlan(std::move(left), count);
  right_ = GatherPlan(std::move(right), count);
}

// Pixels are gathered whole if their three channels lie beside each other and the columns so far apart that it is
// slower to pick the bytes of each channel from all that lies between them.
bool Resampler::PlanWholePixels() {
  constexpr int kFarApart = 2;  // pixels
  if (source_.channel_count != 3) return false;
  const auto& channels = source_.channels;
  const uint8_t* const first = std::min({channels[0].data, channels[1].data, channels[2].data});
  for (int c = 0; c < 3; ++c) {
    const bool is_beside = channels[c].step >= 3 && channels[c].data < first + 3;
    if (!is_beside) return false;
    order_[channels[c].data - first] = c;
  }
  if (columns_.back() - columns_.front() < kFarApart * static_cast<int>(columns_.size())) return false;
  for (const int column : columns_) pixel_offsets_.push_back((geometry_.crop.start_x + column) * channels[0].step);
  for (Feed& feed : feeds_) feed.gathered.resize(columns_.size());
  return true;
}

void Resampler::MakeFeeds() {
  if (PlanWholePixels()) return;
  const int count = static_cast<int>(columns_.size());
  const bool is_run = columns_.back() - columns_.front() == count - 1;
  for (int c = 0; c < 3; ++c) {
    Feed& feed = feeds_[c];
    if (c >= source_.channel_count) {  // the chroma of gray
      feed.gathered.assign(count, 128);
      continue;
    }
    const ChannelOf<const uint8_t>& channel = source_.channels[c];
    feed.start = geometry_.crop.start_x + columns_.front();
    feed.is_plain = is_run && channel.step == 1 && channel.shift_x == 0;
    if (feed.is_plain) continue;
    std::vector<int32_t> offsets(count);
    for (int i = 0; i < count; ++i) {
      offsets[i] = ((geometry_.crop.start_x + columns_[i]) >> channel.shift_x) * channel.step;
    }
    feed.plan = GatherPlan(std::move(offsets), channel.row_bytes);
    feed.gathered.resize(count);
  }
}

Resampler::Rows Resampler::NewRows(int width) {
  Rows rows = {};
  for (uint8_t*& row : rows) {
    storage_.emplace_back(width);
    row = storage_.back().data();
  }
  return rows;
}

// The looked-at bytes of a source row, perhaps gathered in `spare` (null: in a row of its own, kept for the next row).
const uint8_t* Resampler::FetchChannel(int channel, int y, uint8_t* spare) {
  Feed& feed = feeds_[channel];
  if (channel >= source_.channel_count) return feed.gathered.data();
  const ChannelOf<const uint8_t>& source = source_.channels[channel];
  if (feed.is_plain) return source.row(y) + feed.start;
  if (spare != nullptr) {
    kernels_.gather(feed.plan.table(), source.row(y), spare);
    return spare;
  }
  if (feed.gathered_row != y >> source.shift_y) {
    feed.gathered_row = y >> source.shift_y;
    kernels_.gather(feed.plan.table(), source.row(y), feed.gathered.data());
  }
  return feed.gathered.data();
}

// The same for the first `channels` channels.
void Resampler::Fetch(int channels, int y, const Rows* spare, const uint8_t** fetched) {
  const auto target = [&](int c) {
    return spare != nullptr ? (*spare)[c] : pixel_offsets_.empty() ? nullptr : feeds_[c].gathered.data();
  };
  if (pixel_offsets_.empty()) {
    for (int c = 0; c < channels; ++c) fetched[c] = FetchChannel(c, y, target(c));
    return;
  }
  const ChannelOf<const uint8_t>& first = source_.channels[order_[0]];
  uint8_t* const out[] = {target(order_[0]), target(order_[1]), target(order_[2])};
  kernels_.gather_pixels(pixel_offsets_.data(), static_cast<int>(pixel_offsets_.size()), first.row(y), first.row_bytes,
                         out);
  for (int c = 0; c < channels; ++c) fetched[c] = target(c);
}

// The looked-at columns of row `y` of the crop, converted: in `spare`, or where they are.
void Resampler::SourceRow(int y, const Rows& spare, const uint8_t** converted) {
  const int row = geometry_.crop.start_y + y, count = static_cast<int>(columns_.size());
  if (conversion_.step_count == 0) return Fetch(outputs_, row, &spare, converted);
  const uint8_t* in[3];
  Fetch(3, row, nullptr, in);
  if (conversion_.step_count == 1) {
    ApplyStep(conversion_.steps[0], kernels_, outputs_, in, spare.data(), count);
  } else {
    ApplyStep(conversion_.steps[0], kernels_, 3, in, between_steps_.data(), count);
    ApplyStep(conversion_.steps[1], kernels_, outputs_, between_steps_.data(), spare.data(), count);
  }
  std::copy_n(spare.begin(), outputs_, converted);
}

void Resampler::CubicRow(const uint8_t* const* in, const Rows& out) {
  const int last = geometry_.crop.crop_w - 1;
  for (int i = 0; i < geometry_.width; ++i) {
    const std::array<int, 4>& weights = weights_[i];
    for (int c = 0; c < outputs_; ++c) {
      int sum = 8192;
      for (int tap = 0; tap < 4; ++tap) {
        sum += weights[tap] * in[c][std::clamp(horizontal_.index[i] + tap - 1, 0, last)];
      }
      out[c][i] = static_cast<uint8_t>(std::clamp(sum >> 14, 0, 255));
    }
  }
}

// Row `y` of the crop, converted and scaled to the width of the result.
void Resampler::ScaledRow(int y, const Rows& out) {
  const uint8_t* in[3];
  SourceRow(y, takes_columns_ ? out : columns_rows_, in);
  if (geometry_.sampling == Sampling::kCubic && !takes_columns_) return CubicRow(in, out);
  for (int c = 0; c < outputs_; ++c) {
    if (takes_columns_) {
      if (in[c] != out[c]) std::memcpy(out[c], in[c], geometry_.width);
    } else if (halves_) {
      kernels_.halve(in[c], out[c], geometry_.width);
    } else {
      kernels_.gather(left_.table(), in[c], neighbours_[0]);
      kernels_.gather(right_.table(), in[c], neighbours_[1]);
      kernels_.interpolate(neighbours_[0], neighbours_[1], horizontal_.fraction.data(), out[c], geometry_.width);
    }
  }
}

const Resampler::Rows& Resampler::Cached(int y) {
  const int slot = y % kSlots;
  if (slot_rows_[slot] != y) {
    ScaledRow(y, slots_[slot]);
    slot_rows_[slot] = y;
  }
  return slots_[slot];
}

void Resampler::Row(int y, uint8_t* const* out) {
  const int index = vertical_.index[y], fraction = vertical_.fraction[y];
  Rows target = {};
  std::copy_n(out, outputs_, target.begin());
  if (!vertical_.has_fractions) return ScaledRow(index, target);
  if (geometry_.sampling == Sampling::kCubic) {
    const std::array<int, 4> weights = CubicWeights(fraction);
    const Rows* taps[4];
    for (int tap = 0; tap < 4; ++tap) taps[tap] = &Cached(std::clamp(index + tap - 1, 0, geometry_.crop.crop_h - 1));
    for (int c = 0; c < outputs_; ++c) {
      for (int i = 0; i < geometry_.width; ++i) {
        int sum = 8192;
        for (int tap = 0; tap < 4; ++tap) sum += weights[tap] * (*taps[tap])[c][i];
        target[c][i] = static_cast<uint8_t>(std::clamp(sum >> 14, 0, 255));
      }
    }
    return;
  }
  const Rows& upper = Cached(index);
  if (fraction == 0) {
    for (int c = 0; c < outputs_; ++c) std::memcpy(target[c], upper[c], geometry_.width);
    return;
  }
  const Rows& lower = Cached(index + 1);
  for (int c = 0; c < outputs_; ++c) kernels_.blend(upper[c], lower[c], fraction, target[c], geometry_.width);
}

}  // namespace bm::cv
