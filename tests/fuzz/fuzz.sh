#!/bin/sh
# fuzz.sh PROGRAM CORPUS: replays the committed corpus, then fuzzes from there for $AIA_FUZZ_SECONDS (15). What it learns is
# kept beside the program; an input that breaks something is kept there, too, with the command that replays it, and is
# replayed before anything else until it no longer does.
set -u
program=$1 corpus=$2
learnt=$program.learnt broken=$program.broken
mkdir -p "$learnt" "$broken"
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
options="-timeout=20 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1"
dictionary=$corpus.dict
[ ! -f "$dictionary" ] || options="$options -dict=$dictionary"
known=$(ls "$broken"/* 2>/dev/null)
if "$program" $known "$corpus"/* && "$program" $options -max_total_time="${AIA_FUZZ_SECONDS:-15}" -artifact_prefix="$broken/" \
  "$learnt" "$corpus"; then
  exit 0
fi
echo "An input broke a property: the last one running above, or what was found now. Replay with:"
for file in "$broken"/*; do [ ! -f "$file" ] || echo "  $program $file"; done
echo "Fixed, it belongs into $corpus/ under a name that says what it was."
exit 1
