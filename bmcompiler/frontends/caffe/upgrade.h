// Layers of the format's first two generations as layers of its last.
//
// Generation 0 has one flat message for all layer types and paddings as layers of their own; generation 1 has a message
// a type and an enumeration of types. Fields of generations 1 and 2 have the same names and types.
#ifndef BMCOMPILER_FRONTENDS_CAFFE_UPGRADE_H_
#define BMCOMPILER_FRONTENDS_CAFFE_UPGRADE_H_

#include "bmcompiler/frontends/caffe/caffe.pb.h"

namespace bm::caffe {

// Moves `layers` to the end of `layer`. A type that the upgrade does not know keeps its name, for the list of layers
// that are not built.
void UpgradeLayers(NetParameter* net);

}  // namespace bm::caffe

#endif  // BMCOMPILER_FRONTENDS_CAFFE_UPGRADE_H_
