#!/usr/bin/env bash
# INSTALLER PROTOTXT CAFFEMODEL: the installed tree serves a gcc C program, a g++ program and a CMake project.
set -euo pipefail
work=$TEST_TMPDIR
sources=$PWD/tests/install
export COMPILE_ONCE=$work/objects
mkdir "$COMPILE_ONCE"
once=$sources/compile_once.sh

# build PROGRAM SOURCE OPTIONS...: the warnings are errors in C99 and C++11, the oldest that the headers promise.
build() {
  local program=$1 source=$sources/$2 compiler=(g++ -std=c++11 -Wall -Werror)
  shift 2
  case $source in *.c) compiler=(gcc -std=c99 -Wall -Werror) ;; esac
  "$once" "${compiler[@]}" -c "$source" -o "$program.o" "$@"
  "${compiler[@]}" "$program.o" -o "$program" "$@"
}

"$1" "$work/first"
"$1" "$work/first"  # over itself
mv "$work/first" "$work/sdk"
sdk=$work/sdk

for file in include/bmlib_runtime.h include/bmcpu_dev.h include/version.h include/bmruntime_interface.h include/bmodel.hpp lib/libbmlib.so lib/libbmrt.so \
  include/bm_jpeg_interface.h include/bm_vpudec_interface.h include/bm_vpuenc_interface.h \
  lib/libbmvideo.so lib/libbmion.so lib/libbmjpuapi.so lib/libbmjpulite.so lib/libbmvppapi.so lib/libbmvpuapi.so \
  lib/libbmvpulite.so include/bmcv_api_ext.h include/bmcv_api_ext_c.h include/bmcv_api.h lib/libbmcv.so \
  bin/bmnetc bin/bmrt_test bin/tpu_model bin/bm_model.bin NOTICE; do
  [ -e "$sdk/$file" ] || { echo "$file is not installed"; exit 1; }
done
soname() { readelf -d "$1" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p'; }
[ "$(soname "$sdk/lib/libbmlib.so")" = libbmlib.so.0 ]
[ "$(soname "$sdk/lib/libbmrt.so")" = libbmrt.so ]

# The programs.
"$sdk/bin/bmnetc" --model="$2" --weight="$3" --outdir="$work/digits" --target=BM1684
model=$work/digits/compilation.bmodel
"$sdk/bin/bm_model.bin" --info "$model" | grep 'BM1684'
"$sdk/bin/bmrt_test" --context_dir="$work/digits" | grep 'cmp success'

# Compilers with pkg-config.
export PKG_CONFIG_PATH=$sdk/lib/pkgconfig LD_LIBRARY_PATH=
options() { pkg-config --cflags --libs "$@"; }
# shellcheck disable=SC2046
build "$work/c" round_trip.c $(options libbmlib) -Wl,-rpath,"$sdk/lib"
version=$(< VERSION)
"$work/c" | grep "version $version = $version"
# shellcheck disable=SC2046
build "$work/edges" edges.c $(options libbmcv libbmlib) -Wl,-rpath,"$sdk/lib"
"$work/edges"
# shellcheck disable=SC2046
build "$work/media" media.c $(options libbmlib) -lbmion -lbmjpulite -lbmjpuapi \
  -lbmvpulite -lbmvpuapi -lbmvideo -lbmvppapi -Wl,-rpath,"$sdk/lib"
"$work/media"
[ "$(readelf -d "$work/media" | grep -c 'NEEDED.*libbm[ijv]')" = 1 ]
# shellcheck disable=SC2046
build "$work/cc" run_model.cc $(options libbmodel libbmrt) -Wl,-rpath,"$sdk/lib"
"$work/cc" "$model"

# FFmpeg's libraries come in the order of customers' makefiles.
clip=$work/clip.mp4
ffmpeg -y -loglevel error -f lavfi -i testsrc=size=96x80:rate=10:duration=1 -pix_fmt yuv420p -c:v libx264 "$clip" \
  < /dev/null
# shellcheck disable=SC2046
build "$work/decode" decode.cc -I"$sdk/include/ffmpeg" -L"$sdk/lib/ffmpeg" \
  -lavfilter -lavformat -lavcodec -lswscale -lavutil -lswresample $(options libbmlib) \
  -Wl,-rpath,"$sdk/lib:$sdk/lib/ffmpeg"
"$work/decode" "$clip" | grep 'h264_bm: 10 frames on the card'
if readelf -d "$work/decode" | grep libavfilter; then echo "a library that is not used is needed"; exit 1; fi

# SAIL with the vendor's libraries alone on the line, at both its places.
printf '[summary]\nnum = 3\n' > "$work/summary.ini"
for folder in lib lib/sail/pcie; do
  build "$work/sail" run_sail.cc -I"$sdk/include" -I"$sdk/include/sail" -L"$sdk/$folder" -L"$sdk/lib" -lsail -lbmrt \
    -lbmlib -lbmcv -Wl,-rpath,"$sdk/$folder:$sdk/lib"
  "$work/sail" "$model" "$clip" "$work/summary.ini"
done

# OpenCV, which the tree has if the machine has: a makefile names one include folder and OpenCV's libraries.
boxes() { "$1" "$clip" "$work/boxes.jpg" | grep '10 frames, a JPEG of'; }
if [ -e "$sdk/lib/opencv/libbmopencv.so" ]; then
  # shellcheck disable=SC2046
  build "$work/boxes" boxes.cc -I"$sdk/include/opencv4" -L"$sdk/lib/opencv" -lopencv_core -lopencv_imgproc \
    -lopencv_imgcodecs -lopencv_videoio $(options libbmcv libbmlib) -lavutil \
    -Wl,-rpath,"$sdk/lib:$sdk/lib/opencv"
  boxes "$work/boxes"
  if readelf -d "$work/boxes" | grep libbmopencv_sail; then echo "a library that is not used is needed"; exit 1; fi
  build "$work/sail_mat" sail_mat.cc -I"$sdk"/include{/opencv4,,/sail} -L"$sdk/lib/opencv" -L"$sdk/lib" -lsail \
    -lopencv_core -lbmrt -lbmlib -lbmcv -Wl,-rpath,"$sdk/lib:$sdk/lib/opencv"
  "$work/sail_mat"
else
  boxes() { echo "skipped: OpenCV is not installed"; }
fi

# CMake, by both folders that hold the package file.
export CMAKE_C_COMPILER_LAUNCHER=$once CMAKE_CXX_COMPILER_LAUNCHER=$once
mkdir "$work/project"
cp -L "$sources"/{CMakeLists.txt,boxes.cc,decode.cc,edges.c,round_trip.c,run_model.cc,run_sail.cc} "$work/project"
cmake=$sdk/lib/cmake
for hint in "-Dlibsophon_DIR=$sdk/data -DFFMPEG_DIR=$cmake/FFMPEG -DSAIL_DIR=$cmake -DOpenCV_DIR=$cmake/opencv4" \
  "-DCMAKE_PREFIX_PATH=$sdk"; do
  # shellcheck disable=SC2086
  cmake -S "$work/project" -B "$work/build" $hint > "$work/cmake.log" || { cat "$work/cmake.log"; exit 1; }
  cmake --build "$work/build" --parallel 2 >> "$work/cmake.log" || { cat "$work/cmake.log"; exit 1; }
  "$work/build/round_trip"
  "$work/build/edges"
  "$work/build/run_model" "$model"
  LD_LIBRARY_PATH=$sdk/lib/ffmpeg "$work/build/decode" "$clip"
  "$work/build/run_sail" "$model" "$clip" "$work/summary.ini"
  boxes "$work/build/boxes"
  rm -r "$work/build"
done

# The tree as /opt/sophon and as $REL_TOP: the hints and the folders that customers' projects write.
sophon=$sdk
hints="-Dlibsophon_DIR=$sophon/libsophon-current/data -DFFMPEG_DIR=$sophon/sophon-ffmpeg-latest/lib/cmake"
hints+=" -DSAIL_DIR=$sophon/sophon-sail/lib/cmake"
# shellcheck disable=SC2086
cmake -S "$work/project" -B "$work/build" $hints > "$work/cmake.log" || { cat "$work/cmake.log"; exit 1; }
cmake --build "$work/build" --parallel 2 >> "$work/cmake.log" || { cat "$work/cmake.log"; exit 1; }
LD_LIBRARY_PATH=$sophon/sophon-ffmpeg-latest/lib:$sophon/libsophon-current/lib "$work/build/decode" "$clip"
LD_LIBRARY_PATH=$sophon/sophon-sail/lib "$work/build/run_sail" "$model" "$clip" "$work/summary.ini"
rm -r "$work/build"

top=$sdk
for name in include/op_code.h include/bmlib/{bmlib_runtime,bmlib_utils}.h \
  include/bmruntime/{bm_mem_desc,bmruntime_interface}.h include/sail/{engine,graph}.h include/decode/bmjpuapi.h \
  lib/bmnn/pcie/lib{bmcv,bmlib,bmrt}.so lib/sail/pcie/libsail.so \
  lib/decode/x86/lib{bmvideo,bmjpuapi,bmjpulite}.so lib/ffmpeg/x86/lib{avcodec,avformat}.so; do
  [ -e "$top/$name" ] || { echo "\$REL_TOP/$name is not installed"; exit 1; }
done
includes=(-I"$top/include")
for folder in bmlib bmruntime bmcv decode ffmpeg sail; do includes+=(-I"$top/include/$folder"); done
libraries=(-L"$top/lib/bmnn/pcie" -L"$top/lib/decode/x86" -L"$top/lib/ffmpeg/x86" -L"$top/lib/sail/pcie")
path=$top/lib/bmnn/pcie:$top/lib/decode/x86:$top/lib/ffmpeg/x86:$top/lib/sail/pcie
build "$work/old_decode" decode.cc "${includes[@]}" "${libraries[@]}" -lavformat -lavcodec -lswscale \
  -lavutil -lbmion -lbmjpulite -lbmjpuapi -lbmvpulite -lbmvpuapi -lbmvideo -lbmvppapi -lbmcv -lbmlib
LD_LIBRARY_PATH=$path "$work/old_decode" "$clip" | grep 'h264_bm: 10 frames on the card'
build "$work/old_sail" run_sail.cc "${includes[@]}" "${libraries[@]}" -lsail -lbmrt -lbmlib -lbmcv -lbmvideo
LD_LIBRARY_PATH=$path "$work/old_sail" "$model" "$clip" "$work/summary.ini"
# Nothing leads out of the tree or in circles, and each library is there once.
[ -z "$(find "$sdk" -lname '/*' ! -path '*/opencv4/*')" ]
find -L "$sdk" -path "$sdk/include/opencv4/stock" -prune -o -print > "$work/files" 2> "$work/loops"
[ ! -s "$work/loops" ]
[ "$(find "$sdk" -name 'libbmlib.so*' -type f | wc -l)" -eq 1 ]
