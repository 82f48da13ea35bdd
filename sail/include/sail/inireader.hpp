// INI files: class INIReader over the library SimpleIni, which needs nothing at link time.
//
//   INIReader reader("reference.ini");
//   if (reader.ParseError() != 0) { ... }
//   const long top = reader.GetInteger("resnet50_fp32", "top_1", -1);
#ifndef SAIL_INIREADER_HPP_
#define SAIL_INIREADER_HPP_

#ifndef SI_NO_CONVERSION
#define SI_NO_CONVERSION  // no wide characters
#endif
#include <SimpleIni.h>

#include <set>
#include <string>

// Names of sections and keys are compared without case. Values are given without the spaces around them.
class INIReader {
 public:
  explicit INIReader(std::string filename) : error_(file_.LoadFile(filename.c_str()) < 0 ? -1 : 0) {}

  // 0, or -1 for a file that cannot be read.
  int ParseError() const { return error_; }
  std::set<std::string> Sections() const {
    CSimpleIniA::TNamesDepend entries;
    file_.GetAllSections(entries);
    std::set<std::string> names;
    for (const CSimpleIniA::Entry& entry : entries) names.insert(entry.pItem);
    return names;
  }
  // The default for a key that is not there, or is no number or truth value of that kind.
  std::string Get(std::string section, std::string name, std::string default_value) const {
    return file_.GetValue(section.c_str(), name.c_str(), default_value.c_str());
  }
  // Decimal, or hexadecimal after 0x.
  long GetInteger(std::string section, std::string name, long default_value) const {
    return file_.GetLongValue(section.c_str(), name.c_str(), default_value);
  }
  double GetReal(std::string section, std::string name, double default_value) const {
    return file_.GetDoubleValue(section.c_str(), name.c_str(), default_value);
  }
  float GetFloat(std::string section, std::string name, float default_value) const {
    return static_cast<float>(GetReal(section, name, default_value));
  }
  // true, yes, on, 1 and false, no, off, 0.
  bool GetBoolean(std::string section, std::string name, bool default_value) const {
    return file_.GetBoolValue(section.c_str(), name.c_str(), default_value);
  }

 private:
  CSimpleIniA file_;
  int error_;
};

#endif  // SAIL_INIREADER_HPP_
