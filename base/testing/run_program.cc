#include "base/testing/run_program.h"

#include <stdio.h>
#include <sys/wait.h>

namespace bm::testing {

Outcome RunProgram(const std::string& command) {
  Outcome outcome;
  // The program itself in place of the shell, which would answer a signal with an exit status of its own.
  FILE* pipe = popen(("exec " + command).c_str(), "r");
  if (pipe == nullptr) return outcome;
  char buffer[4096];
  for (size_t got; (got = fread(buffer, 1, sizeof(buffer), pipe)) > 0;) outcome.output.append(buffer, got);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) outcome.exit_status = WEXITSTATUS(status);
  return outcome;
}

}  // namespace bm::testing
