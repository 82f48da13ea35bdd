#!/usr/bin/env bash
# install.sh DIR: writes the SDK as the vendor lays it out. The tree works wherever it is moved to.
#
#   DIR/include   the vendor's headers, flat
#   DIR/lib       libbmcv.so, libbmlib.so, libbmrt.so, libbmodel.so, libsail.so, libbmvideo.so and its other names;
#                 pkgconfig/*.pc; cmake/libsophon
#   DIR/include/sail   SAIL's headers with spdlog and inireader.hpp over the system's libraries;
#                      lib/cmake/SAILConfig.cmake, lib/sail/pcie as in the older SDK
#   DIR/include/ffmpeg, DIR/lib/ffmpeg   FFmpeg's view of the codecs, cmake/FFMPEG; FFmpeg itself is the system's
#   DIR/include/opencv4, DIR/lib/opencv  OpenCV's view of pictures and videos, cmake/opencv4; if OpenCV is installed
#   DIR/bin       bmnetc, bmrt_test, tpu_model and its older name bm_model.bin
#   DIR/data      libsophon-config.cmake, where the vendor has it
#   DIR/{libsophon-current,sophon-sail,sophon-ffmpeg-latest,sophon-opencv-latest}   links: DIR may be /opt/sophon
#   DIR/include/{bmlib,bmruntime,bmcv,decode,opencv}, DIR/lib/*/{pcie,soc,x86}      links: DIR may be $REL_TOP
set -euo pipefail

if [ $# -ne 1 ] || [ -z "$1" ]; then
  echo "usage: install DIR" >&2
  exit 2
fi
# Started by `bazel run`, a relative DIR means the caller's folder.
case $1 in
  /*) target=$1 ;;
  *) target=${BUILD_WORKING_DIRECTORY:-$PWD}/$1 ;;
esac
if [ -d "$0.runfiles/bmnnsdk" ]; then cd "$0.runfiles/bmnnsdk"; fi

version=$(< VERSION)
IFS=. read -r major minor patch <<< "$version"

# put MODE SOURCE FOLDER: copies one file under its own name.
put() { install -D -m "$1" "$2" "$target/$3/$(basename "$2")"; }

# fill TEMPLATE FILE [NAME=TEXT]...: writes a template with its @NAME@ replaced.
fill() {
  local template=tools/install/templates/$1 file=$target/$2 pair
  local edits=(-e "s|@VERSION@|$version|g" -e "s|@MAJOR@|$major|g" -e "s|@MINOR@|$minor|g" -e "s|@PATCH@|$patch|g")
  shift 2
  for pair in "$@"; do edits+=(-e "s|@${pair%%=*}@|${pair#*=}|g"); done
  mkdir -p "$(dirname "$file")"
  sed "${edits[@]}" "$template" > "$file"
}

for header in {bmcv,bmdecoder,bmlib,bmruntime}/include/*.h bmodel/include/bmodel.hpp bmodel/model_generated.h; do
  put 644 "$header" include
done
fill version.h.in include/version.h

for library in bmcv/libbmcv.so bmdecoder/libbmvideo.so bmlib/libbmlib.so.0 bmruntime/libbmrt.so bmodel/libbmodel.so \
  sail/libsail.so; do
  put 755 "$library" lib
done
ln -sfn libbmlib.so.0 "$target/lib/libbmlib.so"
for name in bmion bmjpuapi bmjpulite bmvppapi bmvpuapi bmvpulite; do
  ln -sfn libbmvideo.so "$target/lib/lib$name.so"
done

for program in bmcompiler/bmnetc/bmnetc tools/bmrt_test/bmrt_test tools/tpu_model/tpu_model; do
  put 755 "$program" bin
done
ln -sfn tpu_model "$target/bin/bm_model.bin"

# find_package(libsophon) looks below lib/cmake; customers also name data/ as libsophon_DIR.
for folder in data lib/cmake/libsophon; do
  root=$(sed 's|[^/]*|..|g' <<< "$folder")
  fill libsophon-config.cmake.in "$folder/libsophon-config.cmake" "ROOT=$root"
  fill libsophon-config-version.cmake.in "$folder/libsophon-config-version.cmake"
done

# SAIL, at the places of both generations; find_package(SAIL) with SAIL_DIR=lib/cmake or by the prefix.
for header in sail/include/sail/*; do put 644 "$header" include/sail; done
put 644 tools/install/sail/spdlog/spdlog.h include/sail/spdlog
put 644 tools/install/sail/spdlog/fmt/fmt.h include/sail/spdlog/fmt
mkdir -p "$target/lib/sail/pcie"
ln -sfn ../../libsail.so "$target/lib/sail/pcie/libsail.so"
fill SAILConfig.cmake.in lib/cmake/SAILConfig.cmake ROOT=../..
fill SAILConfig.cmake.in lib/cmake/SAIL/SAILConfig.cmake ROOT=../../..

# FFmpeg's names bring ours with them, in any order on the command line.
for header in libavcodec/avcodec.h libavcodec/codec.h libavformat/avformat.h libavutil/frame.h; do
  put 644 "overlays/ffmpeg/include/$header" "include/ffmpeg/$(dirname "$header")"
done
put 755 overlays/ffmpeg/libbmavcodec.so lib/ffmpeg
script() { echo "INPUT($2)" > "$target/lib/ffmpeg/lib$1.so"; }
script avcodec "libbmavcodec.so -l:libavcodec.so.59"
script avformat "libbmavcodec.so -l:libavformat.so.59"
script avfilter "AS_NEEDED(-l:libavfilter.so.8)"
script avdevice "AS_NEEDED(-l:libavdevice.so.59)"
fill FFMPEGConfig.cmake.in lib/cmake/FFMPEG/FFMPEGConfig.cmake

# A makefile names include/opencv4 alone: OpenCV's headers are links beside ours, and below stock/ all of them.
if [ -e overlays/opencv/libbmopencv.so ]; then
  mkdir -p "$target/include/opencv4"
  ln -sfn /usr/include/opencv4 "$target/include/opencv4/stock"
  cp -rsf /usr/include/opencv4/opencv2 "$target/include/opencv4/"
  (cd overlays/opencv/include && find -L opencv2 -type f) | while read -r header; do
    rm -f "$target/include/opencv4/$header"
    put 644 "overlays/opencv/include/$header" "include/opencv4/$(dirname "$header")"
  done
  put 755 overlays/opencv/libbmopencv.so lib/opencv
  put 755 overlays/opencv/libbmopencv_sail.so lib/opencv
  for module in core imgproc imgcodecs videoio; do
    echo "INPUT(libbmopencv.so AS_NEEDED(libbmopencv_sail.so) -l:libopencv_$module.so.406)" \
      > "$target/lib/opencv/libopencv_$module.so"
  done
  fill OpenCVConfig.cmake.in lib/cmake/opencv4/OpenCVConfig.cmake
  fill OpenCVConfig-version.cmake.in lib/cmake/opencv4/OpenCVConfig-version.cmake
else
  echo "OpenCV is not installed (libopencv-videoio-dev, libopencv-imgcodecs-dev): its view is left out"
fi

pc() { fill library.pc.in "lib/pkgconfig/lib$1.pc" "NAME=$1" "DESCRIPTION=$2" "REQUIRES=$3"; }
pc bmlib "Devices, device memory and copies of BM1684 cards" ""
pc bmcv "Images and operators on BM1684 cards" "libbmlib"
pc bmvideo "Video and JPEG on BM1684 cards" "libbmlib"
pc bmrt "Loads and runs bmodels on BM1684 cards" "libbmlib"
pc bmodel "Reads and writes bmodel files" "flatbuffers"

# The same tree as DIR = $REL_TOP of BMNNSDK 2 and as DIR = /opt/sophon, by links: one file of each library.
link() { mkdir -p "$target/$(dirname "$2")"; ln -sfn "$1" "$target/$2"; }
# link_all FROM TO: a link in TO for every file of FROM.
link_all() {
  local file up
  up=$(sed 's|[^/][^/]*|..|g' <<< "$2")
  for file in "$target/$1"/*; do
    if [ ! -d "$file" ] || [ -L "$file" ]; then link "$up/$1/$(basename "$file")" "$2/$(basename "$file")"; fi
  done
}
# The names that FindBMNNSDK2.cmake looks for; their declarations are in the headers that are named here.
forward() { fill forward.h.in "include/$1" "HEADER=$2"; }
forward op_code.h bmlib_runtime.h
forward bmlib_utils.h bmlib_runtime.h
forward bm_mem_desc.h bmlib_runtime.h
forward bmjpuapi.h bm_jpeg_interface.h
for folder in bmlib bmruntime bmcv decode; do link_all include "include/$folder"; done
[ ! -d "$target/include/opencv4" ] || link ../opencv4 include/opencv/opencv4
for mode in pcie soc; do
  for folder in bmnn decode; do link_all lib "lib/$folder/$mode"; done
done
link_all lib lib/decode/x86
for folder in ffmpeg opencv; do
  for mode in pcie soc x86; do [ ! -d "$target/lib/$folder" ] || link_all "lib/$folder" "lib/$folder/$mode"; done
done
mkdir -p "$target/lib/sys/x86"

for folder in include lib bin data; do link "../$folder" "libsophon-current/$folder"; done
for folder in include lib; do link "../$folder" "sophon-sail/$folder"; done
link ../include/ffmpeg sophon-ffmpeg-latest/include
link_all lib/ffmpeg sophon-ffmpeg-latest/lib
link ../../lib/cmake/FFMPEG sophon-ffmpeg-latest/lib/cmake
if [ -d "$target/lib/opencv" ]; then
  link ../../include/opencv4 sophon-opencv-latest/include/opencv4
  link_all lib/opencv sophon-opencv-latest/lib
  link ../../../lib/cmake/opencv4 sophon-opencv-latest/lib/cmake/opencv4
fi

put 644 LICENSE .
put 644 NOTICE .
echo "installed BMNNSDK $version in $target"
