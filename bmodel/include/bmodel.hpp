// Reads and writes bmodel files through their FlatBuffers tables.
//
//   bmodel::ModelCtx model("compilation.bmodel");
//   if (!model) ...
//   for (const bmodel::Net* net : *model.model()->net()) ...
//
// The byte layout of the file: docs/formats/bmodel.md.
#ifndef LIBBMODEL_HPP_
#define LIBBMODEL_HPP_

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "model_generated.h"

namespace bmodel {

const int SHA256_LEN = 32;

// Writes the SHA-256 of `size` bytes into `sha_value`.
void CalcSha256(const uint8_t* buffer, uint64_t size, uint8_t sha_value[SHA256_LEN]);

// The first 64 bytes of a file.
typedef struct {
  uint32_t magic;
  uint32_t header_size;
  uint32_t flatbuffers_size;
  uint32_t binary_size;
  uint32_t reserved[12];
} __attribute__((packed)) MODEL_HEADER_T;

// Bytes that the nets of a model take once they are loaded.
typedef struct bmodel_mem_info {
  uint64_t bd_cmd_mem_size;
  uint64_t gdma_cmd_mem_size;
  uint64_t hau_cmd_mem_size;
  uint64_t sdma_cmd_mem_size;
  uint64_t dynamic_ir_mem_size;
  uint64_t neuron_mem_size;
  uint64_t coeff_mem_size;
  uint64_t middle_buffer_size;
  uint64_t host_neuron_mem_size;
  uint64_t host_coeff_mem_size;
} bmodel_mem_info_t;

// Collects nets and blobs into a file. Equal blobs are stored once. A net that does not fit (AddNet), a blob beyond
// the format's 4 GiB or a file that cannot be written throws std::runtime_error.
class ModelGen {
 public:
  // `reserved_size`: bytes to set aside for blobs at the start. Not explicit, like the vendor's.
  ModelGen(uint32_t reserved_size = 0x1000000);  // NOLINT(google-explicit-constructor)
  virtual ~ModelGen();

  // The builder in which the caller makes tables.
  flatbuffers::FlatBufferBuilder& Builder();

  // Stores a blob.
  Binary WriteBinary(size_t size, uint8_t* buffer);

  void AddChip(const std::string& arch_name);
  void AddNumDevice(int num_device);

  // Adds a whole net.
  void AddNet(const flatbuffers::Offset<Net>& net);

  // Adds a stage to the net of this name, which is made if it is new. Returns the positions of both through the
  // pointers that are not null. A net that is part of a cascade has one stage.
  void AddNet(std::string net_name, const flatbuffers::Offset<NetParameter>& parameter, uint32_t* net_idx = NULL,
              uint32_t* stage_idx = NULL, const bmodel::Cascade* cascade = NULL, int32_t addr_mode = 0);

  typedef struct {
    int64_t device_id;
    int64_t step;
    std::string main_name;
  } CASCADE_INFO_T;

  // The same; the net is part of a cascade where main_name is not empty.
  void AddNet(const std::string& net_name, const CASCADE_INFO_T& cascade,
              const flatbuffers::Offset<NetParameter>& parameter, int32_t addr_mode = 0);

  void AddKernelModule(std::string& file_name, Binary& binary);
  void AddCpuModule(std::string& file_name, Binary& binary);

  // Finish, then Save into a file.
  void Finish(const std::string& filename);

  // Completes the tables; returns the size of the whole file in bytes. Nothing can be added afterwards.
  size_t Finish();

  // Writes the finished file, or its bytes into a buffer of Finish()'s size.
  void Save(const std::string& filename);
  void Save(void* buffer);

  // The finished tables.
  uint8_t* GetBufferPointer();

 private:
  struct NET_INFO_T {
    std::string name;
    std::vector<flatbuffers::Offset<NetParameter>> parameters;
    CASCADE_INFO_T cascade;
    int32_t addr_mode;
  };
  struct KERNEL_MODULE_T {
    std::string file_name;
    Binary binary;
  };
  typedef KERNEL_MODULE_T CPUOP_MODULE_T;

  // True if two stages of one net cannot stand side by side.
  bool IsTensorConflict(const flatbuffers::Vector<flatbuffers::Offset<Tensor>>* left,
                        const flatbuffers::Vector<flatbuffers::Offset<Tensor>>* right);
  bool IsShapeSame(const Shape* left, const Shape* right);

  std::string chip_;
  int num_device_;
  flatbuffers::FlatBufferBuilder builder_;
  std::vector<uint8_t> binary_;
  std::vector<Binary> binary_vector_;
  std::vector<NET_INFO_T> net_vector_;
  std::vector<flatbuffers::Offset<bmodel::Net>> nets_;
  uint64_t max_neuron_size_;
  KERNEL_MODULE_T kernel_module_;
  CPUOP_MODULE_T cpuop_module_;
};

// A model file, or the bytes of one.
class ModelCtx {
 public:
  // Opens a file, for write_binary too where it may be written. Throws std::runtime_error for a file that is not there
  // or not a bmodel.
  ModelCtx(const std::string& filename);  // NOLINT(google-explicit-constructor)
  // The bytes stay the caller's and outlive the object; they are not a bmodel where operator bool is false.
  ModelCtx(const void* bmodel_data, size_t size);
  virtual ~ModelCtx();

  operator bool();

  // The tables; files from before NetParameter are brought up to it.
  const Model* model();

  // Copies a blob, or `size` bytes from byte `offset` of it. A range outside the file copies nothing and prints a line.
  void read_binary(const bmodel::Binary* binary, uint8_t* buffer);
  void read_binary(const bmodel::Binary* binary, uint64_t offset, uint8_t* buffer, uint64_t size);

  // Overwrites a blob in place, or a part of it. Nothing happens, apart from a printed line, to a range outside the
  // file or a file that is write-protected.
  void write_binary(const bmodel::Binary* binary, uint8_t* buffer);
  void write_binary(const bmodel::Binary* binary, uint64_t offset, uint8_t* buffer, uint64_t size);

  // The bytes of the tables.
  const void* data() const;
  const MODEL_HEADER_T& header() const;

  // Range and name of the operation whose weights start exactly at `offset` of a stage's coefficients.
  bool get_weight(const std::string& net_name, int stage_idx, uint64_t offset, Binary& bin, std::string& op_name) const;

  bmodel_mem_info_t get_bmodel_mem_info();

 protected:
  // Brings legacy nets up to NetParameter, all at once; the blobs stay where they are.
  void update_bmodel();
  void update_net(const std::string& net_name, const flatbuffers::Vector<flatbuffers::Offset<NetStatic>>* net_static);
  void update_net(const std::string& net_name, const flatbuffers::Vector<flatbuffers::Offset<NetDynamic>>* net_dynamic);

 private:
  ModelCtx(const ModelCtx& other) = delete;
  ModelCtx& operator=(const ModelCtx& other) = delete;

  // Where [start + offset, + size) of a blob lies in the file; false where it leaves the file.
  bool locate(const bmodel::Binary* binary, uint64_t offset, uint64_t size, uint64_t* position) const;

  // The whole file.
  std::vector<uint8_t> all_bytes();

  MODEL_HEADER_T header_;
  ModelGen* model_gen_;
  const Model* model_;
  void* model_buffer_;
  uint64_t binary_offset_;
  std::fstream file_;
  const void* bmodel_pointer_;
};

}  // namespace bmodel

#endif  // LIBBMODEL_HPP_
