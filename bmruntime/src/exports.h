// C functions that the vendor's library exports without declaring them in a header.
#ifndef BMRUNTIME_SRC_EXPORTS_H_
#define BMRUNTIME_SRC_EXPORTS_H_

extern "C" {

// Version text of the library, of static storage.
const char* libbmrt_version();

// The threshold of log lines: DEBUG -1, INFO 0, WARNING 1, WRONG 2, FATAL 3.
int bmrt_get_current_log_level();
void bmrt_set_current_log_level(int level);

// Position of a net in bmrt_get_network_names, -1 where no net has the name.
int bmrt_get_network_index(void* p_bmrt, const char* net_name);

}  // extern "C"

#endif  // BMRUNTIME_SRC_EXPORTS_H_
