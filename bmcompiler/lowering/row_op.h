// Operations whose result rows depend on a range of input rows: convolution, pooling, everything elementwise.
//
// One Compute serves a whole layer and a tile of it. RowOp decides which: everything at once where it fits; with the
// coefficients streamed in blocks of output channels where only they are too large; otherwise in tiles of channels,
// batches and rows between DDR and double buffers.
#ifndef BMCOMPILER_LOWERING_ROW_OP_H_
#define BMCOMPILER_LOWERING_ROW_OP_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "bmcompiler/lowering/node_lowering.h"

namespace bm::lowering {

struct RowRange {
  uint32_t begin = 0;
  uint32_t count = 0;
};

// The part of a result that one Compute makes, with everything it reads.
struct RowTile {
  uint32_t first_batch = 0;  // of the result, as the following; output.shape says how many
  uint32_t first_channel = 0;
  RowRange rows;
  std::vector<LocalTensor> inputs;
  std::vector<uint32_t> input_rows;  // the first row that each input holds
  LocalTensor output;
  std::vector<LocalTensor> constants;  // those of the channels of this tile
  std::vector<LocalTensor> scratch;
};

class RowOp : public NodeLowering {
 public:
  using NodeLowering::NodeLowering;

  std::vector<PackedConstant> Constants() override;
  absl::Status Lower() override;

 protected:
  // Checks attributes and fixes views; called once before anything else. The default takes canonical views.
  virtual absl::Status Prepare();

  // The rows of `input` that result rows read.
  virtual RowRange InputRows(int /*input*/, RowRange rows) const { return rows; }
  // The last result row that a tile may begin with.
  virtual uint32_t LastTileBegin() const { return output_view_.h - 1; }
  // Whether result channel c reads only channel c of `input` (which then has as many channels).
  virtual bool IsChannelwise() const { return true; }
  // The coefficients; their channels are the result's.
  virtual std::vector<PackedConstant> Pack() { return {}; }
  // Temporaries, and their shape for a result tile (by default the same).
  virtual int scratch_tensors() const { return 0; }
  virtual Dims4 ScratchShape(const Dims4& output) const { return output; }
  // Whether a tile may hold some channels only.
  virtual bool CanSplitChannels() const { return true; }
  // Whether a tile may hold some rows only.
  virtual bool CanSplitRows() const { return true; }
  // The input whose memory the result may overwrite; -1: none.
  virtual int InPlaceInput() const { return -1; }

  virtual absl::Status Compute(const RowTile& tile) = 0;

  // Set by Prepare where elements only meet elements at the same place: any view of all operands will do.
  bool any_view_ = false;

  std::vector<int> tensor_inputs_;  // indices of node inputs that are tiled (not coefficients)
  std::vector<Dims4> input_views_;
  Dims4 output_view_;

 private:
  // One step of the tiled form.
  struct TileSpec {
    uint32_t batch = 0;
    uint32_t first_channel = 0, channels = 0;
    RowRange rows;
  };
  // How large tiles are, and the bytes per lane of their largest parts.
  struct TilePlan {
    uint32_t channels = 0, rows = 0;
    std::vector<uint64_t> input_bytes;
    uint64_t output_bytes = 0, constant_bytes = 0, scratch_bytes = 0;
    uint64_t total_bytes = 0;
  };
  // Offsets of the buffers of the tiled form; [i % 2] belongs to the i-th tile or block of coefficients.
  struct TileBuffers {
    std::vector<uint32_t> inputs[2];
    uint32_t output[2] = {};
    uint32_t constants[2] = {};
    uint32_t scratch = 0;
  };

  absl::Status PrepareOnce();
  absl::Status PrepareAndCheck();
  void ChooseView();
  void UseView(const Dims4& view);
  const std::vector<PackedConstant>& Packed();
  uint64_t ConstantBytes(uint32_t channels);
  std::vector<LocalTensor> LoadConstants(uint32_t first, uint32_t count, uint32_t offset);
  std::vector<LocalTensor> ScratchTensors(uint32_t offset, const Dims4& output) const;
  uint64_t ScratchBytes(const Dims4& output) const;
  Dims4 InputTileShape(int input, const TileSpec& tile) const;

  absl::StatusOr<bool> LowerWhole();
  absl::StatusOr<bool> LowerStreamed();
  absl::StatusOr<bool> LowerStreamed(uint32_t block);
  absl::Status LowerTiled();
  TilePlan Measure(uint32_t channels, uint32_t rows);
  absl::StatusOr<TilePlan> FindPlan();
  std::vector<TileSpec> Tiles(const TilePlan& plan) const;
  void LoadTile(const TileSpec& tile, const std::vector<uint32_t>& offsets, RowTile* loaded);

  std::optional<absl::Status> prepared_;  // what the one call of Prepare answered
  bool packed_ready_ = false;
  std::vector<PackedConstant> packed_;
};

}  // namespace bm::lowering

#endif  // BMCOMPILER_LOWERING_ROW_OP_H_
