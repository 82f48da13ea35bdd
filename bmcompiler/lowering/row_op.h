// Operations whose result at a place depends on a range of input rows and columns: convolution, pooling, everything
// elementwise.
//
// One Compute serves a whole layer and a tile of it. RowOp decides which: everything at once where it fits; with the
// coefficients streamed in blocks of output channels where only they are too large; otherwise in tiles of channels,
// batches, rows and columns between DDR and double buffers.
//
// An operation that no single command computes is cut into pieces: every tile is then computed once a piece, each on
// its own part of the input and the coefficients, and Compute adds the pieces up.
#ifndef BMCOMPILER_LOWERING_ROW_OP_H_
#define BMCOMPILER_LOWERING_ROW_OP_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "bmcompiler/lowering/node_lowering.h"

namespace bm::lowering {

// What a tile reads along one axis of an input: `count` positions from `begin` on, `step` apart. Element i of the input
// lies at position i * pitch; positions without an element, also those before and behind the input, hold the border
// value. At most one of step and pitch is above 1.
struct InputSpan {
  int64_t begin = 0;
  uint32_t count = 0;
  uint32_t step = 1, pitch = 1;
};

// The first channel, row position and column position that a tile holds of an input.
struct Origin {
  uint32_t channel = 0;
  int64_t row = 0, column = 0;
};

// The part of a result that one Compute makes, with everything it reads.
struct RowTile {
  uint32_t first_batch = 0;  // of the result, as the following; output.shape says how many
  uint32_t first_channel = 0;
  Range rows, columns;
  uint32_t piece = 0;
  std::vector<LocalTensor> inputs;
  std::vector<Origin> origins;         // of the inputs
  LocalTensor output;                  // holds the sum of the pieces before
  std::vector<LocalTensor> constants;  // those of the channels of this tile
  std::vector<LocalTensor> scratch;
};

// What the buffers of tiles may take of a lane: a margin for rounding each up to the alignment.
inline constexpr uint64_t kTileBytes = isa::kLaneBytes - 2048;

class RowOp : public NodeLowering {
 public:
  using NodeLowering::NodeLowering;

  std::vector<PackedConstant> Constants() override;
  absl::Status Lower() override;

 protected:
  // Checks attributes and fixes views; called once before anything else. The default takes canonical views.
  virtual absl::Status Prepare();

  // In how many pieces a tile is computed.
  virtual uint32_t pieces() const { return 1; }
  // Makes the pieces smaller where no tile fits local memory; false: they cannot be.
  virtual bool ShrinkPieces() { return false; }

  // What a piece of these result rows, columns and channels reads of `input`.
  virtual InputSpan InputRows(int /*input*/, Range rows, uint32_t /*piece*/) const { return {rows.begin, rows.count}; }
  virtual InputSpan InputColumns(int /*input*/, Range columns, uint32_t /*piece*/) const {
    return {columns.begin, columns.count};
  }
  virtual Range InputChannels(int input, Range channels, uint32_t /*piece*/) const {
    return IsChannelwise() ? channels : Range{0, input_views_[input].c};
  }
  virtual float BorderValue() const { return 0; }
  // Whether the inputs as they are will do; else tiles are loaded with the border that InputRows and InputColumns ask
  // for.
  virtual bool FitsWhole() const { return true; }
  // The most rows and columns that the commands take.
  virtual uint32_t MaxExtent() const { return kMaxExtent; }
  // The most rows and columns of a result that a tile may have.
  virtual uint32_t MostTileRows() const { return output_view_.h; }
  virtual uint32_t MostTileColumns() const { return output_view_.w; }
  // Whether result channel c reads only channel c of `input` (which then has as many channels).
  virtual bool IsChannelwise() const { return true; }
  // The coefficients of a piece; their channels are the result's.
  virtual std::vector<PackedConstant> Pack(uint32_t /*piece*/) { return {}; }
  // Temporaries, and their shape for a result tile (by default the same).
  virtual int scratch_tensors() const { return 0; }
  virtual Dims4 ScratchShape(const Dims4& output) const { return output; }
  // Whether a tile may hold some channels only.
  virtual bool CanSplitChannels() const { return true; }
  // Whether a tile may hold some rows only.
  virtual bool CanSplitRows() const { return true; }
  // Whether a tile may hold some columns only.
  virtual bool CanSplitColumns() const { return true; }
  // The input whose memory the result may overwrite; -1: none.
  virtual int InPlaceInput() const { return -1; }

  virtual absl::Status Compute(const RowTile& tile) = 0;

  // Set by Prepare where elements only meet elements at the same place: any view of all operands will do.
  bool any_view_ = false;

  std::vector<int> tensor_inputs_;  // indices of node inputs that are tiled (not coefficients)
  std::vector<Dims4> input_views_;
  Dims4 output_view_;

 private:
  // A part of the result in the tiled form.
  struct TileSpec {
    uint32_t batch = 0;
    Range channels, rows, columns;
  };
  // How large tiles are, and the bytes per lane of their largest parts.
  struct TilePlan {
    uint32_t channels = 0, rows = 0, columns = 0;
    std::vector<uint64_t> input_bytes;
    uint64_t output_bytes = 0, constant_bytes = 0, scratch_bytes = 0;
    uint64_t total_bytes = 0;
    bool fits = false;  // local memory and the fields of the commands
  };
  // Offsets of the buffers of the tiled form; [i % 2] belongs to the i-th tile or block of coefficients.
  struct TileBuffers {
    std::vector<uint32_t> inputs[2];
    uint32_t output[2] = {};
    uint32_t constants[2] = {};
    uint32_t scratch = 0;
  };

  absl::Status PrepareOnce();
  void ChooseView();
  void UseView(const Dims4& view);
  const std::vector<PackedConstant>& Packed(uint32_t piece);
  uint64_t ConstantBytes(uint32_t channels);
  std::vector<LocalTensor> LoadConstants(Range channels, uint32_t piece, uint32_t offset);
  std::vector<LocalTensor> ScratchTensors(uint32_t offset, const Dims4& output) const;
  uint64_t ScratchBytes(const Dims4& output) const;
  bool FitsTransfers() const;

  absl::StatusOr<bool> LowerWhole();
  absl::StatusOr<bool> LowerStreamed();
  absl::StatusOr<bool> LowerStreamed(uint32_t block);
  absl::Status LowerTiled();
  TilePlan Measure(uint32_t channels, uint32_t rows, uint32_t columns);
  TilePlan LargestPlan(uint32_t channels, uint32_t columns);
  absl::StatusOr<TilePlan> FindPlan();
  std::vector<TileSpec> Tiles(const TilePlan& plan) const;
  absl::StatusOr<TileBuffers> PlaceBuffers(const TilePlan& plan);
  void LoadInputs(const TileSpec& tile, const std::vector<uint32_t>& offsets, RowTile* loaded);
  void StoreTile(const TileSpec& tile, const LocalTensor& output);

  std::optional<absl::Status> prepared_;                            // what the one call of Prepare answered
  std::vector<std::optional<std::vector<PackedConstant>>> packed_;  // by piece
};

}  // namespace bm::lowering

#endif  // BMCOMPILER_LOWERING_ROW_OP_H_
