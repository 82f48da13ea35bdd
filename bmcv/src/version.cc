#include "bmcv_api_ext.h"

extern "C" {

// The version of the vendor's interface that this one follows.
const char* bm_get_bmcv_version(void) { return "1.1.0"; }
const char* libbmcv_version(void) { return bm_get_bmcv_version(); }

}  // extern "C"
