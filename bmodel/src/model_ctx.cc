// bmodel.hpp: ModelCtx.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/log.h"
#include "bmodel/include/bmodel.hpp"
#include "bmodel/memory_info.h"
#include "bmodel/reader.h"
#include "bmodel/writer.h"

namespace bmodel {
namespace {

void* CopyOf(bm::bmodel::Bytes bytes) {
  void* copy = std::malloc(std::max<size_t>(bytes.size(), 1));
  if (copy == nullptr) throw std::bad_alloc();
  std::copy(bytes.begin(), bytes.end(), static_cast<uint8_t*>(copy));
  return copy;
}

MODEL_HEADER_T HeaderOf(const bm::bmodel::ModelFile& file) {
  MODEL_HEADER_T header;
  static_assert(sizeof(header) == sizeof(file.header()));
  std::memcpy(&header, &file.header(), sizeof(header));
  return header;
}

void Complain(const char* action, const std::string& reason) {
  bm::Log(bm::Severity::kError, "bmodel", absl::StrCat(action, ": ", reason));
}

bmodel_mem_info_t ToVendor(const bm::bmodel::MemoryInfo& info) {
  bmodel_mem_info_t result;
  result.bd_cmd_mem_size = info.bdc_commands;
  result.gdma_cmd_mem_size = info.gdma_commands;
  result.hau_cmd_mem_size = info.hau_commands;
  result.sdma_cmd_mem_size = info.sdma_commands;
  result.dynamic_ir_mem_size = info.dynamic_ir;
  result.neuron_mem_size = info.neurons;
  result.coeff_mem_size = info.coefficients;
  result.middle_buffer_size = info.middle_buffer;
  result.host_neuron_mem_size = info.host_neurons;
  result.host_coeff_mem_size = info.host_coefficients;
  return result;
}

}  // namespace

ModelCtx::ModelCtx(const std::string& filename)
    : header_(),
      model_gen_(nullptr),
      model_(nullptr),
      model_buffer_(nullptr),
      binary_offset_(0),
      bmodel_pointer_(nullptr) {
  const absl::StatusOr<bm::bmodel::ModelFile> file = bm::bmodel::ModelFile::Open(filename);
  if (!file.ok()) throw std::runtime_error(std::string(file.status().message()));
  file_.open(filename, std::ios::in | std::ios::out | std::ios::binary);
  if (!file_.is_open()) file_.open(filename, std::ios::in | std::ios::binary);
  header_ = HeaderOf(*file);
  binary_offset_ = file->binary_offset();
  model_buffer_ = CopyOf(file->table_bytes());
  model_ = GetModel(model_buffer_);
  update_bmodel();
}

ModelCtx::ModelCtx(const void* bmodel_data, size_t size)
    : header_(),
      model_gen_(nullptr),
      model_(nullptr),
      model_buffer_(nullptr),
      binary_offset_(0),
      bmodel_pointer_(nullptr) {
  const auto file = bm::bmodel::ModelFile::Parse(absl::MakeConstSpan(static_cast<const uint8_t*>(bmodel_data), size));
  if (!file.ok()) {
    Complain("ModelCtx", std::string(file.status().message()));
    return;
  }
  bmodel_pointer_ = bmodel_data;
  header_ = HeaderOf(*file);
  binary_offset_ = file->binary_offset();
  model_buffer_ = CopyOf(file->table_bytes());
  model_ = GetModel(model_buffer_);
  update_bmodel();
}

ModelCtx::~ModelCtx() {
  delete model_gen_;
  std::free(model_buffer_);
}

ModelCtx::operator bool() { return model_ != nullptr; }

const Model* ModelCtx::model() { return model_; }

bool ModelCtx::locate(const bmodel::Binary* binary, uint64_t offset, uint64_t size, uint64_t* position) const {
  if (binary == nullptr || model_ == nullptr) return false;
  if (!bm::CheckRange(binary->start(), binary->size(), header_.binary_size).ok()) return false;
  if (!bm::CheckRange(offset, size, binary->size()).ok()) return false;
  *position = binary_offset_ + binary->start() + offset;
  return true;
}

void ModelCtx::read_binary(const bmodel::Binary* binary, uint8_t* buffer) {
  read_binary(binary, 0, buffer, binary == nullptr ? 0 : binary->size());
}

void ModelCtx::read_binary(const bmodel::Binary* binary, uint64_t offset, uint8_t* buffer, uint64_t size) {
  uint64_t position;
  if (!locate(binary, offset, size, &position)) {
    return Complain("read_binary", absl::StrCat(size, " bytes from ", offset, " on are not inside the blob"));
  }
  if (bmodel_pointer_ != nullptr) {
    std::memcpy(buffer, static_cast<const uint8_t*>(bmodel_pointer_) + position, size);
    return;
  }
  file_.clear();
  file_.seekg(static_cast<std::streamoff>(position));
  file_.read(reinterpret_cast<char*>(buffer), static_cast<std::streamsize>(size));
  if (!file_) Complain("read_binary", absl::StrCat("the file ends before byte ", position + size));
}

void ModelCtx::write_binary(const bmodel::Binary* binary, uint8_t* buffer) {
  write_binary(binary, 0, buffer, binary == nullptr ? 0 : binary->size());
}

void ModelCtx::write_binary(const bmodel::Binary* binary, uint64_t offset, uint8_t* buffer, uint64_t size) {
  uint64_t position;
  if (!locate(binary, offset, size, &position)) {
    return Complain("write_binary", absl::StrCat(size, " bytes from ", offset, " on are not inside the blob"));
  }
  if (bmodel_pointer_ != nullptr) return Complain("write_binary", "bytes in memory belong to the caller");
  file_.clear();
  file_.seekp(static_cast<std::streamoff>(position));
  file_.write(reinterpret_cast<const char*>(buffer), static_cast<std::streamsize>(size));
  file_.flush();
  if (!file_) Complain("write_binary", "the file cannot be written");
}

const void* ModelCtx::data() const { return model_buffer_; }

const MODEL_HEADER_T& ModelCtx::header() const { return header_; }

bool ModelCtx::get_weight(const std::string& net_name, int stage_idx, uint64_t offset, Binary& bin,
                          std::string& op_name) const {
  if (model_ == nullptr || stage_idx < 0) return false;
  for (const Net* net : *model_->net()) {
    if (net->name()->str() != net_name || net->parameter() == nullptr) continue;
    if (static_cast<uint32_t>(stage_idx) >= net->parameter()->size()) return false;
    const CoeffMem* coefficients = net->parameter()->Get(static_cast<uint32_t>(stage_idx))->coeff_mem();
    if (coefficients == nullptr || coefficients->location() == nullptr) return false;
    for (const Location* location : *coefficients->location()) {
      if (location->offset() != offset) continue;
      bin = Binary(coefficients->binary_coeff()->start() + offset, location->size());
      op_name = location->name()->str();
      return true;
    }
  }
  return false;
}

std::vector<uint8_t> ModelCtx::all_bytes() {
  std::vector<uint8_t> bytes(binary_offset_ + header_.binary_size);
  if (bmodel_pointer_ != nullptr) {
    std::memcpy(bytes.data(), bmodel_pointer_, bytes.size());
    return bytes;
  }
  file_.clear();
  file_.seekg(0);
  file_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

bmodel_mem_info_t ModelCtx::get_bmodel_mem_info() {
  if (model_ == nullptr) return {};
  const std::vector<uint8_t> bytes = all_bytes();
  const auto file = bm::bmodel::ModelFile::Parse(bytes);
  if (!file.ok()) {
    Complain("get_bmodel_mem_info", std::string(file.status().message()));
    return {};
  }
  return ToVendor(MemoryOf(file->model()));
}

void ModelCtx::update_bmodel() {
  const bool is_current = std::all_of(model_->net()->begin(), model_->net()->end(),
                                      [](const Net* net) { return net->parameter() != nullptr; });
  if (is_current) return;
  const std::vector<uint8_t> bytes = all_bytes();
  const auto file = bm::bmodel::ModelFile::Parse(bytes);
  if (!file.ok()) return Complain("update_bmodel", std::string(file.status().message()));
  const auto tables = SerializeTables(file->model(), file->binary());
  if (!tables.ok()) return Complain("update_bmodel", std::string(tables.status().message()));
  std::free(model_buffer_);
  model_buffer_ = CopyOf(*tables);
  model_ = GetModel(model_buffer_);
}

void ModelCtx::update_net(const std::string&, const flatbuffers::Vector<flatbuffers::Offset<NetStatic>>*) {
  update_bmodel();
}

void ModelCtx::update_net(const std::string&, const flatbuffers::Vector<flatbuffers::Offset<NetDynamic>>*) {
  update_bmodel();
}

}  // namespace bmodel
