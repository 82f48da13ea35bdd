// Runs a program as a script does: through the shell, its standard output kept.
//
//   const Outcome outcome = RunProgram("tools/bmrt_test/bmrt_test --context_dir=" + directory);
//   EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
#ifndef BASE_TESTING_RUN_PROGRAM_H_
#define BASE_TESTING_RUN_PROGRAM_H_

#include <string>

namespace bm::testing {

struct Outcome {
  int exit_status = -1;  // -1 where the program did not end by itself
  std::string output;
};

// Waits for `command` to end. Its standard error goes where `command` sends it, to this process's by default.
Outcome RunProgram(const std::string& command);

}  // namespace bm::testing

#endif  // BASE_TESTING_RUN_PROGRAM_H_
