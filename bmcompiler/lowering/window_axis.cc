#include "bmcompiler/lowering/window_axis.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/checked_math.h"

namespace bm::lowering {
namespace {

constexpr int64_t kMaxField = 15;  // of stride, dilation, padding and insertion
// The most positions that one piece spans: what is left of the input's limit is for further results.
constexpr int64_t kMaxPieceSpan = kMaxWindowExtent / 2;

int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// The smallest divisor of `value` that leaves a quotient of at most `most`.
int64_t SmallestDivisor(int64_t value, int64_t most) {
  int64_t divisor = 1;
  while (value % divisor != 0 || value / divisor > most) ++divisor;
  return divisor;
}

}  // namespace

WindowAxis::WindowAxis(const WindowAxisAttributes& attributes) : attributes_(attributes) {
  WindowAxisAttributes& a = attributes_;
  // Steps that nobody takes.
  if (a.kernel == 1) a.dilation = 1;
  if (a.input == 1) a.insertion = 1;
  CutStride();
  CutInsertion();
}

// On every b-th position the taps k, k + b / gcd(b, dilation), ... are neighbours dilation / gcd(b, dilation) apart.
std::vector<WindowPiece> WindowAxis::Pieces(int64_t stride) const {
  const WindowAxisAttributes& a = attributes_;
  const int64_t sampling = SmallestDivisor(stride, kMaxField);
  const int64_t common = std::gcd(sampling, a.dilation);
  const int64_t step = sampling / common;
  const int64_t dilation = a.dilation / common;
  const bool spans_too_much = dilation * ((a.kernel - 1) / step) + 1 > kMaxWindowExtent;
  const int64_t most_taps = dilation > kMaxField ? 1 : spans_too_much ? (kMaxPieceSpan - 1) / dilation + 1 : a.kernel;
  std::vector<WindowPiece> pieces;
  for (int64_t first = 0; first < std::min(step, a.kernel); ++first) {
    const int64_t taps = (a.kernel - 1 - first) / step + 1;
    for (int64_t begin = 0; begin < taps; begin += most_taps) {
      WindowPiece piece;
      piece.first = static_cast<uint32_t>(first + begin * step);
      piece.step = static_cast<uint32_t>(step);
      piece.taps = static_cast<uint32_t>(std::min(most_taps, taps - begin));
      piece.sampling = static_cast<uint32_t>(sampling);
      piece.stride = static_cast<uint32_t>(stride / sampling);
      piece.dilation = static_cast<uint32_t>(piece.taps > 1 ? dilation : 1);
      pieces.push_back(piece);
    }
  }
  return pieces;
}

void WindowAxis::CutStride() {
  pieces_ = Pieces(attributes_.stride);
  most_results_ = static_cast<uint32_t>(attributes_.output);
  if (attributes_.stride <= kMaxField) return;
  std::vector<WindowPiece> of_one_result = Pieces(1);
  if (static_cast<int64_t>(of_one_result.size()) * attributes_.output > static_cast<int64_t>(pieces_.size())) return;
  pieces_ = std::move(of_one_result);
  most_results_ = 1;
}

// Pieces that skip positions or taps want all positions to be there.
void WindowAxis::CutInsertion() {
  const int64_t insertion = attributes_.insertion;
  pitch_ = static_cast<uint32_t>(pieces_.size() > 1 ? insertion : SmallestDivisor(insertion, kMaxField + 1));
  insert_ = static_cast<uint32_t>(insertion / pitch_ - 1);
}

int64_t WindowAxis::FirstPosition(uint32_t first_result, const WindowPiece& piece) const {
  const WindowAxisAttributes& a = attributes_;
  return int64_t{first_result} * a.stride + int64_t{piece.first} * a.dilation - a.pad;
}

InputSpan WindowAxis::Span(Range results, const WindowPiece& piece) const {
  const int64_t first = FirstPosition(results.begin, piece);
  const int64_t reach = (int64_t{results.count} - 1) * piece.stride + (int64_t{piece.taps} - 1) * piece.dilation;
  if (piece.sampling > 1) return {first, static_cast<uint32_t>(reach + 1), piece.sampling, 1};
  // The command pads as much as its field holds and needs nothing behind the last element.
  const int64_t gap = insert_ + 1;
  const int64_t begin =
      first >= 0 ? static_cast<int64_t>(CeilDiv(first, gap)) : std::min<int64_t>(FloorDiv(first + kMaxField, gap), 0);
  const int64_t extent = (attributes_.input - 1) * pitch_ + 1;
  const int64_t end = std::max(std::min(FloorDiv(first + reach, gap) + 1, extent), begin + 1);
  return {begin, static_cast<uint32_t>(end - begin), 1, pitch_};
}

uint8_t WindowAxis::CommandPad(uint32_t first_result, const WindowPiece& piece, int64_t begin) const {
  if (piece.sampling > 1) return 0;
  return static_cast<uint8_t>(begin * (insert_ + 1) - FirstPosition(first_result, piece));
}

bool WindowAxis::FitsWhole() const {
  return pieces_.size() == 1 && pieces_[0].sampling == 1 && int64_t{most_results_} == attributes_.output &&
         pitch_ == 1 && attributes_.pad >= 0 && attributes_.pad <= kMaxField;
}

}  // namespace bm::lowering
