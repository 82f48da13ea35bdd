// The named test cases of bmrt_test: the same nets and verdicts through other parts of the interface.
#ifndef TOOLS_BMRT_TEST_TEST_CASES_H_
#define TOOLS_BMRT_TEST_TEST_CASES_H_

#include "absl/status/status.h"
#include "tools/bmrt_test/test_options.h"

namespace bm::tools {

// Runs options.test_case on every context or model. NOT_FOUND for an unknown name, UNIMPLEMENTED for one whose
// interface is not built.
absl::Status RunTestCase(const TestOptions& options);

}  // namespace bm::tools

#endif  // TOOLS_BMRT_TEST_TEST_CASES_H_
