#include <cctype>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmcompiler/compile/compile.h"

namespace bm::compile {
namespace {

absl::Status Misplaced(const std::string& text, size_t position) {
  return absl::InvalidArgumentError(absl::StrCat("shapes \"", text, "\": unexpected ",
                                                 position < text.size() ? std::string(1, text[position]) : "end",
                                                 " at position ", position, "; shapes look like [1,3,224,224],[1,10]"));
}

bool IsOpening(char c) { return c == '[' || c == '('; }
bool IsClosing(char c) { return c == ']' || c == ')'; }

}  // namespace

absl::StatusOr<std::vector<Shape>> ParseShapes(const std::string& text) {
  std::vector<Shape> shapes;
  std::vector<int64_t> dims;
  int depth = 0;
  bool in_number = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
      if (depth == 0) return Misplaced(text, i);
      if (!in_number) dims.push_back(0);
      in_number = true;
      dims.back() = dims.back() * 10 + (c - '0');
      if (dims.back() > INT32_MAX) return Misplaced(text, i);
      continue;
    }
    in_number = false;
    if (IsOpening(c)) {
      if (!dims.empty()) return Misplaced(text, i);
      ++depth;
    } else if (IsClosing(c)) {
      if (depth-- == 0) return Misplaced(text, i);
      if (dims.empty()) continue;
      ASSIGN_OR_RETURN(shapes.emplace_back(), Shape::Create(dims));
      dims.clear();
    } else if (c != ',' && std::isspace(static_cast<unsigned char>(c)) == 0) {
      return Misplaced(text, i);
    }
  }
  if (depth != 0) return Misplaced(text, text.size());
  return shapes;
}

}  // namespace bm::compile
