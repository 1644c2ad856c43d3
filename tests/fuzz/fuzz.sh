#!/bin/sh
# fuzz.sh PROGRAM CORPUS: replays the committed corpus, then fuzzes from there for $AIA_FUZZ_SECONDS (0). Inputs that reach
# new code are kept beside the program. An input that breaks something is kept there, too, with the command that replays
# the input, and is replayed first until the fault is mended.
set -u
program=$1 corpus=$2
learnt=$program.learnt broken=$program.broken
mkdir -p "$learnt" "$broken"
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
options="-timeout=20 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1"
dictionary=$corpus.dict
[ ! -f "$dictionary" ] || options="$options -dict=$dictionary"
known=$(ls "$broken"/* 2>/dev/null)
go_on() {  # to libFuzzer, 0 seconds are no limit
  [ "${AIA_FUZZ_SECONDS:-0}" -eq 0 ] ||
    "$program" $options -max_total_time="$AIA_FUZZ_SECONDS" -artifact_prefix="$broken/" "$learnt" "$corpus"
}
if "$program" $known "$corpus"/* && go_on; then
  exit 0
fi
echo "An input broke a property: the last one running above, or what was found now. Replay with:"
for file in "$broken"/*; do [ ! -f "$file" ] || echo "  $program $file"; done
echo "Fixed, it belongs into $corpus/ under a name that says what it was."
exit 1
