#include "bmcv/src/write_pixels.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/cpu.h"
#include "bmcv/src/resampler.h"

namespace bm::cv {
namespace {

// Puts rows of channels where the target has them.
class RowWriter {
 public:
  RowWriter(const Pixels& target, const RowKernels& kernels) : target_(target), kernels_(kernels) {
    for (int c = 0; c < target.channel_count; ++c) rows_[c].resize(target.width);
    uint8_t* const first = std::min({target.channels[0].data, target.channels[1].data, target.channels[2].data});
    for (int c = 0; c < 3; ++c) {
      is_packed_ &= target.channel_count == 3 && target.channels[c].step == 3 && target.channels[c].data < first + 3;
      if (is_packed_) order_[target.channels[c].data - first] = c;
    }
  }

  // Where row `y` of a channel may be written before Finish(y).
  uint8_t* Begin(int c, int y) { return target_.channels[c].step == 1 ? target_.channels[c].row(y) : rows_[c].data(); }

  // Stores what does not lie in the target yet.
  void Finish(int y) {
    if (is_packed_) {
      const uint8_t* const in[3] = {rows_[order_[0]].data(), rows_[order_[1]].data(), rows_[order_[2]].data()};
      return kernels_.interleave(in, target_.channels[order_[0]].row(y), target_.width);
    }
    for (int c = 0; c < target_.channel_count; ++c) Scatter(c, y, rows_[c].data(), target_.width);
    if (target_.alpha == nullptr) return;
    uint8_t* const alpha = target_.alpha + y * target_.channels[0].stride;
    for (int x = 0; x < target_.width; ++x) alpha[x * target_.channels[0].step] = 255;
  }

  void Scatter(int c, int y, const uint8_t* row, int count) {
    const ChannelOf<uint8_t>& channel = target_.channels[c];
    if (channel.step == 1 && row == rows_[c].data()) return;
    uint8_t* const out = channel.row(y);
    for (int x = 0; x < count; ++x) out[x * channel.step] = row[x];
  }

 private:
  const Pixels& target_;
  const RowKernels& kernels_;
  std::vector<uint8_t> rows_[3];
  bool is_packed_ = true;
  int order_[3] = {};  // channels as they lie in memory
};

// The means of the `across` x 2 (or x 1 where both rows are one) samples under each chroma sample.
void Means(const uint8_t* upper, const uint8_t* lower, int width, int across, bool rounds, uint8_t* out) {
  for (int x = 0; x < width; x += across) {
    const int next = std::min(x + across - 1, width - 1);
    const int sum = upper[x] + upper[next] + lower[x] + lower[next];
    *out++ = static_cast<uint8_t>((sum + (rounds ? 2 : 0)) >> 2);
  }
}

void WriteSubsampled(Resampler* source, const Pixels& target, bool rounds_means, const RowKernels& kernels) {
  RowWriter writer(target, kernels);
  const int down = 1 << target.channels[1].shift_y, across = 1 << target.channels[1].shift_x;
  std::vector<uint8_t> chroma[2][3], means((target.width + across - 1) / across);
  for (auto& row : chroma) {
    for (std::vector<uint8_t>& channel : row) channel.resize(target.width);
  }
  for (int y = 0; y < target.height; y += down) {
    const int rows = std::min(down, target.height - y);
    for (int row = 0; row < rows; ++row) {
      uint8_t* const out[3] = {target.channels[0].row(y + row), chroma[row][1].data(), chroma[row][2].data()};
      source->Row(y + row, out);
    }
    for (int c = 1; c < 3; ++c) {
      Means(chroma[0][c].data(), chroma[rows - 1][c].data(), target.width, across, rounds_means, means.data());
      writer.Scatter(c, y, means.data(), static_cast<int>(means.size()));
    }
  }
}

template <typename Byte>
PixelsOf<Byte> Alone(const PixelsOf<Byte>& pixels, int c) {
  const ChannelOf<Byte>& channel = pixels.channels[c];
  const auto covered = [](int pixel_count, int shift) { return (pixel_count + (1 << shift) - 1) >> shift; };
  PixelsOf<Byte> alone = {
      Colours::kGray, covered(pixels.width, channel.shift_x), covered(pixels.height, channel.shift_y), 1, {channel},
      nullptr};
  alone.channels[0].shift_x = alone.channels[0].shift_y = 0;
  return alone;
}

bmcv_rect_t PartOfChannel(const bmcv_rect_t& crop, const ChannelOf<const uint8_t>& channel) {
  const int round_x = (1 << channel.shift_x) - 1, round_y = (1 << channel.shift_y) - 1;
  return {crop.start_x >> channel.shift_x, crop.start_y >> channel.shift_y, (crop.crop_w + round_x) >> channel.shift_x,
          (crop.crop_h + round_y) >> channel.shift_y};
}

}  // namespace

void WritePixels(const ConstPixels& source, const bmcv_rect_t& crop, Sampling sampling, const Conversion& conversion,
                 const Pixels& target) {
  const bool both_yuv = source.colours == Colours::kYuv && target.colours == Colours::kYuv;
  const bool has_all_chroma = source.channels[1].shift_x == 0;
  const bool is_subsampled = target.colours == Colours::kYuv && target.channels[1].shift_x != 0;
  if (both_yuv && conversion.step_count == 0 && !(has_all_chroma && is_subsampled)) {
    for (int c = 0; c < 3; ++c) {
      WritePixels(Alone(source, c), PartOfChannel(crop, source.channels[c]), sampling, conversion, Alone(target, c));
    }
    return;
  }
  const RowKernels kernels = RowKernelsFor(UsableCpuLevel());
  Resampler rows(source, {crop, target.width, target.height, sampling}, conversion, target.channel_count, kernels);
  if (is_subsampled) return WriteSubsampled(&rows, target, conversion.rounds_means, kernels);
  RowWriter writer(target, kernels);
  for (int y = 0; y < target.height; ++y) {
    uint8_t* out[3] = {};
    for (int c = 0; c < target.channel_count; ++c) out[c] = writer.Begin(c, y);
    rows.Row(y, out);
    writer.Finish(y);
  }
}

}  // namespace bm::cv
