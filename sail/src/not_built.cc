#include "absl/strings/str_cat.h"
#include "algokit.h"
#include "cvwrapper.h"
#include "decoder_multi.h"
#include "decoder_rawstream.h"
#include "perf.h"

namespace sail {

[[noreturn]] static void ThrowNotBuilt(const char* function) {
  throw NotSupport(absl::StrCat("sail::", function, " is not built; docs/status/sail.md lists what is"));
}

#define SAIL_NOT_BUILT(function, parameters, ...) \
  auto function parameters->__VA_ARGS__ { ThrowNotBuilt(#function); }
#define SAIL_NOT_BUILT_CLASS(class_name) \
  struct class_name::Impl {};            \
  class_name::~class_name() = default;
#define SAIL_NOT_BUILT_CONSTRUCTOR(class_name, parameters) \
  class_name::class_name parameters { ThrowNotBuilt(#class_name "::" #class_name); }

#include "sail/src/not_built.inc"

#undef SAIL_NOT_BUILT
#undef SAIL_NOT_BUILT_CLASS
#undef SAIL_NOT_BUILT_CONSTRUCTOR

}  // namespace sail
