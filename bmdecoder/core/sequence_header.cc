#include "bmdecoder/core/sequence_header.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmdecoder/core/bit_reader.h"
#include "bmdecoder/surface.h"

namespace bm::decoder {
namespace {

constexpr int kExtendedAspect = 255;

// NAL unit types.
struct CodecRow {
  VideoCodec codec;
  size_t header_bytes;
  int sequence_set;
  // Of coded pictures, first and last.
  int first_slice;
  int last_slice;
};
constexpr CodecRow kCodecs[] = {{VideoCodec::kH264, 1, 7, 1, 5}, {VideoCodec::kH265, 2, 33, 0, 31}};

const CodecRow& RowOf(VideoCodec codec) { return kCodecs[static_cast<size_t>(codec)]; }

int UnitType(VideoCodec codec, uint8_t first_byte) {
  return codec == VideoCodec::kH264 ? first_byte & 31 : first_byte >> 1 & 63;
}

absl::Status Check(const char* element, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("sequence header: ", element, " is ", value, ": must be ", low, "..", high));
}

// Assigns an element in range to an int.
absl::Status Store(const char* element, int64_t value, int64_t low, int64_t high, int* target) {
  RETURN_IF_ERROR(Check(element, value, low, high));
  *target = static_cast<int>(value);
  return absl::OkStatus();
}

// E.1.1 aspect_ratio_info_present_flag and the elements up to chroma_loc_info, which both codecs share.
void ParseDisplay(BitReader* bits, SequenceHeader* header) {
  if (bits->Flag()) {
    header->aspect = static_cast<int>(bits->Bits(8));
    if (header->aspect == kExtendedAspect) {
      header->aspect_width = static_cast<int>(bits->Bits(16));
      header->aspect_height = static_cast<int>(bits->Bits(16));
    }
  }
  if (bits->Flag()) bits->Skip(1);  // overscan
  if (bits->Flag()) {
    bits->Skip(4);  // video_format, video_full_range_flag
    if (bits->Flag()) bits->Skip(24);
  }
  if (bits->Flag()) {
    bits->Unsigned();
    bits->Unsigned();
  }
}

// num_units_in_tick and time_scale; a frame of H.264 lasts two ticks.
void ParseTiming(BitReader* bits, int64_t ticks, SequenceHeader* header) {
  const int64_t units = bits->Bits(32);
  const int64_t scale = bits->Bits(32);
  if (units == 0 || scale == 0) return;
  header->rate_numerator = scale;
  header->rate_denominator = units * ticks;
}

// A crop is told in units of chroma samples.
absl::Status ParseCrop(BitReader* bits, int unit_x, int unit_y, SequenceHeader* header) {
  const int64_t left = bits->Unsigned();
  const int64_t right = bits->Unsigned();
  const int64_t top = bits->Unsigned();
  const int64_t bottom = bits->Unsigned();
  RETURN_IF_ERROR(Check("the crop of columns", (left + right) * unit_x, 0, header->coded_width - 1));
  RETURN_IF_ERROR(Check("the crop of rows", (top + bottom) * unit_y, 0, header->coded_height - 1));
  header->crop_left = static_cast<int>(left) * unit_x;
  header->crop_right = static_cast<int>(right) * unit_x;
  header->crop_top = static_cast<int>(top) * unit_y;
  header->crop_bottom = static_cast<int>(bottom) * unit_y;
  return absl::OkStatus();
}

int CropUnitX(int chroma_format) { return chroma_format == 1 || chroma_format == 2 ? 2 : 1; }
int CropUnitY(int chroma_format) { return chroma_format == 1 ? 2 : 1; }

// Table A-1 of H.264: MaxDpbMbs by level_idc.
struct LevelRow {
  int level;
  int macroblocks;
};
constexpr LevelRow kLevels[] = {
    {10, 396},    {11, 900},    {12, 2376},   {13, 2376},   {20, 2376},   {21, 4752},  {22, 8100},
    {30, 8100},   {31, 18000},  {32, 20480},  {40, 32768},  {41, 32768},  {42, 34816}, {50, 110400},
    {51, 184320}, {52, 184320}, {60, 696320}, {61, 696320}, {62, 696320},
};

// A.3.1: what the level allows.
int LevelFrameBuffers(const SequenceHeader& header) {
  const int macroblocks = header.coded_width / 16 * (header.coded_height / 16);
  // Level 1b is coded as level 1.1 with constraint_set3_flag.
  const int level = header.level == 9 || (header.level == 11 && header.constraints[3] != 0) ? 10 : header.level;
  for (const LevelRow& row : kLevels) {
    if (row.level >= level) return std::min(row.macroblocks / macroblocks, 16);
  }
  return 16;
}

bool HasChromaElements(int profile) {
  constexpr int kProfiles[] = {44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244};
  return std::find(std::begin(kProfiles), std::end(kProfiles), profile) != std::end(kProfiles);
}

// 7.3.2.1.1.1, whose lists are not needed.
void SkipScalingList(BitReader* bits, int size) {
  int64_t last = 8;
  for (int i = 0; i < size && bits->ok(); ++i) {
    const int64_t next = (last + bits->Signed() + 256) % 256;
    if (next == 0) return;
    last = next;
  }
}

absl::Status ParseChroma264(BitReader* bits, SequenceHeader* header) {
  RETURN_IF_ERROR(Store("chroma_format_idc", bits->Unsigned(), 0, 3, &header->chroma_format));
  if (header->chroma_format == 3) bits->Skip(1);
  int above_eight;
  RETURN_IF_ERROR(Store("bit_depth_luma_minus8", bits->Unsigned(), 0, 6, &above_eight));
  header->luma_depth = 8 + above_eight;
  RETURN_IF_ERROR(Store("bit_depth_chroma_minus8", bits->Unsigned(), 0, 6, &above_eight));
  header->chroma_depth = 8 + above_eight;
  bits->Skip(1);
  if (!bits->Flag()) return absl::OkStatus();
  for (int list = 0; list < (header->chroma_format == 3 ? 12 : 8); ++list) {
    if (bits->Flag()) SkipScalingList(bits, list < 6 ? 16 : 64);
  }
  return absl::OkStatus();
}

absl::Status SkipPictureOrder264(BitReader* bits) {
  bits->Unsigned();  // log2_max_frame_num_minus4
  const uint32_t type = bits->Unsigned();
  RETURN_IF_ERROR(Check("pic_order_cnt_type", type, 0, 2));
  if (type == 0) bits->Unsigned();
  if (type != 1) return absl::OkStatus();
  bits->Skip(1);
  bits->Signed();
  bits->Signed();
  const uint32_t cycle = bits->Unsigned();
  RETURN_IF_ERROR(Check("num_ref_frames_in_pic_order_cnt_cycle", cycle, 0, 255));
  for (uint32_t i = 0; i < cycle; ++i) bits->Signed();
  return absl::OkStatus();
}

absl::Status SkipHrd264(BitReader* bits) {
  const uint32_t count = bits->Unsigned();
  RETURN_IF_ERROR(Check("cpb_cnt_minus1", count, 0, 31));
  bits->Skip(8);
  for (uint32_t i = 0; i <= count; ++i) {
    bits->Unsigned();
    bits->Unsigned();
    bits->Skip(1);
  }
  bits->Skip(20);
  return absl::OkStatus();
}

// E.1.1 of H.264.
absl::Status ParseVui264(BitReader* bits, SequenceHeader* header) {
  ParseDisplay(bits, header);
  if (bits->Flag()) {
    ParseTiming(bits, 2, header);
    bits->Skip(1);
  }
  bool has_hrd = false;
  for (int kind = 0; kind < 2; ++kind) {
    if (!bits->Flag()) continue;
    has_hrd = true;
    RETURN_IF_ERROR(SkipHrd264(bits));
  }
  if (has_hrd) bits->Skip(1);
  bits->Skip(1);
  if (!bits->Flag()) return absl::OkStatus();
  bits->Skip(1);
  for (int i = 0; i < 4; ++i) bits->Unsigned();
  int reordering;
  int buffers;
  RETURN_IF_ERROR(Store("max_num_reorder_frames", bits->Unsigned(), 0, 16, &reordering));
  RETURN_IF_ERROR(Store("max_dec_frame_buffering", bits->Unsigned(), reordering, 16, &buffers));
  // Beyond the end everything reads as 0.
  if (!bits->ok()) return absl::OkStatus();
  header->reordering = reordering;
  header->frame_buffers = buffers;
  return absl::OkStatus();
}

absl::Status Parse264(BitReader* bits, SequenceHeader* header) {
  header->profile = static_cast<int>(bits->Bits(8));
  for (int& constraint : header->constraints) constraint = bits->Flag();
  bits->Skip(4);
  header->level = static_cast<int>(bits->Bits(8));
  bits->Unsigned();
  if (HasChromaElements(header->profile)) RETURN_IF_ERROR(ParseChroma264(bits, header));
  RETURN_IF_ERROR(SkipPictureOrder264(bits));
  RETURN_IF_ERROR(Store("max_num_ref_frames", bits->Unsigned(), 0, 16, &header->references));
  bits->Skip(1);
  const int64_t columns = int64_t{bits->Unsigned()} + 1;
  const int64_t units = int64_t{bits->Unsigned()} + 1;
  header->interlaced = bits->Flag() ? 0 : 1;
  if (header->interlaced != 0) bits->Skip(1);
  RETURN_IF_ERROR(Store("the coded width", columns * 16, 16, kMaxVideoSide, &header->coded_width));
  const int fields = 1 + header->interlaced;
  RETURN_IF_ERROR(Store("the coded height", units * 16 * fields, 16, kMaxVideoSide, &header->coded_height));
  header->direct_8x8 = bits->Flag();
  if (bits->Flag()) {
    RETURN_IF_ERROR(
        ParseCrop(bits, CropUnitX(header->chroma_format), CropUnitY(header->chroma_format) * fields, header));
  }
  header->frame_buffers = std::max(LevelFrameBuffers(*header), header->references);
  header->reordering = header->frame_buffers;
  return bits->Flag() ? ParseVui264(bits, header) : absl::OkStatus();
}

// 7.3.3 of H.265.
void ParseProfile265(BitReader* bits, int sub_layers, SequenceHeader* header) {
  bits->Skip(2);
  header->tier = bits->Flag();
  header->profile = static_cast<int>(bits->Bits(5));
  bits->Skip(32);
  // general_progressive_source_flag, general_interlaced_source_flag
  const bool progressive = bits->Flag();
  header->interlaced = bits->Flag() && !progressive;
  bits->Skip(46);
  header->level = static_cast<int>(bits->Bits(8));
  std::vector<std::pair<bool, bool>> present;
  for (int i = 1; i < sub_layers; ++i) {
    const bool profile = bits->Flag();
    present.emplace_back(profile, bits->Flag());
  }
  if (sub_layers > 1) bits->Skip(2 * (9 - sub_layers));
  for (const auto& [profile, level] : present) bits->Skip((profile ? 88 : 0) + (level ? 8 : 0));
}

// 7.3.4
void SkipScalingLists265(BitReader* bits) {
  for (int size = 0; size < 4; ++size) {
    for (int matrix = 0; matrix < 6; matrix += size == 3 ? 3 : 1) {
      if (!bits->Flag()) {
        bits->Unsigned();
        continue;
      }
      if (size > 1) bits->Signed();
      for (int i = 0; i < std::min(64, 1 << (4 + 2 * size)); ++i) bits->Signed();
    }
  }
}

// The pictures of a short-term reference set: distances in presentation order, negative ones first.
struct ReferenceSet {
  std::vector<int64_t> before;
  std::vector<int64_t> after;

  size_t size() const { return before.size() + after.size(); }
};

// (7-61) and (7-62): the set `from` seen from a picture at `distance`; `kept` tells for every picture of `from`, and
// for that picture itself, whether it stays.
ReferenceSet Moved(const ReferenceSet& from, int64_t distance, const std::vector<bool>& kept) {
  ReferenceSet result;
  const auto add = [&](int64_t place, bool is_kept, bool is_before) {
    if (!is_kept || place == 0 || (place < 0) != is_before) return;
    (is_before ? result.before : result.after).push_back(place);
  };
  const size_t before = from.before.size();
  for (const bool is_before : {true, false}) {
    const std::vector<int64_t>& crossing = is_before ? from.after : from.before;
    const std::vector<int64_t>& staying = is_before ? from.before : from.after;
    const size_t crossing_base = is_before ? before : 0;
    const size_t staying_base = is_before ? 0 : before;
    for (size_t j = crossing.size(); j-- > 0;) add(crossing[j] + distance, kept[crossing_base + j], is_before);
    add(distance, kept.back(), is_before);
    for (size_t j = 0; j < staying.size(); ++j) add(staying[j] + distance, kept[staying_base + j], is_before);
  }
  return result;
}

// 7.3.7
absl::StatusOr<ReferenceSet> ParseReferenceSet265(BitReader* bits, const std::vector<ReferenceSet>& earlier) {
  if (!earlier.empty() && bits->Flag()) {
    const bool is_negative = bits->Flag();
    const int64_t distance = int64_t{bits->Unsigned()} + 1;
    std::vector<bool> kept;
    for (size_t i = 0; i <= earlier.back().size(); ++i) {
      // used_by_curr_pic_flag, else use_delta_flag
      const bool used = bits->Flag();
      kept.push_back(used || bits->Flag());
    }
    return Moved(earlier.back(), is_negative ? -distance : distance, kept);
  }
  const int64_t before = bits->Unsigned();
  const int64_t after = bits->Unsigned();
  RETURN_IF_ERROR(Check("a short-term reference set's pictures", before + after, 0, 16));
  ReferenceSet set;
  const auto read = [&](int64_t count, int64_t sign, std::vector<int64_t>* places) {
    int64_t place = 0;
    for (int64_t i = 0; i < count; ++i) {
      place += sign * (int64_t{bits->Unsigned()} + 1);
      places->push_back(place);
      bits->Skip(1);
    }
  };
  read(before, -1, &set.before);
  read(after, 1, &set.after);
  return set;
}

// E.2.1 of H.265, as far as the time.
void ParseVui265(BitReader* bits, SequenceHeader* header) {
  ParseDisplay(bits, header);
  bits->Skip(3);
  if (bits->Flag()) {
    for (int i = 0; i < 4; ++i) bits->Unsigned();
  }
  if (bits->Flag()) ParseTiming(bits, 1, header);
}

// From log2_min_luma_coding_block_size_minus3 to the end.
absl::Status ParseTools265(BitReader* bits, int order_bits, SequenceHeader* header) {
  for (int i = 0; i < 6; ++i) bits->Unsigned();
  if (bits->Flag() && bits->Flag()) SkipScalingLists265(bits);
  bits->Skip(2);
  if (bits->Flag()) {
    bits->Skip(8);
    bits->Unsigned();
    bits->Unsigned();
    bits->Skip(1);
  }
  const uint32_t sets = bits->Unsigned();
  RETURN_IF_ERROR(Check("num_short_term_ref_pic_sets", sets, 0, 64));
  std::vector<ReferenceSet> earlier;
  for (uint32_t i = 0; i < sets && bits->ok(); ++i) {
    ASSIGN_OR_RETURN(ReferenceSet set, ParseReferenceSet265(bits, earlier));
    RETURN_IF_ERROR(Check("a short-term reference set's pictures", static_cast<int64_t>(set.size()), 0, 16));
    earlier.push_back(std::move(set));
  }
  if (bits->Flag()) {
    const uint32_t count = bits->Unsigned();
    RETURN_IF_ERROR(Check("num_long_term_ref_pics_sps", count, 0, 32));
    for (uint32_t i = 0; i < count; ++i) bits->Skip(order_bits + 1);
  }
  bits->Skip(2);
  if (bits->Flag()) ParseVui265(bits, header);
  return absl::OkStatus();
}

absl::Status Parse265(BitReader* bits, SequenceHeader* header) {
  bits->Skip(4);
  RETURN_IF_ERROR(Store("sps_max_sub_layers", bits->Bits(3) + 1, 1, 7, &header->sub_layers));
  bits->Skip(1);
  ParseProfile265(bits, header->sub_layers, header);
  bits->Unsigned();
  RETURN_IF_ERROR(Store("chroma_format_idc", bits->Unsigned(), 0, 3, &header->chroma_format));
  if (header->chroma_format == 3) bits->Skip(1);
  RETURN_IF_ERROR(Store("pic_width_in_luma_samples", bits->Unsigned(), 1, kMaxVideoSide, &header->coded_width));
  RETURN_IF_ERROR(Store("pic_height_in_luma_samples", bits->Unsigned(), 1, kMaxVideoSide, &header->coded_height));
  if (bits->Flag()) {
    RETURN_IF_ERROR(ParseCrop(bits, CropUnitX(header->chroma_format), CropUnitY(header->chroma_format), header));
  }
  int above_eight;
  RETURN_IF_ERROR(Store("bit_depth_luma_minus8", bits->Unsigned(), 0, 8, &above_eight));
  header->luma_depth = 8 + above_eight;
  RETURN_IF_ERROR(Store("bit_depth_chroma_minus8", bits->Unsigned(), 0, 8, &above_eight));
  header->chroma_depth = 8 + above_eight;
  int order_bits;
  RETURN_IF_ERROR(Store("log2_max_pic_order_cnt_lsb_minus4", bits->Unsigned(), 0, 12, &order_bits));
  // The last sub-layer's numbers are those of the whole stream.
  for (int i = bits->Flag() ? 0 : header->sub_layers - 1; i < header->sub_layers; ++i) {
    RETURN_IF_ERROR(Store("sps_max_dec_pic_buffering_minus1", bits->Unsigned(), 0, 15, &header->frame_buffers));
    RETURN_IF_ERROR(Store("sps_max_num_reorder_pics", bits->Unsigned(), 0, header->frame_buffers, &header->reordering));
    bits->Unsigned();
  }
  header->references = header->frame_buffers;
  return ParseTools265(bits, order_bits + 4, header);
}

}  // namespace

absl::Span<const uint8_t> FindSequenceHeader(VideoCodec codec, absl::Span<const uint8_t> stream) {
  const CodecRow& row = RowOf(codec);
  constexpr uint8_t kStart[] = {0, 0, 1};
  const auto next_start = [&](const uint8_t* from) {
    return std::search(from, stream.data() + stream.size(), std::begin(kStart), std::end(kStart));
  };
  const uint8_t* const end = stream.data() + stream.size();
  const uint8_t* start = next_start(stream.data());
  while (end - start > 3) {
    const uint8_t* unit = start + 3;
    const int type = UnitType(codec, *unit);
    if (type >= row.first_slice && type <= row.last_slice) return {};
    start = next_start(unit);
    if (type == row.sequence_set) return {unit, static_cast<size_t>(start - unit)};
  }
  return {};
}

absl::StatusOr<SequenceHeader> ParseSequenceHeader(VideoCodec codec, absl::Span<const uint8_t> set) {
  const CodecRow& row = RowOf(codec);
  if (set.size() <= row.header_bytes || UnitType(codec, set[0]) != row.sequence_set) {
    return absl::DataLossError(absl::StrCat("sequence header: ", set.size(), " bytes",
                                            set.empty() ? "" : absl::StrCat(" of type ", UnitType(codec, set[0])),
                                            ", not more than ", row.header_bytes, " of type ", row.sequence_set));
  }
  BitReader bits(set.subspan(row.header_bytes));
  SequenceHeader header;
  RETURN_IF_ERROR(codec == VideoCodec::kH264 ? Parse264(&bits, &header) : Parse265(&bits, &header));
  if (!bits.ok()) {
    return absl::DataLossError(absl::StrCat("sequence header: ", set.size(), " bytes are not all of it"));
  }
  return header;
}

}  // namespace bm::decoder
