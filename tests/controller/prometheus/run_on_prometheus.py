#!/usr/bin/env python3
"""Runs prometheus_live_test against each real engine: run_on_prometheus.py PROGRAM [Catch2 arguments].

What: Prometheus 3 and 2.53 and VictoriaMetrics, built by tests/cluster, and Debian's Prometheus 2.42 where
$AIA_PROMETHEUS_2 names it. Why: they differ where it hurts (3's range selectors are left-open, 2.53 has its infos among
the warnings, VictoriaMetrics hides the newest 30 s), and users run all of them.
"""
import os, subprocess, sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "cluster"))
import build  # noqa: E402


def main():
    programs = build.ensure("prometheus", "prometheus-2", "victoriametrics")
    engines = {"Prometheus 3": programs["prometheus"], "Prometheus 2.53": programs["prometheus-2"],
               "VictoriaMetrics": programs["victoria-metrics"]}
    debian = os.environ.get("AIA_PROMETHEUS_2", "")
    if Path(debian).is_file():
        engines["Prometheus 2.42"] = debian
    else:
        print("Prometheus 2.42: skipped, $AIA_PROMETHEUS_2 names no binary (./dev test fetches Debian's)", flush=True)
    failed = 0
    for name, binary in engines.items():
        print(f"{name}: {binary}", flush=True)
        failed |= subprocess.run(sys.argv[1:], env={**os.environ, "AIA_PROMETHEUS_BIN": str(binary)}).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
