// What reading an untrusted file may cost: at most 64 MiB and eight times the file, and 2 s a megabyte.
//
//   ExpectWithinReadLimits(bytes.size(), [&] { return Model::Parse(bytes).status().ToString(); });
//
// Time is the processor's, so that other work of the machine does not count. A file of a few bytes may ask for work too
// (it may fill the 64 MiB: 0.03 s, 0.15 s in a build with the address sanitizer), so one file alone may take 0.25 s
// more (2 s in such a build, where a megabyte also takes seven times as long); many files together may not.
#ifndef BASE_TESTING_READ_LIMITS_H_
#define BASE_TESTING_READ_LIMITS_H_

#include <cstddef>
#include <functional>
#include <string>

namespace bm::testing {

// Calls `read` in a process of its own, so that peaks do not add up, and fails the test where it crashes, takes more
// memory or processor time than a file of `input_bytes` may, or where an expectation in it fails. Prints both with the
// start of what `read` answers. The sanitizers keep freed memory, so their builds measure time only.
void ExpectWithinReadLimits(size_t input_bytes, const std::function<std::string()>& read);

// Thousands of damaged files in a row, read in this process. Each is within the limits; memory is counted from the
// first file of the process on, so that the largest file's limit holds for all of them together.
class ManyReads {
 public:
  ManyReads() = default;
  // All files together took at most 2 s a megabyte. Prints what they took.
  ~ManyReads();
  ManyReads(const ManyReads&) = delete;
  ManyReads& operator=(const ManyReads&) = delete;

  void Read(size_t input_bytes, const std::function<void()>& read);

 private:
  size_t files_ = 0;
  size_t bytes_ = 0;
  double seconds_ = 0;
};

}  // namespace bm::testing

#endif  // BASE_TESTING_READ_LIMITS_H_
