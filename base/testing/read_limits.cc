#include "base/testing/read_limits.h"

#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "gtest/gtest.h"

namespace bm::testing {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMeasures = false;
#else
constexpr bool kMeasures = true;
#endif

constexpr size_t kFreeBytes = size_t{64} << 20;
constexpr size_t kBytesPerByte = 8;
constexpr double kFreeSeconds = 2;
constexpr double kSecondsPerByte = 2e-6;

enum Exceeded : int { kMemory = 1, kTime = 2 };

size_t PeakBytes() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<size_t>(usage.ru_maxrss) * 1024;
}

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

// What a reading of this cost exceeds, a set of bits.
int ExceededBy(size_t input_bytes, size_t bytes, double seconds) {
  if (!kMeasures) return 0;
  const bool is_large = bytes > kFreeBytes + kBytesPerByte * input_bytes;
  const bool is_slow = seconds > kFreeSeconds + kSecondsPerByte * static_cast<double>(input_bytes);
  return (is_large ? kMemory : 0) | (is_slow ? kTime : 0);
}

int Measure(size_t input_bytes, const std::function<std::string()>& read) {
  const size_t before = PeakBytes();
  const double start = CpuSeconds();
  const std::string answer = read();
  const double seconds = CpuSeconds() - start;
  const size_t bytes = PeakBytes() - before;
  std::printf("input %zu bytes: %zu KiB, %.2f s: %.160s\n", input_bytes, bytes / 1024, seconds, answer.c_str());
  std::fflush(stdout);
  return ExceededBy(input_bytes, bytes, seconds);
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
  EXPECT_EQ(WEXITSTATUS(status), 0) << kMemory << ": too much memory, " << kTime << ": too slow";
}

void ExpectWithinReadLimitsHere(size_t input_bytes, const std::function<void()>& read) {
  static const size_t first_peak = PeakBytes();
  const double start = CpuSeconds();
  read();
  const double seconds = CpuSeconds() - start;
  const size_t bytes = PeakBytes() - first_peak;
  EXPECT_EQ(ExceededBy(input_bytes, bytes, seconds), 0) << bytes << " bytes, " << seconds << " s";
}

}  // namespace bm::testing
