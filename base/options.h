// The one parser of command lines.
//
//   OptionTable table("bmnetc", "Compiles Caffe networks.");
//   table.Add("model", &model, "the network's prototxt");
//   table.Add("cmp", &compare, "run and compare").Alias("compare").Letter('c');
//   ASSIGN_OR_RETURN(const std::vector<std::string> rest, table.Parse(argc, argv));
//
// Accepts one or two dashes, --name=value and --name value, unambiguous prefixes of names, single letters (their value
// may be attached: -dDIR), and for bools a bare --name, --noname and a following true, false, 1 or 0. A value may be
// anything, a negative number too.
#ifndef BASE_OPTIONS_H_
#define BASE_OPTIONS_H_

#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bm {

// Where an option's value goes; a list takes every occurrence.
using OptionTarget = std::variant<bool*, int64_t*, double*, std::string*, std::vector<std::string>*>;

class Option {
 public:
  Option(std::string name, OptionTarget target, std::string help)
      : names_({std::move(name)}), target_(target), help_(std::move(help)) {}

  Option& Alias(std::string name) {
    names_.push_back(std::move(name));
    return *this;
  }
  Option& Letter(char letter) {
    letter_ = letter;
    return *this;
  }
  // Integers outside least..most are refused.
  Option& InRange(int64_t least, int64_t most = std::numeric_limits<int64_t>::max()) {
    least_ = least;
    most_ = most;
    return *this;
  }
  // True once the command line has set it.
  bool is_set() const { return is_set_; }

 private:
  friend class OptionTable;
  std::vector<std::string> names_;  // the first is the one shown
  OptionTarget target_;
  std::string help_;
  char letter_ = 0;
  int64_t least_ = std::numeric_limits<int64_t>::min(), most_ = std::numeric_limits<int64_t>::max();
  bool is_set_ = false;
};

class OptionTable {
 public:
  OptionTable(std::string program, std::string description)
      : program_(std::move(program)), description_(std::move(description)) {}

  // `target` holds the default and outlives the table. The reference stays valid.
  Option& Add(std::string name, OptionTarget target, std::string help);

  // Sets targets and returns the arguments that belong to no option. INVALID_ARGUMENT names the argument and what would
  // be accepted; targets before it are set.
  absl::StatusOr<std::vector<std::string>> Parse(int argc, const char* const* argv);

  // The options with their defaults, for a terminal and as a Markdown table.
  std::string Help() const;
  std::string Markdown() const;

 private:
  absl::StatusOr<Option*> Find(absl::string_view name);
  static absl::Status Set(Option* option, absl::string_view value);
  static std::string DefaultOf(const Option& option);

  const std::string program_;
  const std::string description_;
  std::deque<Option> options_;
};

}  // namespace bm

#endif  // BASE_OPTIONS_H_
