#!/usr/bin/env bash
# Installs what is missing, builds, compiles the example network with bmnetc and runs it on the simulated card.
set -euo pipefail
cd "$(dirname "$0")"

echo "== packages"
tools/install_packages.sh

echo "== build"
bazel build -c opt //bmcompiler/bmnetc //tools:bmrt_test //tools:tpu_model //examples/digits:classify

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

echo "== compile examples/digits for the BM1684"
bazel-bin/bmcompiler/bmnetc/bmnetc --model=examples/digits/digits.prototxt --weight=examples/digits/digits.caffemodel \
  --outdir="$out/digits" --target=BM1684

echo "== check the compiled network against its floating point reference"
bazel-bin/tools/bmrt_test/bmrt_test --context_dir="$out/digits" | grep -E 'cmp|calculate'

echo "== classify handwritten digits on the simulated card"
bazel-bin/examples/digits/classify "$out/digits/compilation.bmodel" examples/digits/digits.csv
