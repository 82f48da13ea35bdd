#!/usr/bin/env bash
# Installs the Debian packages that building and testing need, those that are missing only.
set -euo pipefail

packages=(
  bazel-bootstrap g++ git ca-certificates pkg-config
  libabsl-dev libflatbuffers-dev flatbuffers-compiler libprotobuf-dev protobuf-compiler libeigen3-dev
  libgtest-dev libgmock-dev libbenchmark-dev libssl-dev nlohmann-json3-dev libspdlog-dev libinih-dev
  pybind11-dev python3-dev python3-numpy python3-venv cmake make
  libavcodec-dev libavformat-dev libavutil-dev libswscale-dev libjpeg62-turbo-dev ffmpeg
  libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev libopencv-videoio-dev
  hershey-fonts-data libjpeg-turbo-progs
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "packages: all ${#packages[@]} are there"
  exit 0
fi

echo "packages: installing ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
echo "packages: done"
