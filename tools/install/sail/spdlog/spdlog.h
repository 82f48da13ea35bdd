// spdlog as the system packages it, with fmt in the headers: a program links nothing for it.
#pragma once

#ifndef FMT_HEADER_ONLY
#define FMT_HEADER_ONLY
#endif

#include_next <spdlog/spdlog.h>
