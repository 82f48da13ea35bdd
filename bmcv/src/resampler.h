// Rows of a scaled and converted part of a picture, one after the other.
//
//   Resampler rows(source, {crop, width, height, Sampling::kLinear}, conversion, 3, kernels);
//   for (int y = 0; y < height; ++y) rows.Row(y, out);
//
// Colours are converted first, pixel by pixel with the chroma sample that covers it, and rounded to bytes; then rows
// are scaled, to bytes again; then columns. Only the rows and columns that the result takes are looked at.
#ifndef BMCV_SRC_RESAMPLER_H_
#define BMCV_SRC_RESAMPLER_H_

#include <array>
#include <cstdint>
#include <vector>

#include "bmcv/kernels/gather_plan.h"
#include "bmcv/kernels/row_kernels.h"
#include "bmcv/src/axis.h"
#include "bmcv/src/channels.h"
#include "bmcv/src/colour.h"
#include "bmcv_api_ext.h"

namespace bm::cv {

class Resampler {
 public:
  struct Geometry {
    bmcv_rect_t crop;  // inside the source
    int width, height;
    Sampling sampling;
  };

  // `outputs` channels come out: 1 or 3, no more than there are without a conversion.
  Resampler(const ConstPixels& source, const Geometry& geometry, const Conversion& conversion, int outputs,
            const RowKernels& kernels);
  Resampler(const Resampler&) = delete;
  Resampler& operator=(const Resampler&) = delete;

  // Writes row `y` of each channel, `width` bytes. Rows are best asked for in order.
  void Row(int y, uint8_t* const* out);

 private:
  using Rows = std::array<uint8_t*, 3>;

  // What a row of a source channel gives to the columns that are looked at.
  struct Feed {
    bool is_plain;  // a run of bytes of the row: used where it is
    int start;      // of that run
    GatherPlan plan;
    std::vector<uint8_t> gathered;
    int gathered_row = -1;
  };

  void ChooseColumns();
  void MakeFeeds();
  bool PlanWholePixels();
  Rows NewRows(int width);
  const uint8_t* FetchChannel(int channel, int y, uint8_t* spare);
  void Fetch(int channels, int y, const Rows* spare, const uint8_t** fetched);
  void SourceRow(int y, const Rows& spare, const uint8_t** converted);
  void ScaledRow(int y, const Rows& out);
  void CubicRow(const uint8_t* const* in, const Rows& out);
  const Rows& Cached(int y);

  const ConstPixels source_;
  const Geometry geometry_;
  const Conversion conversion_;
  const int outputs_;
  const RowKernels kernels_;
  const Axis horizontal_, vertical_;
  std::vector<std::array<int, 4>> weights_;  // of the columns' neighbours, of cubic sampling

  std::vector<int> columns_;   // of the crop that are looked at
  bool takes_columns_ = true;  // they are the result's own, one by one
  bool halves_ = false;        // each of the result's is the mean of two
  GatherPlan left_, right_;    // where the neighbours are among them
  Feed feeds_[3];
  std::vector<int32_t> pixel_offsets_;  // of whole pixels, where these are gathered
  std::array<int, 3> order_ = {};       // then: their channels as they lie in memory

  std::vector<std::vector<uint8_t>> storage_;  // behind all Rows
  Rows columns_rows_ = {}, between_steps_ = {}, neighbours_ = {};
  static constexpr int kSlots = 4;  // rows that a column takes together lie in different slots
  Rows slots_[kSlots] = {};
  int slot_rows_[kSlots] = {-1, -1, -1, -1};
};

}  // namespace bm::cv

#endif  // BMCV_SRC_RESAMPLER_H_
