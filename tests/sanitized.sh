#!/bin/sh
# Runs every C++ test program of a sanitizer's build, each in one process: starting one per case would cost more than the
# cases. What computes runs behind everything else (nice): plays on the real control plane run beside it and wait for
# nobody. What starts threads waits for real, has its turn, and costs little. What needs a server is skipped by itself
# where none is named. Cases tagged [weeks] are left out, which compute days in one thread, on what the others use, too
# (AIA_PRESET=asan|tsan ./dev test runs them). The output is what failed.
# Usage: sanitized.sh asan|tsan BUILD_DIR
set -u
[ -f "$2/build.ninja" ] || { echo "not built: $2 (./dev test builds it)"; exit 77; }
export ASAN_OPTIONS="${ASAN_OPTIONS:-malloc_context_size=10}"  # frames kept of each allocation; 30 cost a tenth of the time
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}"
output=$(mktemp) || exit 1
trap 'rm -f "$output"' EXIT
failed= ran=0
for program in $(find "$2/tests" -type f -name '*_test' -perm -u+x | sort); do
  name=${program##*/} start=$(date +%s) ended=passed
  grep -qx "$name" "$2/threaded_programs.txt" && nice=0 || nice=19
  if ! (cd "${program%/*}" && nice -n "$nice" "./$name" '~[.]~[weeks]') >"$output" 2>&1; then
    ended=FAILED failed="$failed $name"
    cat "$output"
  fi
  echo "== $name: $ended, $(($(date +%s) - start)) s"
  ran=$((ran + 1))
done
[ "$ran" -gt 0 ] || { echo "no test programs in $2"; exit 1; }
[ -z "$failed" ] || { echo "failed:$failed"; exit 1; }
