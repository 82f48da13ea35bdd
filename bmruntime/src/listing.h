// The texts in which the vendor's runtime lists nets; scripts parse them.
#ifndef BMRUNTIME_SRC_LISTING_H_
#define BMRUNTIME_SRC_LISTING_H_

#include <string>
#include <vector>

#include "bmdef.h"

namespace bm::runtime {

// The message parts of the lines that bmrt_show_neuron_network logs for a net at position `index`.
std::vector<std::string> ListingLines(const bm_net_info_t& net, int index);

// What bmrt_print_network_info prints.
std::string NetworkInfoText(const bm_net_info_t& net);

}  // namespace bm::runtime

#endif  // BMRUNTIME_SRC_LISTING_H_
