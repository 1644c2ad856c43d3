#!/bin/sh
# Runs every C++ test program of a sanitizer's build, each in one process: starting one per case would cost more than the
# cases. Behind everything else (nice): plays on the real control plane run beside it and wait for nobody. What needs a
# server is skipped by itself where none is named. Cases tagged [weeks] are left out, which compute days in one thread, on
# what the others use, too (AIA_PRESET=asan|tsan ./dev test runs them).
# Usage: sanitized.sh asan|tsan BUILD_DIR
set -u
[ -f "$2/build.ninja" ] || { echo "not built: $2 (./dev test builds it)"; exit 77; }
export ASAN_OPTIONS="${ASAN_OPTIONS:-malloc_context_size=10}"  # frames kept of each allocation; 30 cost a tenth of the time
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}"
renice -n 19 $$ >/dev/null 2>&1 || true
failed=0 ran=0
for program in $(find "$2/tests" -type f -name '*_test' -perm -u+x | sort); do
  start=$(date +%s)
  (cd "${program%/*}" && "./${program##*/}" '~[.]~[weeks]') || { echo "FAILED: $program"; failed=1; }
  echo "== ${program##*/}: $(($(date +%s) - start)) s"
  ran=$((ran + 1))
done
[ "$ran" -gt 0 ] || { echo "no test programs in $2"; exit 1; }
exit "$failed"
