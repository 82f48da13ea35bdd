#include "bmdriver_sim/driver/card.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/environment.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "bmdriver_sim/reference/executor.h"

namespace bm::driver {
namespace {

using Clock = std::chrono::steady_clock;

// docs/reference/driver.md: what a card with 12 GiB leaves to programs.
struct HeapRow {
  uint64_t start, bytes;
};
constexpr HeapRow kHeaps[kHeapCount] = {
    {0x124100000, 0xDBF00000}, {0x340100000, 0xBFF00000}, {0x40AB00000, 0xF5500000}};

constexpr size_t kMostQueued = 150;
constexpr auto kUtilisationWindow = std::chrono::milliseconds(500);

uint64_t Micros(Clock::duration duration) {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
}

// The cards of the process. Never destroyed: handles may outlive static objects.
struct Registry {
  Mutex mutex;
  std::unordered_map<int, std::unique_ptr<Card>> cards ABSL_GUARDED_BY(mutex);
};

Registry& TheRegistry() {
  static Registry* const registry = new Registry();
  return *registry;
}

// The executor that BM_EXECUTOR names.
absl::StatusOr<std::unique_ptr<chip::Executor>> MakeExecutor() {
  const std::string name = EnvironmentText(EnvironmentVariable::kExecutor);
  if (name == "reference") return std::make_unique<reference::ReferenceExecutor>();
  return absl::UnimplementedError(absl::StrCat("executor ", name, "; built is reference"));
}

bool IsStrict() { return EnvironmentInteger(EnvironmentVariable::kStrict) != 0; }

}  // namespace

// ---- Cards ----

int Card::Count() { return static_cast<int>(EnvironmentInteger(EnvironmentVariable::kDevices)); }

absl::StatusOr<Card*> Card::Get(int index) {
  if (index < 0 || index >= Count()) {
    return absl::NotFoundError(
        absl::StrCat("device ", index, "; there are ", Count(), " (BM_DEVICES), counted from 0"));
  }
  Registry& registry = TheRegistry();
  const MutexLock lock(&registry.mutex);
  std::unique_ptr<Card>& card = registry.cards[index];
  if (card == nullptr) {
    static const int registered = std::atexit(&Card::StopAll);
    static_cast<void>(registered);
    ASSIGN_OR_RETURN(card, Create(index));
  }
  return card.get();
}

absl::StatusOr<std::unique_ptr<Card>> Card::Create(int index) {
  ASSIGN_OR_RETURN(std::unique_ptr<chip::Chip> chip, chip::Chip::Create());
  ASSIGN_OR_RETURN(std::unique_ptr<chip::Executor> executor, MakeExecutor());
  auto firmware = std::make_unique<Firmware>(chip.get(), std::move(executor));
  return std::unique_ptr<Card>(new Card(index, std::move(chip), std::move(firmware)));
}

Card::Card(int index, std::unique_ptr<chip::Chip> chip, std::unique_ptr<Firmware> firmware)
    : index_(index),
      is_soc_(EnvironmentInteger(EnvironmentVariable::kSoc) != 0),
      chip_(std::move(chip)),
      firmware_(std::move(firmware)) {
  for (const HeapRow& row : kHeaps) heaps_.emplace_back(row.start, row.bytes);
  window_start_ = Clock::now();
}

void Card::StopAll() {
  Registry& registry = TheRegistry();
  const MutexLock lock(&registry.mutex);
  for (const auto& [index, card] : registry.cards) {
    if (card != nullptr) card->Stop();
  }
}

void Card::Stop() {
  std::thread worker;
  {
    const MutexLock lock(&mutex_);
    stopping_ = true;
    worker.swap(worker_);
  }
  chip_->Halt();
  changed_.NotifyAll();
  if (worker.joinable()) worker.join();
}

std::string Card::serial_number() const { return absl::StrFormat("168420260%08d", index_); }

// ---- Memory ----

absl::StatusOr<uint64_t> Card::Allocate(int heap_mask, uint64_t bytes) {
  if (bytes == 0) return absl::InvalidArgumentError("an allocation of 0 bytes");
  if ((heap_mask & kAllHeaps) == 0) {
    return absl::InvalidArgumentError(absl::StrCat("heap mask ", heap_mask, " selects none of the heaps 0 to 2"));
  }
  const MutexLock lock(&heap_mutex_);
  std::string state;
  for (int i = 0; i < kHeapCount; ++i) {
    if ((heap_mask >> i & 1) == 0) continue;
    if (const std::optional<uint64_t> address = heaps_[i].Allocate(bytes)) return *address;
    absl::StrAppend(&state, "; heap ", i, " has ", heaps_[i].total_bytes() - heaps_[i].used_bytes(),
                    " bytes free, the largest block ", heaps_[i].largest_free_bytes());
  }
  return absl::ResourceExhaustedError(absl::StrCat("no room for ", bytes, " bytes", state));
}

absl::Status Card::Free(uint64_t address) {
  const MutexLock lock(&heap_mutex_);
  for (Heap& heap : heaps_) {
    if (heap.Contains(address) && heap.Free(address).has_value()) return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrFormat("no live block starts at 0x%x", address));
}

int Card::HeapOf(uint64_t address) {
  const MutexLock lock(&heap_mutex_);
  const auto heap = std::find_if(heaps_.begin(), heaps_.end(), [&](const Heap& h) { return h.Contains(address); });
  return heap == heaps_.end() ? -1 : static_cast<int>(heap - heaps_.begin());
}

HeapInfo Card::InfoOf(int heap) {
  const MutexLock lock(&heap_mutex_);
  return {heaps_[heap].start(), heaps_[heap].total_bytes(), heaps_[heap].used_bytes()};
}

absl::Status Card::Write(Session* session, uint64_t address, const void* source, uint64_t bytes) {
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> target, chip_->System(address, bytes));
  const Clock::time_point start = Clock::now();
  if (bytes > 0) std::memcpy(target.data(), source, bytes);
  chip_->MarkWritten(address, bytes);
  const MutexLock lock(&mutex_);
  const auto record = session->threads_.find(std::this_thread::get_id());
  if (record != session->threads_.end()) {
    record->second->profile.host_to_device_micros += Micros(Clock::now() - start);
    ++record->second->profile.host_to_device_count;
  }
  return absl::OkStatus();
}

absl::Status Card::Read(Session* session, uint64_t address, void* target, uint64_t bytes) {
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> source, chip_->System(address, bytes));
  const Clock::time_point start = Clock::now();
  if (bytes > 0) std::memcpy(target, source.data(), bytes);
  const MutexLock lock(&mutex_);
  const auto record = session->threads_.find(std::this_thread::get_id());
  if (record != session->threads_.end()) {
    record->second->profile.device_to_host_micros += Micros(Clock::now() - start);
    ++record->second->profile.device_to_host_count;
  }
  return absl::OkStatus();
}

absl::Status Card::CopyBetween(Card* source_card, uint64_t source, Card* target_card, uint64_t target, uint64_t bytes) {
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> from, source_card->chip_->System(source, bytes));
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> to, target_card->chip_->System(target, bytes));
  if (bytes > 0) std::memmove(to.data(), from.data(), bytes);
  target_card->chip_->MarkWritten(target, bytes);
  return absl::OkStatus();
}

absl::StatusOr<uint8_t*> Card::Map(uint64_t address, uint64_t bytes) {
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> view, chip_->System(address, bytes));
  return view.data();
}

absl::StatusOr<uint64_t> Card::AddressOf(const void* mapped) {
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> ddr, chip_->System(isa::kDdrBase, isa::kDdrEnd - isa::kDdrBase));
  const auto* pointer = static_cast<const uint8_t*>(mapped);
  if (pointer < ddr.data() || pointer >= ddr.data() + ddr.size()) {
    return absl::NotFoundError(absl::StrFormat("%p is no mapped device memory", mapped));
  }
  return isa::kDdrBase + static_cast<uint64_t>(pointer - ddr.data());
}

// ---- Queue ----

std::shared_ptr<ThreadRecord> Card::RecordOfThisThread(Session* session) {
  std::shared_ptr<ThreadRecord>& record = session->threads_[std::this_thread::get_id()];
  if (record == nullptr) record = std::make_shared<ThreadRecord>();
  return record;
}

absl::Status Card::Send(Session* session, int api_id, absl::Span<const uint8_t> payload) {
  if (!Firmware::Knows(api_id)) return absl::UnimplementedError(absl::StrCat("message id ", api_id, " is not known"));
  {
    const MutexLock lock(&mutex_);
    if (!worker_.joinable() && !stopping_) worker_ = std::thread([this] { Serve(); });
    RETURN_IF_ERROR(
        Wait("room in the queue", [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return queue_.size() < kMostQueued; }));
    if (queue_.empty() && running_ == nullptr) busy_since_ = Clock::now();
    Message& message = queue_.emplace_back();
    message.sequence = ++sent_;
    message.api_id = api_id;
    message.payload.assign(payload.begin(), payload.end());
    message.session = session;
    message.record = RecordOfThisThread(session);
    message.record->last_sent = session->last_sent_ = message.sequence;
    ++message.record->profile.sent;
  }
  changed_.NotifyAll();
  return absl::OkStatus();
}

// The card's control processor: one message after the other.
void Card::Serve() {
  while (true) {
    Message message;
    {
      const MutexLock lock(&mutex_);
      changed_.Wait(&mutex_, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      message = std::move(queue_.front());
      queue_.pop_front();
      running_ = message.session;
    }
    absl::Status status;
    if (message.session != nullptr) {
      status = firmware_->Execute(message.api_id, message.payload, [this](uint64_t micros) { Announce(micros); });
    }
    if (!status.ok() && status.code() != absl::StatusCode::kAborted) {
      Log(Severity::kError, "driver",
          absl::StrCat("device ", index_, ": message ", message.api_id, " failed: ", status.message()));
    }
    {
      const MutexLock lock(&mutex_);
      running_ = nullptr;
      const uint64_t micros = ready_micros_ - chip_micros_;
      if (status.ok() && LogEnabled(Severity::kInfo)) {
        Log(Severity::kInfo, "driver",
            absl::StrCat("device ", index_, ": message ", message.api_id, " takes an estimated ", micros, " us"));
      }
      chip_micros_ = ready_micros_;
      completed_ = message.sequence;
      ++message.record->profile.completed;
      if (status.ok()) {
        message.record->profile.tpu_micros += micros;
      } else if (message.record->first_error.ok()) {
        // A copy of its own: the thread that takes it shares nothing with this one.
        message.record->first_error = absl::Status(status.code(), status.message());
      }
      if (queue_.empty()) AddBusy();
    }
    changed_.NotifyAll();
  }
}

void Card::Announce(uint64_t micros) {
  {
    const MutexLock lock(&mutex_);
    ready_micros_ = chip_micros_ + micros;
  }
  changed_.NotifyAll();
}

template <typename Condition>
absl::Status Card::Wait(const std::string& what, Condition is_done) {
  const uint64_t limit = chip_micros_ + Micros(timeout_);
  if (!hung_) {
    changed_.Wait(&mutex_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
      return is_done() || hung_ || stopping_ || ready_micros_ > limit;
    });
  }
  if (hung_) return absl::FailedPreconditionError("the TPU is hung");
  if (is_done()) return absl::OkStatus();
  if (stopping_) return absl::FailedPreconditionError("the process is ending");
  hung_ = true;
  queue_.clear();
  chip_->Halt();
  changed_.NotifyAll();
  return absl::DeadlineExceededError(absl::StrCat(
      "waited for ", what, "; what runs needs ", ready_micros_ - chip_micros_, " us of the chip's time, the limit is ",
      timeout_.count(), " ms (bm_set_sync_timeout); the TPU counts as hung"));
}

absl::Status Card::WaitFor(uint64_t sequence) {
  return Wait(absl::StrCat("message ", sequence),
              [this, sequence]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return completed_ >= sequence; });
}

absl::Status Card::TakeError(ThreadRecord* record) {
  const absl::Status error = std::exchange(record->first_error, absl::OkStatus());
  return IsStrict() ? error : absl::OkStatus();
}

absl::Status Card::SyncThread(Session* session) {
  const MutexLock lock(&mutex_);
  const auto found = session->threads_.find(std::this_thread::get_id());
  if (found == session->threads_.end())
    return hung_ ? absl::FailedPreconditionError("the TPU is hung") : absl::OkStatus();
  const std::shared_ptr<ThreadRecord> record = found->second;
  RETURN_IF_ERROR(WaitFor(record->last_sent));
  return TakeError(record.get());
}

absl::Status Card::SyncHandle(Session* session) {
  const MutexLock lock(&mutex_);
  RETURN_IF_ERROR(WaitFor(session->last_sent_));
  absl::Status first;
  for (const auto& [thread, record] : session->threads_) first.Update(TakeError(record.get()));
  return first;
}

absl::Status Card::SyncDevice() {
  const MutexLock lock(&mutex_);
  return WaitFor(sent_);
}

void Card::set_sync_timeout(std::chrono::milliseconds limit) {
  const MutexLock lock(&mutex_);
  timeout_ = limit;
}

bool Card::is_hung() {
  const MutexLock lock(&mutex_);
  return hung_;
}

// ---- Information ----

absl::StatusOr<Profile> Card::ProfileOf(Session* session) {
  const MutexLock lock(&mutex_);
  const auto record = session->threads_.find(std::this_thread::get_id());
  if (record == session->threads_.end()) return absl::NotFoundError("this thread has not used the handle");
  return record->second->profile;
}

void Card::AddBusy() { busy_ += Clock::now() - std::max(busy_since_, window_start_); }

int Card::utilisation() {
  const MutexLock lock(&mutex_);
  const Clock::time_point now = Clock::now();
  if (now - window_start_ < kUtilisationWindow) return last_utilisation_;
  if (!queue_.empty() || running_ != nullptr) {
    AddBusy();
    busy_since_ = now;
  }
  last_utilisation_ = static_cast<int>(std::min<int64_t>(100, 100 * busy_ / (now - window_start_)));
  busy_ = {};
  window_start_ = now;
  return last_utilisation_;
}

int Card::clock_megahertz() {
  const MutexLock lock(&mutex_);
  return megahertz_;
}

absl::Status Card::SetClock(int megahertz) {
  constexpr int kStep = 25;  // what the clock's divider reaches
  if (megahertz < kStep || megahertz > 1000 || megahertz % kStep != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a clock of ", megahertz, " MHz; possible are multiples of ", kStep, " up to 1000"));
  }
  const MutexLock lock(&mutex_);
  megahertz_ = megahertz;
  has_dynamic_frequency_ = false;
  return absl::OkStatus();
}

bool Card::has_dynamic_frequency() {
  const MutexLock lock(&mutex_);
  return has_dynamic_frequency_;
}

void Card::set_dynamic_frequency(bool is_on) {
  const MutexLock lock(&mutex_);
  has_dynamic_frequency_ = is_on;
}

// ---- Handles ----

Session::Session(Card* card) : card_(*card) {
  const MutexLock lock(&card_.mutex_);
  card_.RecordOfThisThread(this);
}

Session::~Session() {
  const MutexLock lock(&card_.mutex_);
  for (Card::Message& message : card_.queue_) {
    if (message.session == this) message.session = nullptr;
  }
  card_.changed_.Wait(&card_.mutex_, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return card_.running_ != this; });
}

}  // namespace bm::driver
