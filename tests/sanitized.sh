#!/bin/sh
# Runs every C++ test program of a sanitizer's build, each in one process: starting one per case would cost more than the
# cases. What needs a server is skipped by itself where none is named. Usage: sanitized.sh BUILD_DIR
set -u
[ -f "$1/build.ninja" ] || { echo "not built: $1 (./dev test builds it)"; exit 77; }
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}"  # g++'s would only print and go on
failed=0 ran=0
for program in $(find "$1/tests" -type f -name '*_test' -perm -u+x | sort); do
  echo "== ${program##*/}"
  (cd "${program%/*}" && "$program") || { echo "FAILED: $program"; failed=1; }
  ran=$((ran + 1))
done
[ "$ran" -gt 0 ] || { echo "no test programs in $1"; exit 1; }
exit "$failed"
