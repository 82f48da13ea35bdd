// What reading an untrusted file may cost: at most 64 MiB and eight times the file, 2 s and 2 s a megabyte.
//
//   ExpectWithinReadLimits(bytes.size(), [&] { return Model::Parse(bytes).status().ToString(); });
#ifndef BASE_TESTING_READ_LIMITS_H_
#define BASE_TESTING_READ_LIMITS_H_

#include <cstddef>
#include <functional>
#include <string>

namespace bm::testing {

// Calls `read` in a process of its own, so that peaks do not add up, and fails the test where it crashes or takes more
// memory or processor time than a file of `input_bytes` may. Prints both with the start of what `read` answers. The
// sanitizers keep freed memory, so their builds only look for crashes.
void ExpectWithinReadLimits(size_t input_bytes, const std::function<std::string()>& read);

// The same in this process, for thousands of damaged files in a row: memory is counted from the first call on, so that
// the largest file's limit holds for all of them together. Prints nothing.
void ExpectWithinReadLimitsHere(size_t input_bytes, const std::function<void()>& read);

}  // namespace bm::testing

#endif  // BASE_TESTING_READ_LIMITS_H_
