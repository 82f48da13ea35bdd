// The one version number (VERSION at the top of the repository) as the library reports it.
#ifndef BMLIB_SRC_VERSION_H_
#define BMLIB_SRC_VERSION_H_

#include "bmlib/src/project_version.h"

#define BM_PROJECT_VERSION_STRING_(a, b, c) #a "." #b "." #c
#define BM_PROJECT_VERSION_STRING(a, b, c) BM_PROJECT_VERSION_STRING_(a, b, c)
#define BM_PROJECT_VERSION \
  BM_PROJECT_VERSION_STRING(BM_PROJECT_VERSION_MAJOR, BM_PROJECT_VERSION_MINOR, BM_PROJECT_VERSION_PATCH)
// major << 16 | minor << 8 | patch
#define BM_PROJECT_VERSION_NUMBER \
  (BM_PROJECT_VERSION_MAJOR << 16 | BM_PROJECT_VERSION_MINOR << 8 | BM_PROJECT_VERSION_PATCH)

#endif  // BMLIB_SRC_VERSION_H_
