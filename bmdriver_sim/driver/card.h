// The simulated cards of the process.
//
//   ASSIGN_OR_RETURN(Card * card, Card::Get(0));
//   ASSIGN_OR_RETURN(const uint64_t address, card->Allocate(kAllHeaps, bytes));
//   RETURN_IF_ERROR(card->Write(address, data, bytes));
//
// A card comes up with its first use and stays until the process ends. Its queue serves messages of all threads
// strictly in order. Thread-safe throughout.
#ifndef BMDRIVER_SIM_DRIVER_CARD_H_
#define BMDRIVER_SIM_DRIVER_CARD_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/mutex.h"
#include "bmdriver_sim/chip/chip.h"
#include "bmdriver_sim/driver/firmware.h"
#include "bmdriver_sim/driver/heap.h"

namespace bm::driver {

class Card;

// Times in microseconds.
struct Profile {
  uint64_t device_to_host_micros = 0, device_to_host_count = 0;
  uint64_t host_to_device_micros = 0, host_to_device_count = 0;
  uint64_t tpu_micros = 0;
  uint64_t sent = 0, completed = 0;
};

// What one thread did through one handle.
struct ThreadRecord {
  Profile profile;
  uint64_t last_sent = 0;    // sequence number on the card
  absl::Status first_error;  // of a message, until a strict synchronisation reports it
};

// An open handle. Owned by its opener; used by any thread. Fields are guarded by the card.
class Session {
 public:
  // Opens a handle of `card`; the opening thread has a record from now on.
  explicit Session(Card* card);
  // Waits for a message that runs and drops those that have not started.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Card& card() const { return card_; }

 private:
  friend class Card;
  Card& card_;
  std::unordered_map<std::thread::id, std::shared_ptr<ThreadRecord>> threads_;
  uint64_t last_sent_ = 0;
};

struct HeapInfo {
  uint64_t start = 0, total_bytes = 0, used_bytes = 0;
};

// Static facts of a card, in the units of the vendor's calls.
struct Sensors {
  unsigned chip_temperature = 45, board_temperature = 38;  // degrees Celsius
  unsigned tpu_current_ma = 1200, tpu_millivolt = 615;
  unsigned board_watt = 12, board_max_watt = 75;
  unsigned fan_percent = 30;
  int atx_ma = 900;
};

inline constexpr int kHeapCount = 3;
inline constexpr int kAllHeaps = 7;

class Card {
 public:
  static constexpr int kMinMegahertz = 75, kMaxMegahertz = 550;

  // BM_DEVICES.
  static int Count();
  // NOT_FOUND for an index outside 0..Count()-1; RESOURCE_EXHAUSTED if the card cannot come up.
  static absl::StatusOr<Card*> Get(int index);

  int index() const { return index_; }
  // BM_SOC: behaves as the chip's own SoC instead of a PCIe card.
  bool is_soc() const { return is_soc_; }

  // ---- Memory ----
  // First fit in the first heap of `heap_mask` (ascending) with room. INVALID_ARGUMENT for size 0 or no existing heap;
  // RESOURCE_EXHAUSTED names every selected heap's free and largest free bytes.
  absl::StatusOr<uint64_t> Allocate(int heap_mask, uint64_t bytes);
  // NOT_FOUND if no live block starts at `address`.
  absl::Status Free(uint64_t address);
  // The heap that holds an address, or -1.
  int HeapOf(uint64_t address);
  HeapInfo InfoOf(int heap);

  // OUT_OF_RANGE unless the range lies in the card's DDR or L2.
  absl::Status CheckRange(uint64_t address, uint64_t bytes) { return chip_->System(address, bytes).status(); }

  // ---- Copies: blocking, not ordered after queued messages ----
  absl::Status Write(Session* session, uint64_t address, const void* source, uint64_t bytes);
  absl::Status Read(Session* session, uint64_t address, void* target, uint64_t bytes);
  // Between two cards or within one, as a DMA copy.
  static absl::Status CopyBetween(Card* source_card, uint64_t source, Card* target_card, uint64_t target,
                                  uint64_t bytes);
  // The host's view of device memory. Whoever writes there calls Flush.
  absl::StatusOr<uint8_t*> Map(uint64_t address, uint64_t bytes);
  // The device address behind a mapped pointer; NOT_FOUND for any other.
  absl::StatusOr<uint64_t> AddressOf(const void* mapped);
  // Host writes become visible to prepared programs.
  void Flush(uint64_t address, uint64_t bytes) { chip_->MarkWritten(address, bytes); }

  // ---- Queue ----
  // Appends a message; blocks while the queue is full. UNIMPLEMENTED for an unknown id, FAILED_PRECONDITION while the
  // TPU counts as hung, DEADLINE_EXCEEDED where the queue stays full past the time limit, which hangs it.
  absl::Status Send(Session* session, int api_id, absl::Span<const uint8_t> payload);
  // Waits for the calling thread's, the handle's or all messages sent so far. The time limit is one of the chip's
  // time, not of the host's: DEADLINE_EXCEEDED where what is waited for ends later than the limit by the cycle model.
  // The TPU counts as hung then and what runs is halted. With BM_STRICT the first error of a message waited for.
  absl::Status SyncThread(Session* session);
  absl::Status SyncHandle(Session* session);
  absl::Status SyncDevice();
  // For the whole device; `limit` is not negative.
  void set_sync_timeout(std::chrono::milliseconds limit);
  bool is_hung();

  // ---- Information ----
  // NOT_FOUND for a thread without a record.
  absl::StatusOr<Profile> ProfileOf(Session* session);
  // Share of recent time in which the queue was not empty, 0..100.
  int utilisation();
  int clock_megahertz();
  // Also ends the dynamic frequency. INVALID_ARGUMENT for a clock that the divider does not reach.
  absl::Status SetClock(int megahertz);
  // Whether the clock may follow the load; a switch that is kept and reported: the simulated clock never moves.
  bool has_dynamic_frequency();
  void set_dynamic_frequency(bool is_on);
  const Sensors& sensors() const { return sensors_; }
  // Thread-safe on their own.
  Monitors& monitors() { return firmware_->monitors(); }
  // 17 digits.
  std::string serial_number() const;

 private:
  friend class Session;
  struct Message {
    uint64_t sequence = 0;
    int api_id = 0;
    std::vector<uint8_t> payload;
    Session* session = nullptr;  // null: the handle was closed, the message is skipped
    std::shared_ptr<ThreadRecord> record;
  };

  Card(int index, std::unique_ptr<chip::Chip> chip, std::unique_ptr<Firmware> firmware);

  static absl::StatusOr<std::unique_ptr<Card>> Create(int index);
  static void StopAll();

  void Serve();
  void Stop();
  std::shared_ptr<ThreadRecord> RecordOfThisThread(Session* session) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The end of what runs, announced before it begins.
  void Announce(uint64_t micros);
  // Waits for a condition; where the chip's time passes the limit before, the TPU hangs.
  template <typename Condition>
  absl::Status Wait(const std::string& what, Condition is_done) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status WaitFor(uint64_t sequence) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TakeError(ThreadRecord* record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddBusy() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int index_;
  const bool is_soc_;
  const std::unique_ptr<chip::Chip> chip_;
  const std::unique_ptr<Firmware> firmware_;  // the worker's
  const Sensors sensors_;

  Mutex heap_mutex_;
  std::vector<Heap> heaps_ ABSL_GUARDED_BY(heap_mutex_);

  Mutex mutex_;
  ConditionVariable changed_;
  std::deque<Message> queue_ ABSL_GUARDED_BY(mutex_);
  uint64_t sent_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t completed_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t chip_micros_ ABSL_GUARDED_BY(mutex_) = 0;   // the chip's clock: it advances with every message that ends
  uint64_t ready_micros_ ABSL_GUARDED_BY(mutex_) = 0;  // on that clock, when what runs will have ended
  Session* running_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool hung_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::chrono::milliseconds timeout_ ABSL_GUARDED_BY(mutex_){20000};
  int megahertz_ ABSL_GUARDED_BY(mutex_) = kMaxMegahertz;
  bool has_dynamic_frequency_ ABSL_GUARDED_BY(mutex_) = false;
  std::chrono::steady_clock::time_point window_start_ ABSL_GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point busy_since_ ABSL_GUARDED_BY(mutex_);
  std::chrono::steady_clock::duration busy_ ABSL_GUARDED_BY(mutex_){};
  int last_utilisation_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread worker_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace bm::driver

#endif  // BMDRIVER_SIM_DRIVER_CARD_H_
