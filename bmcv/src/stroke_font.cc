#include "bmcv/src/stroke_font.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"

namespace bm::cv {
namespace {

constexpr size_t kNumberWidth = 5, kCountWidth = 3, kPrintable = 95;

constexpr char kRomanSimplexFile[] =
#include "bmcv/rowmans.inc"
    ;

// Removes and returns the next characters of a record, over the ends of lines.
absl::StatusOr<std::string> Take(size_t count, absl::string_view* file) {
  std::string taken;
  while (taken.size() < count) {
    if (file->empty()) return absl::DataLossError("the font ends within a glyph");
    if (file->front() != '\n' && file->front() != '\r') taken += file->front();
    file->remove_prefix(1);
  }
  return taken;
}

absl::StatusOr<Glyph> TakeGlyph(absl::string_view* file) {
  RETURN_IF_ERROR(Take(kNumberWidth, file).status());
  ASSIGN_OR_RETURN(const std::string count_text, Take(kCountWidth, file));
  int count = 0;
  if (!absl::SimpleAtoi(count_text, &count) || count < 1) {
    return absl::DataLossError(absl::StrFormat("a glyph of \"%s\" pairs; at least 1", count_text));
  }
  ASSIGN_OR_RETURN(const std::string sides, Take(2, file));
  Glyph glyph = {sides[0] - 'R', sides[1] - 'R', {}};
  bool is_pen_up = true;
  for (int i = 1; i < count; ++i) {
    ASSIGN_OR_RETURN(const std::string pair, Take(2, file));
    const bool lifts = pair == " R";
    if (!lifts && (!absl::ascii_isgraph(pair[0]) || !absl::ascii_isgraph(pair[1]))) {
      return absl::DataLossError(absl::StrFormat("\"%s\" is no vertex of a glyph", pair));
    }
    if (!lifts) {
      if (is_pen_up) glyph.strokes.emplace_back();
      glyph.strokes.back().push_back({pair[0] - 'R', pair[1] - 'R'});
    }
    is_pen_up = lifts;
  }
  return glyph;
}

}  // namespace

absl::StatusOr<std::vector<Glyph>> ParseStrokeFont(absl::string_view file) {
  std::vector<Glyph> glyphs;
  for (file = absl::StripTrailingAsciiWhitespace(file); !file.empty();) {
    ASSIGN_OR_RETURN(Glyph glyph, TakeGlyph(&file));
    glyphs.push_back(std::move(glyph));
  }
  return glyphs;
}

absl::StatusOr<const std::vector<Glyph>*> RomanSimplex() {
  static const auto* const font = new absl::StatusOr<std::vector<Glyph>>(ParseStrokeFont(kRomanSimplexFile));
  RETURN_IF_ERROR(font->status());
  if ((*font)->size() >= kPrintable) return &**font;
  return absl::DataLossError(absl::StrFormat("the font has %d glyphs; at least %d", (*font)->size(), kPrintable));
}

}  // namespace bm::cv
