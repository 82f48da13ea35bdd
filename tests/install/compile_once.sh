#!/usr/bin/env bash
# COMPILER ARGUMENTS...: runs a compiler, but compiles what is the same only once. Every translation unit is preprocessed
# with its own arguments; where text and options, apart from the places of headers, are those of an earlier one, its
# object is copied. COMPILE_ONCE names the folder that keeps them. Also CMake's compiler launcher.
set -euo pipefail
preprocess=() options=() output=
for ((i = 1; i <= $#; ++i)); do
  next=$((i + 1))
  case ${!i} in
    -c) preprocess+=(-E -P) ;;
    -o)
      output=${!next}
      i=$next
      ;;
    -MT | -MF | -isystem)
      preprocess+=("${!i}" "${!next}")
      i=$next
      ;;
    -I* | -L* | -l* | -Wl,* | -MD | *.c | *.cc) preprocess+=("${!i}") ;;
    *)
      preprocess+=("${!i}")
      options+=("${!i}")
      ;;
  esac
done
text=$(mktemp "$COMPILE_ONCE/text.XXXXXX")
"${preprocess[@]}" -o "$text"
object=$COMPILE_ONCE/$({ echo "${options[*]}"; cat "$text"; } | sha256sum | cut -d' ' -f1).o
rm "$text"
if [ ! -e "$object" ]; then
  "$@"
  cp "$output" "$object"
else
  cp "$object" "$output"
fi
