#include <ini.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "inireader.hpp"

namespace sail {
namespace {

struct Contents {
  std::map<std::string, std::string> values;
  std::set<std::string> sections;
};

std::string KeyOf(const std::string& section, const std::string& name) {
  return absl::AsciiStrToLower(absl::StrCat(section, "=", name));
}

// Called by the library for every key. Not 0: go on.
int AddKey(void* contents, const char* section, const char* name, const char* value) {
  Contents* const to = static_cast<Contents*>(contents);
  to->sections.insert(section);
  std::string& text = to->values[KeyOf(section, name)];
  absl::StrAppend(&text, text.empty() ? "" : "\n", value == nullptr ? "" : value);
  return 1;
}

}  // namespace

IniReader::IniReader(const std::string& filename) {
  Contents contents;
  error_ = ini_parse(filename.c_str(), AddKey, &contents);
  values_ = std::move(contents.values);
  sections_ = std::move(contents.sections);
}

int IniReader::ParseError() const { return error_; }
std::set<std::string> IniReader::Sections() const { return sections_; }

bool IniReader::HasValue(const std::string& section, const std::string& name) const {
  return values_.count(KeyOf(section, name)) != 0;
}

std::string IniReader::Get(const std::string& section, const std::string& name,
                           const std::string& default_value) const {
  const auto found = values_.find(KeyOf(section, name));
  return found == values_.end() ? default_value : found->second;
}

long IniReader::GetInteger(const std::string& section, const std::string& name, long default_value) const {
  const std::string text = Get(section, name, "");
  char* end = nullptr;
  const long value = std::strtol(text.c_str(), &end, 0);
  return end == text.c_str() ? default_value : value;
}

double IniReader::GetReal(const std::string& section, const std::string& name, double default_value) const {
  const std::string text = Get(section, name, "");
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return end == text.c_str() ? default_value : value;
}

float IniReader::GetFloat(const std::string& section, const std::string& name, float default_value) const {
  return static_cast<float>(GetReal(section, name, default_value));
}

bool IniReader::GetBoolean(const std::string& section, const std::string& name, bool default_value) const {
  const std::string text = absl::AsciiStrToLower(Get(section, name, ""));
  if (text == "true" || text == "yes" || text == "on" || text == "1") return true;
  if (text == "false" || text == "no" || text == "off" || text == "0") return false;
  return default_value;
}

}  // namespace sail
