#!/usr/bin/env bash
# Installs what is missing, builds, compiles the example network with bmnetc and runs it on the simulated card.
set -euo pipefail
cd "$(dirname "$0")"

echo "== packages"
tools/install_packages.sh

echo "== build"
bazel build -c opt //bmcompiler/bmnetc //tools:bmrt_test //tools:tpu_model //examples/digits:classify \
  //examples/shapes:detect //examples/shapes:detect_bmrt

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

for net in digits shapes; do
  echo "== compile examples/$net for the BM1684"
  bazel-bin/bmcompiler/bmnetc/bmnetc --model="examples/$net/$net.prototxt" --weight="examples/$net/$net.caffemodel" \
    --outdir="$out/$net" --target=BM1684
  echo "== check it against its floating point reference"
  bazel-bin/tools/bmrt_test/bmrt_test --context_dir="$out/$net" | grep -E 'cmp|calculate'
done

echo "== read handwritten digits on the simulated card"
bazel-bin/examples/digits/classify "$out/digits/compilation.bmodel" examples/digits/digits.csv

echo "== find shapes in pictures on the simulated card"
bazel-bin/examples/shapes/detect_bmrt "$out/shapes/compilation.bmodel" examples/shapes/pictures/shapes.txt \
  examples/shapes/pictures/*.ppm

echo "== find shapes in a picture and a video: decode, resize, infer, draw, encode with SAIL"
mkdir -p out
bazel-bin/examples/shapes/detect "$out/shapes/compilation.bmodel" examples/shapes/pictures/scene.jpg \
  examples/shapes/pictures/scene.mp4 out
