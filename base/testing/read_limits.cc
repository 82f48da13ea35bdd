#include "base/testing/read_limits.h"

#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>

#include "gtest/gtest.h"

namespace bm::testing {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMeasuresMemory = false;
constexpr double kFreeSeconds = 2;
#else
constexpr bool kMeasuresMemory = true;
constexpr double kFreeSeconds = 0.25;
#endif

constexpr size_t kFreeBytes = size_t{64} << 20;
constexpr size_t kBytesPerByte = 8;
constexpr double kSecondsPerByte = 2e-6;

enum Failure : int { kMemory = 1, kTime = 2, kExpectation = 4 };

size_t PeakBytes() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<size_t>(usage.ru_maxrss) * 1024;
}

// Of all threads.
double CpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// What a reading of this cost exceeds, a set of bits.
int ExceededBy(size_t input_bytes, size_t bytes, double seconds) {
  const bool is_large = kMeasuresMemory && bytes > kFreeBytes + kBytesPerByte * input_bytes;
  const bool is_slow = seconds > kFreeSeconds + kSecondsPerByte * static_cast<double>(input_bytes);
  return (is_large ? kMemory : 0) | (is_slow ? kTime : 0);
}

int Measure(size_t input_bytes, const std::function<std::string()>& read) {
  const size_t before = PeakBytes();
  const double start = CpuSeconds();
  const std::string answer = read();
  const double seconds = CpuSeconds() - start;
  const size_t bytes = PeakBytes() - before;
  std::printf("input %zu bytes: %zu KiB, %.3f s: %.160s\n", input_bytes, bytes / 1024, seconds, answer.c_str());
  std::fflush(stdout);
  return ExceededBy(input_bytes, bytes, seconds) | (::testing::Test::HasFailure() ? kExpectation : 0);
}

}  // namespace

void ExpectWithinReadLimits(size_t input_bytes, const std::function<std::string()>& read) {
  malloc_trim(0);  // the child would use memory that this process gave back
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(Measure(input_bytes, read));
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0) << kMemory << ": too much memory, " << kTime << ": too slow, " << kExpectation
                                    << ": an expectation failed";
}

ManyReads::~ManyReads() {
  const double megabytes = static_cast<double>(bytes_) / 1e6;
  std::printf("%zu files of %.1f MB in all: %.3f s\n", files_, megabytes, seconds_);
  EXPECT_LE(seconds_, kSecondsPerByte * static_cast<double>(bytes_));
}

void ManyReads::Read(size_t input_bytes, const std::function<void()>& read) {
  static const size_t first_peak = PeakBytes();
  const double start = CpuSeconds();
  read();
  const double seconds = CpuSeconds() - start;
  const size_t bytes = PeakBytes() - first_peak;
  EXPECT_EQ(ExceededBy(input_bytes, bytes, seconds), 0) << bytes << " bytes, " << seconds << " s";
  ++files_;
  bytes_ += input_bytes;
  seconds_ += seconds;
}

}  // namespace bm::testing
