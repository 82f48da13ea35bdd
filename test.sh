#!/usr/bin/env bash
# Installs what is missing, builds everything, runs all tests. The last line is "N passed, N failed".
#
# BM_TEST_DATA may name a folder of real models and pictures; tests that need it say "skipped" without it.
set -uo pipefail
cd "$(dirname "$0")"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0
failed=0

# Counts the targets of a bazel test run; a run that reports none is one failure.
count() {
  local name=$1 status=$2 ok bad
  ok=$(grep -cE '^//[^ ]+ +(\(cached\) )?PASSED' "$log")
  bad=$(grep -cE '^//[^ ]+ +(FAILED|TIMEOUT|NO STATUS|FLAKY)' "$log")
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  passed=$((passed + ok))
  failed=$((failed + bad))
  echo "== $name: $ok passed, $bad failed"
}

# Runs one script that ends with "N passed, N failed".
count_script() {
  local name=$1 ok bad
  shift
  echo "== $name"
  if "$@" 2>&1 | tee "$log" && ok=$(tail -n 1 "$log" | grep -oE '^[0-9]+ passed' | grep -oE '[0-9]+'); then
    bad=$(tail -n 1 "$log" | grep -oE '[0-9]+ failed' | grep -oE '[0-9]+')
  else
    ok=0
    bad=1
  fi
  passed=$((passed + ok))
  failed=$((failed + bad))
}

echo "== packages"
if ! tools/install_packages.sh; then
  echo "the packages could not be installed"
  echo "0 passed, 1 failed"
  exit 1
fi

echo "== build and unit tests"
bazel test -c opt --keep_going //... 2>&1 | tee "$log"
count "unit tests" "${PIPESTATUS[0]}"

echo "== damaged files, with the address and undefined behaviour sanitizers"
bazel test --config=asan --keep_going //bmodel:damage_test //bmodel:limits_test \
  //bmcompiler/frontends/caffe:damage_test //bmcompiler/frontends/caffe:limits_test \
  //bmdecoder:damage_test //bmdecoder/core:soak_test //bmdecoder/jpeg:damage_test 2>&1 | tee "$log"
count "damaged files" "${PIPESTATUS[0]}"

count_script "an outside workspace" tests/consumer/run.sh

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
