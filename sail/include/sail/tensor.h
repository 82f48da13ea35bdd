// Handles, statuses, exceptions and tensors of SAIL.
//
//   sail::Handle handle(0);
//   sail::Tensor input(handle, {1, 3, 224, 224}, BM_FLOAT32, true, true);
//   memcpy(input.sys_data(), pixels, input.nbytes());
//   input.sync_s2d();
//
// Everything that fails throws a Sail*Error whose text starts with the status name. Objects of different threads are
// independent; one Tensor is not synchronised. Decisions: docs/reference/sail.md.
#ifndef SAIL_TENSOR_H_
#define SAIL_TENSOR_H_

#include <bmlib_runtime.h>
#include <bmruntime_interface.h>
#include <spdlog/spdlog.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// Prints the milliseconds since start_us, a value of get_current_time_us(), when set_print_flag(true) was called.
#define PRINT_TIME_MS(name, start_us)                                                             \
  do {                                                                                            \
    if (::sail::get_print_flag()) {                                                               \
      printf("%s time use: %.4f ms\n", name, (::sail::get_current_time_us() - (start_us)) / 1e3); \
    }                                                                                             \
  } while (0)

// The same between two values, with the function's name in front.
#define PRINT_function_Time_ms(name, start_us, end_us)                                                    \
  do {                                                                                                    \
    if (::sail::get_print_flag()) {                                                                       \
      printf("Function[%s]-[%s] time use: %.4f ms\n", __FUNCTION__, name, ((end_us) - (start_us)) / 1e3); \
    }                                                                                                     \
  } while (0)

// The file name of a path.
#define BASENAME(path) (strrchr(path, '/') ? strrchr(path, '/') + 1 : (path))

// Throws the exception of a status that is not SAIL_SUCCESS.
#define SAIL_CHECK_RET(ret) ::sail::check_return_status(ret)

namespace sail {

typedef enum sail_status_t {
  SAIL_SUCCESS = 0,
  SAIL_ERR_DEV_BASIC = 1001,
  SAIL_ERR_DEV_INIT = 1002,
  SAIL_ERR_DEV_CLOSE = 1003,
  SAIL_ERR_DEV_HANDLE = 1004,
  SAIL_ERR_DEV_MALLOC = 1005,
  SAIL_ERR_DEV_MCOPY = 1006,
  SAIL_ERR_DEV_MMAP = 1007,
  SAIL_ERR_DEV_QFULL = 1008,
  SAIL_ERR_DEV_QEMPTY = 1009,
  SAIL_ERR_TENSOR_BASIC = 2001,
  SAIL_ERR_TENSOR_INIT = 2002,
  SAIL_ERR_TENSOR_EMPTY = 2003,
  SAIL_ERR_TENSOR_SHAPE = 2004,
  SAIL_ERR_TENSOR_DTYPE = 2005,
  SAIL_ERR_TENSOR_SIZE = 2006,
  SAIL_ERR_TENSOR_PARAM = 2007,
  SAIL_ERR_TENSOR_SYSMEM = 2008,
  SAIL_ERR_TENSOR_DEVMEM = 2009,
  SAIL_ERR_TENSOR_CVT = 2010,
  SAIL_ERR_TENSOR_DUMP = 2011,
  SAIL_ERR_ENGINE_BASIC = 3001,
  SAIL_ERR_ENGINE_INIT = 3002,
  SAIL_ERR_ENGINE_BMODEL = 3003,
  SAIL_ERR_ENGINE_LOAD = 3004,
  SAIL_ERR_ENGINE_DTYPE = 3005,
  SAIL_ERR_ENGINE_SHAPE = 3006,
  SAIL_ERR_ENGINE_INPUT = 3007,
  SAIL_ERR_ENGINE_OUTPUT = 3008,
  SAIL_ERR_ENGINE_GRAPH = 3009,
  SAIL_ERR_ENGINE_INFER = 3010,
  SAIL_ERR_ENGINE_PUSH = 3011,
  SAIL_ERR_ENGINE_GET = 3012,
  SAIL_ERR_BMI_BASIC = 4001,
  SAIL_ERR_BMI_INIT = 4002,
  SAIL_ERR_BMI_EMPTY = 4003,
  SAIL_ERR_BMI_SHAPE = 4004,
  SAIL_ERR_BMI_DTYPE = 4005,
  SAIL_ERR_BMI_FORMAT = 4006,
  SAIL_ERR_BMI_PARAM = 4007,
  SAIL_ERR_BMI_NOTSUP = 4008,
  SAIL_ERR_BMI_BMCV = 4009,
  SAIL_ERR_BMI_ALLOC = 4010,
  SAIL_ERR_BMI_CVT = 4011,
  SAIL_ERR_BMI_IPCINIT = 4012,
  SAIL_ERR_BMI_IPCSEND = 4013,
  SAIL_ERR_BMI_IPCRCV = 4014,
  SAIL_ERR_DEC_BASIC = 5001,
  SAIL_ERR_DEC_INIT = 5002,
  SAIL_ERR_DEC_OPEN = 5003,
  SAIL_ERR_DEC_FORMAT = 5004,
  SAIL_ERR_DEC_CODEC = 5005,
  SAIL_ERR_DEC_READ = 5006,
  SAIL_ERR_DEC_EOF = 5007,
  SAIL_ERR_DEC_TIMEOUT = 5008,
  SAIL_ERR_DEC_CVT = 5009,
  SAIL_ERR_DEC_DUMP = 5010,
  SAIL_ERR_DEC_JPEG = 5011,
  SAIL_ERR_DEC_MDADD = 5012,
  SAIL_ERR_DEC_MDDEL = 5013,
  SAIL_ERR_DEC_MDCLR = 5014,
  SAIL_ERR_DEC_MDRD = 5015,
  SAIL_ERR_ENC_BASIC = 6001,
  SAIL_ERR_ENC_INIT = 6002,
  SAIL_ERR_ENC_OPEN = 6003,
  SAIL_ERR_ENC_FORMAT = 6004,
  SAIL_ERR_ENC_CODEC = 6005,
  SAIL_ERR_ENC_VDWR = 6006,
  SAIL_ERR_ENC_EOF = 6007,
  SAIL_ERR_ENC_CVT = 6008,
  SAIL_ERR_ENC_DUMP = 6009,
  SAIL_ERR_ENC_JPEG = 6010,
  SAIL_ERR_RUNTIME_BASIC = 7001,
  // Names of the first generation that the second does not have.
  SAIL_ERR_DEVICE_INIT = 1,
  SAIL_ERR_TENSOR_INNER = 12,
  SAIL_ERR_ENGINE_INNER = 22,
  SAIL_ERR_BMCV_INIT = 31,
  SAIL_ERR_BMCV_TRANS = 32,
  SAIL_ERR_BMCV_FUNC = 33,
  SAIL_ERR_DECODER_INIT = 41,
  SAIL_ERR_DECODER_READ = 42
} sail_status_t;

class SailBaseError : public std::runtime_error {
 public:
  explicit SailBaseError(const std::string& message) : std::runtime_error(message) {}
};

// One class per thousand of the status.
class SailDeviceError : public SailBaseError {
 public:
  explicit SailDeviceError(const std::string& message) : SailBaseError(message) {}
};

class SailTensorError : public SailBaseError {
 public:
  explicit SailTensorError(const std::string& message) : SailBaseError(message) {}
};

class SailEngineError : public SailBaseError {
 public:
  explicit SailEngineError(const std::string& message) : SailBaseError(message) {}
};

class SailBMImageError : public SailBaseError {
 public:
  explicit SailBMImageError(const std::string& message) : SailBaseError(message) {}
};

class SailDecoderError : public SailBaseError {
 public:
  explicit SailDecoderError(const std::string& message) : SailBaseError(message) {}
};

class SailEncoderError : public SailBaseError {
 public:
  explicit SailEncoderError(const std::string& message) : SailBaseError(message) {}
};

class SailRuntimeError : public SailBaseError {
 public:
  explicit SailRuntimeError(const std::string& message) : SailBaseError(message) {}
};

class SailUnknownError : public SailBaseError {
 public:
  explicit SailUnknownError(const std::string& message) : SailBaseError(message) {}
};

// Host memory ran out.
class MemoryError : public std::logic_error {
 public:
  explicit MemoryError(const std::string& message) : std::logic_error(message) {}
};

// The function is declared and not built.
class NotSupport : public std::logic_error {
 public:
  explicit NotSupport(const std::string& message) : std::logic_error(message) {}
};

// A numeric type that the function does not take.
class DataTypeError : public std::logic_error {
 public:
  explicit DataTypeError(const std::string& message) : std::logic_error(message) {}
};

// The name of a status; "SAIL_ERR_UNKNOWN" for other values.
std::string ret_to_string(int ret);
// The thousand of a status: 1 device, 2 tensor, 3 engine, 4 image, 5 decoder, 6 encoder, 7 runtime; 0 for others.
int sail_status_to_exception_type(int ret);
// Throws the exception of a status that is not SAIL_SUCCESS.
void check_return_status(int ret);
// Prints the environment variables whose names begin with `prefix`.
void printEnvVarsWithPrefix(const std::string& prefix);

// ---- The machine ----

// Number of devices, 0 if there is none.
int get_available_tpu_num();
// Wall clock in microseconds.
double get_current_time_us();
// Prints the time of every process call on stdout. Kept in the environment (SAIL_PRINT_VIP_TIMES). Returns 0.
int set_print_flag(bool print_flag);
bool get_print_flag();
// Writes every input and output of process as text into the working directory. Kept in the environment
// (SAIL_SAVE_IO_TENSORS). Returns 0.
int set_dump_io_flag(bool dump_io_flag);
// Writes a text of at most 64 bytes with the final zero.
void get_sail_version(char* sail_version);
// Percent.
int get_tpu_util(int dev_id);
std::vector<int> get_vpu_util(int dev_id);
std::vector<int> get_vpp_util(int dev_id);
// Degrees Celsius.
int get_board_temp(int dev_id);
int get_chip_temp(int dev_id);
// [memory MiB, used memory MiB, TPU percent].
std::vector<int> get_dev_stat(int dev_id);

enum class LogLevel : int { TRACE = 0, DEBUG = 1, INFO = 2, WARN = 3, ERROR = 4, CRITICAL = 5, OFF = 6 };
// Sets spdlog's level. Returns 0, or -1 for a value that is no level.
int set_loglevel(LogLevel loglevel = LogLevel::INFO);

// An open device. Copies share it; the last one closes it. Safe to use from several threads.
class Handle {
 public:
  // No device.
  explicit Handle();
  // Borrows an open handle, which must outlive this one and its copies. The device id is the handle's.
  explicit Handle(bm_handle_t handle);
  // Opens a device. SailDeviceError for an id without a device.
  explicit Handle(int dev_id);
  Handle(const Handle& other);
  Handle& operator=(const Handle& other);
  ~Handle();

  // Null for the empty handle.
  bm_handle_t data();
  // -1 for the empty handle.
  int get_device_id();
  // The serial number, "Error" where it cannot be read.
  std::string get_sn();
  // "BM1684"; SailDeviceError for the empty handle.
  std::string get_target();
  // Keeps the device open as long as the result lives.
  std::shared_ptr<bm_handle_t> shaptr();

 private:
  struct Device;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Microseconds that the chip would have taken for what this thread launched on the handle so far: the estimate of the
// cycle model (docs/isa.md section 6), not the time that the simulation takes. This SDK's own addition. SailDeviceError
// if the device tells nothing, as before the thread's first call.
double get_chip_time_us(Handle& handle);

// Which side of its tensors process() copies: SYSI inputs to the device before, SYSO outputs to the host after.
enum IOMode { SYSI = 0, SYSO = 1, SYSIO = 2, DEVIO = 3 };

// A tensor in host memory, device memory, both or neither, dense in row-major order.
class Tensor {
 public:
  // Allocates what is owned, zeroed. An empty shape or a dimension that is not positive allocates nothing.
  explicit Tensor(const Handle& handle, const std::vector<int>& shape = {}, bm_data_type_t dtype = BM_FLOAT32,
                  bool own_sys_data = false, bool own_dev_data = false);
  // Host memory only, zeroed.
  explicit Tensor(const std::vector<int>& shape = {}, bm_data_type_t dtype = BM_FLOAT32);
  // Uses device memory of the caller.
  explicit Tensor(const Handle& handle, const std::vector<int>& shape, bm_data_type_t dtype, bm_device_mem_t dev_data);
  // Copies the part [first, second) of every dimension: device to device with d2d_flag, host memory without.
  Tensor(const Tensor& src, const std::vector<std::pair<int, int>>& ranges, bool d2d_flag = true);
  // Elements of src from element `offset` on, as many as `shape` has: a view that src must outlive, or a copy.
  Tensor(const Tensor& src, const std::vector<int>& shape, unsigned int offset, bool no_copy = true);
  // Copies both memories into new ones. What src only borrows is copied too.
  Tensor(const Tensor& src);
  // Takes the memories; src becomes an empty tensor.
  Tensor(Tensor&& src);
  Tensor& operator=(const Tensor& src);
  Tensor& operator=(Tensor&& src);
  virtual ~Tensor();

  Handle& get_handle();
  int device_id();
  const std::vector<int>& shape() const;
  bm_data_type_t dtype() const;
  // Elements, bytes of one element, bytes.
  int size() const;
  int element_size() const;
  int nbytes() const;

  // Null if there is none.
  void* sys_data();
  // Address and size 0 if there is none.
  bm_device_mem_t dev_data();
  bool is_sys_data_valid() const;
  bool is_dev_data_valid() const;
  // Whether the destructor frees the memory. Writable.
  bool& own_sys_data();
  bool& own_dev_data();

  // Changes shape and type; owned memory is allocated anew where its size changes. SailTensorError, and no change, for
  // an empty shape, a dimension that is not positive, or more bytes than the host memory that the tensor borrows.
  void reset(const std::vector<int>& shape, bm_data_type_t dtype);
  void reshape(const std::vector<int>& shape);
  // Copies `data` into owned host memory, or borrows it where the tensor owns no memory.
  void reset_sys_data(void* data, std::vector<int>& shape);
  // Frees owned device memory, borrows this one and reads it into host memory if there is any.
  void reset_dev_data(bm_device_mem_t data);

  // Host to device and back, all of it or the first `size` bytes. Nothing happens where a side is missing.
  void sync_s2d();
  void sync_s2d(int size);
  void sync_d2s();
  void sync_d2s(int size);
  // `len` elements from the host memory of src into this device memory, or from the device memory of src into this host
  // memory. Offsets in elements.
  void sync_s2d(Tensor& src, int offset_src, int offset_dst, int len);
  void sync_d2s(Tensor& src, int offset_src, int offset_dst, int len);
  // `len` elements from the device memory of src, also of another device. Offsets in elements.
  void sync_d2d(Tensor& src, int offset_src, int offset_dst, int len);
  // `count` elements, every stride_src-th to every stride_dst-th.
  void sync_d2d_stride(Tensor& src, int stride_src, int stride_dst, int count);
  // The whole device memory; type and number of elements must be equal.
  void sync_from(Tensor* src);
  void sync_to(Tensor* dst);

  // Host memory = float * scale in the tensor's type: rounded half to even, saturated; NaN becomes 0.
  void scale_from(float* src, float scale);
  void scale_from(float* src, float scale, int size);
  void scale_from_int32(int32_t* src, float scale, int size);
  // dst = host memory * scale.
  void scale_to(float* dst, float scale);
  void scale_to(float* dst, float scale, int size);

  // Fills host and device memory with a byte.
  void memory_set(int c);
  // Fills both with a value in the tensor's type.
  void memory_set(float value);
  // Fills both with the element that `value` points to.
  void memory_set(void* value);
  void zeros();
  void ones();

  // Writes the elements as text, one a line, or their bytes. SailTensorError where the file cannot be written.
  void dump_data(std::string file_name, bool bin = false);

  // Frees owned memory.
  void free();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct TensorPTRWithName {
  TensorPTRWithName() : data(nullptr) {}
  TensorPTRWithName(const std::string& tensor_name, Tensor* tensor) : name(tensor_name), data(tensor) {}
  std::string name;
  Tensor* data;
};

// Deletes data and clears it.
void ReleaseTensorPtr(TensorPTRWithName& tensor);

}  // namespace sail

#endif  // SAIL_TENSOR_H_
