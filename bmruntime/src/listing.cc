#include "bmruntime/src/listing.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bmruntime/src/tensor_math.h"

namespace bm::runtime {
namespace {

// One side (inputs or outputs) of a net.
struct Side {
  int count;
  const char* const* names;
  const bm_data_type_t* types;
  const float* scales;
  const int* zero_points;
  const int* devices;
};

Side Inputs(const bm_net_info_t& net) {
  return {net.input_num,    net.input_names,      net.input_dtypes,
          net.input_scales, net.input_zero_point, net.input_loc_devices};
}

Side Outputs(const bm_net_info_t& net) {
  return {net.output_num,    net.output_names,      net.output_dtypes,
          net.output_scales, net.output_zero_point, net.output_loc_devices};
}

void ListSide(const char* label, const Side& side, const bm_shape_t* shapes, std::vector<std::string>* lines) {
  for (int i = 0; i < side.count; ++i) {
    lines->push_back(absl::StrFormat("   %s %d) '%s' shape=%s dtype=%s scale=%g zero_point=%d device_id=%d", label, i,
                                     side.names[i], ToListing(shapes[i]), NameOf(side.types[i]), side.scales[i],
                                     side.zero_points[i], side.devices[i]));
  }
}

std::string SideText(const char* label, const Side& side) {
  std::string text = absl::StrFormat("%s num:%d\n", label, side.count);
  for (int i = 0; i < side.count; ++i) {
    absl::StrAppendFormat(&text, "%s:[%s], type:[%d], scale:[%f], zero_point:[%d]\n", label, side.names[i],
                          static_cast<int>(side.types[i]), side.scales[i], side.zero_points[i]);
  }
  return text;
}

std::string ShapesText(const char* label, const Side& side, const bm_shape_t* shapes) {
  std::string text;
  for (int i = 0; i < side.count; ++i) {
    absl::StrAppend(&text, label, "[", side.names[i], "], shape:", ToListing(shapes[i]), "\n");
  }
  return text;
}

}  // namespace

std::vector<std::string> ListingLines(const bm_net_info_t& net, int index) {
  std::vector<std::string> lines;
  lines.push_back(" ########################");
  lines.push_back(absl::StrFormat(" NetName: %s, Index=%d, CoreNum=%d", net.name, index, net.core_num));
  for (int stage = 0; stage < net.stage_num; ++stage) {
    lines.push_back(absl::StrFormat(" ---- stage %d ----", stage));
    ListSide("Input", Inputs(net), net.stages[stage].input_shapes, &lines);
    ListSide("Output", Outputs(net), net.stages[stage].output_shapes, &lines);
  }
  lines.push_back(" ########################");
  return lines;
}

std::string NetworkInfoText(const bm_net_info_t& net) {
  std::string text = absl::StrFormat("net name: %s\nis dynamic:%d\n", net.name, net.is_dynamic ? 1 : 0);
  absl::StrAppend(&text, SideText("input", Inputs(net)), SideText("output", Outputs(net)));
  absl::StrAppend(&text, "stage num:", net.stage_num, "\n");
  for (int stage = 0; stage < net.stage_num; ++stage) {
    absl::StrAppendFormat(&text, "-----------------stage[%d]-------------------\n", stage);
    absl::StrAppend(&text, ShapesText("input", Inputs(net), net.stages[stage].input_shapes),
                    ShapesText("output", Outputs(net), net.stages[stage].output_shapes));
  }
  return text;
}

}  // namespace bm::runtime
