#include "base/options.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"

namespace bm {
namespace {

std::optional<bool> ToBool(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  if (lower == "true" || lower == "1") return true;
  if (lower == "false" || lower == "0") return false;
  return std::nullopt;
}

bool IsBool(const OptionTarget& target) { return std::holds_alternative<bool*>(target); }

// "-5" and "-.5" are values, not options.
bool LooksLikeNumber(absl::string_view text) {
  double number;
  return absl::SimpleAtod(text, &number);
}

}  // namespace

Option& OptionTable::Add(std::string name, OptionTarget target, std::string help) {
  return options_.emplace_back(std::move(name), target, std::move(help));
}

absl::Status OptionTable::Set(Option* option, absl::string_view value) {
  option->is_set_ = true;
  const auto refuse = [&](const std::string& kind) {
    return absl::InvalidArgumentError(absl::StrCat("--", option->names_[0], " takes ", kind, ", not \"", value, "\""));
  };
  if (auto* const* target = std::get_if<bool*>(&option->target_)) {
    const std::optional<bool> parsed = ToBool(value);
    if (!parsed.has_value()) return refuse("true or false");
    **target = *parsed;
  } else if (auto* const* target = std::get_if<int64_t*>(&option->target_)) {
    int64_t parsed;
    if (!absl::SimpleAtoi(value, &parsed)) return refuse("an integer");
    if (parsed < option->least_ || parsed > option->most_) {
      const bool is_open = option->most_ == std::numeric_limits<int64_t>::max();
      return refuse(
          absl::StrCat("an integer from ", option->least_, is_open ? " on" : absl::StrCat(" to ", option->most_)));
    }
    **target = parsed;
  } else if (auto* const* target = std::get_if<double*>(&option->target_)) {
    double parsed;
    if (!absl::SimpleAtod(value, &parsed) || !std::isfinite(parsed)) return refuse("a finite number");
    **target = parsed;
  } else if (auto* const* target = std::get_if<std::string*>(&option->target_)) {
    **target = std::string(value);
  } else {
    std::get<std::vector<std::string>*>(option->target_)->push_back(std::string(value));
  }
  return absl::OkStatus();
}

absl::StatusOr<Option*> OptionTable::Find(absl::string_view name) {
  std::vector<Option*> candidates;
  std::string names;
  for (Option& option : options_) {
    for (const std::string& known : option.names_) {
      const bool is_letter = name.size() == 1 && name[0] == option.letter_;
      if (known == name || is_letter) return &option;
      if (!absl::StartsWith(known, name)) continue;
      if (candidates.empty() || candidates.back() != &option) candidates.push_back(&option);
      absl::StrAppend(&names, names.empty() ? "" : ", ", "--", known);
    }
  }
  if (candidates.size() == 1) return candidates[0];
  if (candidates.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("unknown option --", name, "; --help lists the options"));
  }
  return absl::InvalidArgumentError(absl::StrCat("--", name, " may be any of ", names));
}

absl::StatusOr<std::vector<std::string>> OptionTable::Parse(int argc, const char* const* argv) {
  std::vector<std::string> rest;
  for (int i = 1; i < argc; ++i) {
    absl::string_view argument = argv[i];
    if (argument == "--") {
      rest.insert(rest.end(), argv + i + 1, argv + argc);
      break;
    }
    if (argument.size() < 2 || argument[0] != '-' || LooksLikeNumber(argument)) {
      rest.emplace_back(argument);
      continue;
    }
    const bool has_one_dash = argument[1] != '-';
    argument.remove_prefix(has_one_dash ? 1 : 2);
    const size_t equals = argument.find('=');
    const absl::string_view name = argument.substr(0, equals);
    absl::StatusOr<Option*> found = Find(name);
    if (!found.ok() && has_one_dash) {
      const auto lettered = std::find_if(options_.begin(), options_.end(), [&](const Option& option) {
        return option.letter_ == argument[0] && !IsBool(option.target_);
      });
      if (lettered != options_.end()) {
        RETURN_IF_ERROR(Set(&*lettered, argument.substr(1)));
        continue;
      }
    }
    if (!found.ok() && absl::StartsWith(name, "no") && equals == absl::string_view::npos) {
      const absl::StatusOr<Option*> negated = Find(name.substr(2));
      if (negated.ok() && IsBool((*negated)->target_)) {
        RETURN_IF_ERROR(Set(*negated, "false"));
        continue;
      }
    }
    RETURN_IF_ERROR(found.status());
    Option* const option = *found;
    if (equals != absl::string_view::npos) {
      RETURN_IF_ERROR(Set(option, argument.substr(equals + 1)));
    } else if (IsBool(option->target_)) {
      const bool has_value = i + 1 < argc && ToBool(argv[i + 1]).has_value();
      RETURN_IF_ERROR(Set(option, has_value ? argv[++i] : "true"));
    } else if (i + 1 < argc) {
      RETURN_IF_ERROR(Set(option, argv[++i]));
    } else {
      return absl::InvalidArgumentError(absl::StrCat("--", name, " needs a value"));
    }
  }
  return rest;
}

std::string OptionTable::DefaultOf(const Option& option) {
  if (const auto* const* target = std::get_if<bool*>(&option.target_)) return **target ? "true" : "false";
  if (const auto* const* target = std::get_if<int64_t*>(&option.target_)) return absl::StrCat(**target);
  if (const auto* const* target = std::get_if<double*>(&option.target_)) return absl::StrCat(**target);
  if (const auto* const* target = std::get_if<std::string*>(&option.target_)) return **target;
  return "";
}

std::string OptionTable::Help() const {
  std::string text = absl::StrCat(program_, ": ", description_, "\n");
  for (const Option& option : options_) {
    std::string names = absl::StrCat("--", option.names_[0]);
    if (option.letter_ != 0) absl::StrAppend(&names, ", -", std::string(1, option.letter_));
    for (size_t i = 1; i < option.names_.size(); ++i) absl::StrAppend(&names, ", --", option.names_[i]);
    const std::string value = DefaultOf(option);
    absl::StrAppend(&text, absl::StrFormat("  %-28s %s%s\n", names, option.help_,
                                           value.empty() ? "" : absl::StrCat(" (default ", value, ")")));
  }
  return text;
}

std::string OptionTable::Markdown() const {
  std::string text = "| option | default | meaning |\n| --- | --- | --- |\n";
  for (const Option& option : options_) {
    absl::StrAppend(&text, "| `--", option.names_[0], "` | ", DefaultOf(option), " | ", option.help_, " |\n");
  }
  return text;
}

}  // namespace bm
