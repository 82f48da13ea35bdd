// INI files.
//
//   INIReader reader("reference.ini");
//   if (reader.ParseError() != 0) { ... }
//   const long top = reader.GetInteger("resnet50_fp32", "top_1", -1);
#ifndef SAIL_INIREADER_HPP_
#define SAIL_INIREADER_HPP_

#include <map>
#include <set>
#include <string>

namespace sail {

// Names of sections and keys are compared without case. Of a key that occurs several times in a section the values are
// joined by new lines.
class IniReader {
 public:
  explicit IniReader(const std::string& filename);

  // 0, -1 for a file that cannot be read, else the first line that is neither section nor key nor comment.
  int ParseError() const;
  // As the file spells them.
  std::set<std::string> Sections() const;
  bool HasValue(const std::string& section, const std::string& name) const;
  // The default for a key that is not there, or is no number or truth value of that kind.
  std::string Get(const std::string& section, const std::string& name, const std::string& default_value) const;
  // Decimal, or hexadecimal after 0x.
  long GetInteger(const std::string& section, const std::string& name, long default_value) const;
  double GetReal(const std::string& section, const std::string& name, double default_value) const;
  float GetFloat(const std::string& section, const std::string& name, float default_value) const;
  // true, yes, on, 1 and false, no, off, 0.
  bool GetBoolean(const std::string& section, const std::string& name, bool default_value) const;

 private:
  std::map<std::string, std::string> values_;  // by lower-case "section=name"
  std::set<std::string> sections_;
  int error_;
};

}  // namespace sail

using INIReader = sail::IniReader;

#endif  // SAIL_INIREADER_HPP_
