// Random GDMA commands of every function, direction and format on random bits against command_model.h.
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bmdriver_sim/reference/random_commands.h"

namespace bm::reference {
namespace {

using isa::DataFormat;
using isa::Dims4;
using isa::Direction;
using isa::GdmaFunction;

class RandomTransfersTest : public RandomCommandsTest {
 protected:
  // A side of a transfer with room for `shape`.
  isa::GdmaSide SideOf(bool is_local, bool is_target, const Dims4& shape, int bytes) {
    isa::GdmaSide side;
    side.is_local = is_local;
    side.shape = shape;
    side.address = is_local ? Address(is_target ? 4 : 0, 128)
                            : CommandModel::kSystemBase + (is_target ? CommandModel::kSystemBytes / 2 : 0) +
                                  Pick(0, 50) * static_cast<uint32_t>(bytes);
    side.stride = DistinctStride(shape, is_local ? 3 : shape.c);
    if (is_target) return side;
    for (uint32_t* stride : {&side.stride.n, &side.stride.c, &side.stride.h, &side.stride.w}) {
      if (Pick(0, 5) == 0) *stride = 0;
    }
    return side;
  }
  static bool IsLocal(Direction direction, bool is_target) {
    return direction == Direction::kLocalToLocal ||
           direction == (is_target ? Direction::kSystemToLocal : Direction::kLocalToSystem);
  }
  isa::GdmaCommand Command(DataFormat format) {
    constexpr Direction kDirections[] = {Direction::kSystemToLocal, Direction::kLocalToSystem,
                                         Direction::kSystemToSystem, Direction::kLocalToLocal};
    isa::GdmaCommand command;
    command.direction = OneOf(kDirections);
    command.source_format = command.target_format = format;
    command.accumulate = Pick(0, 3) == 0;
    if (Coin()) command.lane_mask = uint64_t{random_()} << 32 | random_();
    return command;
  }
  // Both sides for the command's direction.
  void SetSides(const Dims4& from, const Dims4& to, isa::GdmaCommand* command) {
    const int bytes = isa::BytesOf(command->source_format), target_bytes = isa::BytesOf(command->target_format);
    command->source = SideOf(IsLocal(command->direction, false), false, from, bytes);
    command->target = SideOf(IsLocal(command->direction, true), true, to, target_bytes);
    command->same_shape = from == to;
  }
  DataFormat AnyFormat() {
    constexpr DataFormat kFormats[] = {DataFormat::kF32, DataFormat::kI16, DataFormat::kU8, DataFormat::kI8,
                                       DataFormat::kF16};
    return OneOf(kFormats);
  }
  static std::vector<std::string> Names(const std::vector<std::string>& directions, const std::string& function) {
    std::vector<std::string> names;
    for (const std::string& direction : directions) {
      for (const char* format : {"f32", "i16", "u8", "i8", "f16"}) {
        names.push_back(absl::StrCat(direction, function, ".", format));
      }
    }
    return names;
  }
};

TEST_F(RandomTransfersTest, Copies) {
  RunEach(Names({"load", "store", "copy", "move"}, ""), 8, [this] {
    isa::GdmaCommand command = Command(AnyFormat());
    const Dims4 from = RandomShape();
    // Of the same count in other sizes.
    const Dims4 to = Coin() ? from : Dims4{1, from.h * from.n, from.c, from.w};
    SetSides(from, to, &command);
    RunGdma(command);
  });
}

TEST_F(RandomTransfersTest, Transposes) {
  std::vector<std::string> names = Names({"load", "store", "copy", "move"}, ".nc");
  for (const std::string& name : Names({"move"}, ".cw")) names.push_back(name);
  RunEach(names, 6, [this] {
    isa::GdmaCommand command = Command(AnyFormat());
    Dims4 from = RandomShape();
    if (Pick(0, 4) == 0) {
      command.function = GdmaFunction::kTransposeCW;
      command.direction = Direction::kLocalToLocal;
      from = {1, from.c, 1, from.w};
      SetSides(from, {1, from.w, 1, from.c}, &command);
    } else {
      command.function = GdmaFunction::kTransposeNC;
      SetSides(from, {from.c, from.n, from.h, from.w}, &command);
    }
    RunGdma(command);
  });
}

TEST_F(RandomTransfersTest, Fills) {
  RunEach(Names({"load", "copy"}, ".fill"), 10, [this] {
    isa::GdmaCommand command = Command(AnyFormat());
    command.function = GdmaFunction::kFill;
    command.direction = Coin() ? Direction::kSystemToLocal : Direction::kSystemToSystem;
    command.constant = FloatBits();
    SetSides({}, RandomShape(), &command);
    command.source = {};
    RunGdma(command);
  });
}

TEST_F(RandomTransfersTest, Conversions) {
  std::vector<std::string> names;
  for (const char* direction : {"load", "store", "copy", "move"}) {
    for (const char* pair : {"f32-i8", "f32-u8", "f32-f16", "i8-f32", "u8-f32", "f16-f32"}) {
      names.push_back(absl::StrCat(direction, ".convert.", pair));
    }
  }
  RunEach(names, 8, [this] {
    constexpr DataFormat kNarrow[] = {DataFormat::kI8, DataFormat::kU8, DataFormat::kF16};
    isa::GdmaCommand command = Command(DataFormat::kF32);
    command.function = GdmaFunction::kConvert;
    command.accumulate = false;
    (Coin() ? command.source_format : command.target_format) = OneOf(kNarrow);
    const Dims4 shape = RandomShape();
    SetSides(shape, shape, &command);
    RunGdma(command);
  });
}

TEST_F(RandomTransfersTest, FlatCopiesAndFills) {
  std::vector<std::string> names = Names({"load", "store", "copy", "move"}, ".flat");
  for (const std::string& name : Names({"load", "copy"}, ".fill.flat")) names.push_back(name);
  RunEach(names, 6, [this] {
    isa::GdmaCommand command = Command(AnyFormat());
    command.is_flat = true;
    command.flat_count = Pick(1, 1500);
    command.lane_mask = ~uint64_t{0};
    if (Pick(0, 3) == 0) {
      command.function = GdmaFunction::kFill;
      command.direction = Coin() ? Direction::kSystemToLocal : Direction::kSystemToSystem;
      command.constant = FloatBits();
    }
    SetSides({1, 1, 1, 1}, {1, 1, 1, 1}, &command);
    RunGdma(command);
  });
}

TEST_F(RandomTransfersTest, Matrices) {
  std::vector<std::string> names = Names({"load", "store"}, ".matrix");
  for (const std::string& name : Names({"load", "store"}, ".nc.matrix")) names.push_back(name);
  RunEach(names, 8, [this] {
    isa::GdmaCommand command = Command(AnyFormat());
    command.is_matrix = true;
    command.direction = Coin() ? Direction::kSystemToLocal : Direction::kLocalToSystem;
    if (Coin()) command.function = GdmaFunction::kTransposeNC;
    const Dims4 rows_columns{1, 1, Pick(1, 12), Pick(1, 100)};
    const uint32_t columns = command.function == GdmaFunction::kCopy ? rows_columns.w : rows_columns.h;
    const uint32_t width = Pick(1 + columns / 70, 1 + columns / 3);
    SetSides(rows_columns, {1, 1, 1, width}, &command);
    if (command.direction == Direction::kLocalToSystem) std::swap(command.source.shape, command.target.shape);
    for (isa::GdmaSide* side : {&command.source, &command.target}) {
      if (side->is_local) {
        side->stride = {3 * width + Pick(0, 3), width, 0, 1};
      } else {
        side->stride = {0, 0, rows_columns.w + Pick(0, 3), 1};
      }
    }
    RunGdma(command);
  });
}

TEST_F(RandomTransfersTest, Filters) {
  RunEach({"store.filter.f32", "move.filter.f32"}, 20, [this] {
    isa::GdmaCommand command = Command(DataFormat::kF32);
    command.function = GdmaFunction::kFilter;
    command.direction = Coin() ? Direction::kLocalToSystem : Direction::kLocalToLocal;
    command.accumulate = false;
    command.lane_mask = ~uint64_t{0};
    const Dims4 shape{Pick(1, 2), Pick(1, 70), Pick(1, 2), Pick(1, 5)};
    SetSides(shape, shape, &command);
    command.mask_address = Address(1, 128);
    // Zero words in the mask are rare by chance.
    for (uint32_t lane = 0; lane < 64; ++lane) {
      for (uint32_t i = 0; i < kRegionBytes / 4; ++i) {
        if (Coin()) std::memset(chip_->local() + lane * isa::kLaneBytes + kRegionBytes + 4 * i, 0, 4);
      }
    }
    RunGdma(command);
  });
}

}  // namespace
}  // namespace bm::reference
