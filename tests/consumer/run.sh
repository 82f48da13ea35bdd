#!/usr/bin/env bash
# Builds and runs the programs of this outside workspace. The last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")"

passed=0
failed=0
check() {
  local name=$1
  shift
  if "$@" > /tmp/consumer.$$ 2>&1; then
    echo "PASSED $name"
    passed=$((passed + 1))
  else
    echo "FAILED $name"
    cat /tmp/consumer.$$
    failed=$((failed + 1))
  fi
  rm -f /tmp/consumer.$$
}

is_refused() {
  local text
  text=$(bazel build //:use_private 2>&1)
  echo "$text"
  grep -q 'is not visible from target' <<< "$text"
}

check "building one program per public library" bazel build //...
for program in use_bmcv use_bmdecoder use_bmdriver_sim use_bmlib use_bmodel use_bmruntime use_sail use_ffmpeg; do
  check "$program" "bazel-bin/$program"
done
if [ -e bazel-bin/use_opencv ]; then
  check use_opencv bazel-bin/use_opencv
else
  echo "skipped use_opencv: OpenCV is not installed"
fi
check "a private target is refused" is_refused

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
