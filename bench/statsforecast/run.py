#!/usr/bin/env python3
"""statsforecast beside ours on M4 Hourly: same series, same hold-out, one thread each, in one go.

Its models get what their authors advise: a day's season for AutoARIMA, AutoETS, AutoTheta and SeasonalNaive, a day's and a
week's for MSTL. Slow ones sit a sample, evenly spaced over the file; ours then sits the very same series again, so that each
line compares like with like. CPU is that of fitting and forecasting alone on both sides, after a first series that is not
counted. Both sides must measure Naïve 2 alike, else nothing here could be compared.

It fails unless ours is more accurate than every one of them on its series, at 1/5000 of AutoARIMA's CPU and 1/200 of
AutoETS's.

usage: run.py [--m4-binary PATH] [--train FILE] [--arima N] [--ets N] [--others N] [--format table|json]
"""
import argparse, csv, json, os, subprocess, sys, time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
VENV = ROOT / "build" / "statsforecast" / "venv"
PINNED = ("statsforecast==2.1.1", "numpy==2.4.6", "scipy==1.17.1", "pandas==2.3.3")


def in_venv():
    """Runs this very script with the pinned packages, installing them first where they are not."""
    python = VENV / "bin" / "python"
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    if not (VENV / "installed").exists():
        print(f"installing {' '.join(PINNED)} into {VENV}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PINNED], check=True)
        (VENV / "installed").touch()
    one = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")}
    os.execve(python, [str(python), __file__, *sys.argv[1:]], {**os.environ, **one})


in_venv()
import numpy  # noqa: E402
from statsforecast.models import MSTL, AutoARIMA, AutoETS, AutoTheta, SeasonalNaive  # noqa: E402

DAY, WEEK, HORIZON = 24, 168, 48
MODELS = {"AutoARIMA": (lambda: AutoARIMA(season_length=DAY), 5000), "AutoETS": (lambda: AutoETS(season_length=DAY), 200),
          "AutoTheta": (lambda: AutoTheta(season_length=DAY), 1), "MSTL": (lambda: MSTL(season_length=[DAY, WEEK]), 1),
          "SeasonalNaive": (lambda: SeasonalNaive(season_length=DAY), 0)}  # and how many times our CPU it must take


def read(path):
    """{id: values}"""
    with open(path, newline="") as file:
        return {row[0]: numpy.array([float(cell) for cell in row[1:] if cell not in ("", "NA")])
                for row in list(csv.reader(file))[1:]}


def evenly(ids, count):
    return [ids[i * len(ids) // count] for i in range(min(count, len(ids)))]


def naive2(train):
    """M4's: the last value along a classical multiplicative season when that is significant at 90 %."""
    centred = train - train.mean()
    r = [(centred[lag:] * centred[:len(train) - lag]).sum() / (centred ** 2).sum() for lag in range(1, DAY + 1)]
    indices = numpy.ones(DAY)
    if abs(r[-1]) > 1.645 * numpy.sqrt((1 + 2 * sum(x * x for x in r[:-1])) / len(train)):
        trend = numpy.convolve(train, numpy.r_[.5, numpy.ones(DAY - 1), .5] / DAY, "valid")
        ratios, phase = train[DAY // 2:-(DAY // 2)] / trend, numpy.arange(DAY // 2, len(train) - DAY // 2) % DAY
        indices = numpy.array([ratios[phase == i].mean() for i in range(DAY)])
        indices /= indices.mean()
    return train[-1] / indices[(len(train) - 1) % DAY] * indices[numpy.arange(len(train), len(train) + HORIZON) % DAY]


def measures(train, truth, point):
    """sMAPE, MASE"""
    error = abs(truth - point)
    return numpy.array([(200 * error / (abs(truth) + abs(point))).mean(),
                        error.mean() / abs(train[DAY:] - train[:-DAY]).mean()])


def sit(name, series, ids, options):
    """One of its models and ours on `ids`."""
    make, at_least = MODELS[name]
    make().forecast(y=series[ids[0]][:-HORIZON], h=HORIZON)  # whatever is loaded and compiled at first
    theirs, naive, cpu_s = numpy.zeros(2), numpy.zeros(2), 0.
    for i, id in enumerate(ids):
        train, truth = series[id][:-HORIZON], series[id][-HORIZON:]
        begun = time.process_time()
        point = make().forecast(y=train, h=HORIZON)["mean"]
        cpu_s += time.process_time() - begun
        theirs += measures(train, truth, point)
        naive += measures(train, truth, naive2(train))
        if name == "AutoARIMA":
            print(f"  {name} {i + 1}/{len(ids)}: {cpu_s:.0f} s", file=sys.stderr, flush=True)
    run = subprocess.run([options.m4_binary, "--train", options.train, "--only", ",".join(ids), "--format", "json"],
                         stdout=subprocess.PIPE, check=True)
    ours = json.loads(run.stdout)
    alike = numpy.allclose(naive / len(ids), [ours["naive2"]["smape"], ours["naive2"]["mase"]], rtol=1e-6)
    assert alike, f"two Naïve 2: {naive / len(ids)} and {ours['naive2']}"
    owa, ms = (theirs / naive).mean(), 1e3 * cpu_s / len(ids)
    return dict(name=name, series=len(ids), smape=theirs[0] / len(ids), mase=theirs[1] / len(ids), owa=owa, ms_per_series=ms,
                ours=dict(owa=ours["owa"], ms_per_series=ours["ms_per_series"]), owa_ratio=ours["owa"] / owa,
                cpu_ratio=ms / ours["ms_per_series"], cpu_ratio_at_least=at_least,
                met=bool(ours["owa"] < owa and ms >= at_least * ours["ms_per_series"]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--m4-binary", default=ROOT / "build/release/bench/m4")
    parser.add_argument("--train", default=ROOT.parent / "shared/data/m4/Hourly-train.csv")
    parser.add_argument("--arima", type=int, default=20, help="series for AutoARIMA, half a minute each")
    parser.add_argument("--ets", type=int, default=40, help="series for AutoETS, half a second each")
    parser.add_argument("--others", type=int, default=414, help="series for the rest")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    options = parser.parse_args()
    series, results = read(options.train), []
    counts = {"AutoARIMA": options.arima, "AutoETS": options.ets}
    for name in reversed(MODELS):
        if counts.get(name, options.others) == 0:
            continue
        result = sit(name, series, evenly(list(series), counts.get(name, options.others)), options)
        results.append(result)
        if options.format == "table":
            print(f"{name:14s}{result['series']:4d} series: OWA {result['owa']:.3f}, ours {result['ours']['owa']:.3f} "
                  f"({result['owa_ratio']:.2f} of it); CPU a series {result['ms_per_series']:.3f} ms, ours "
                  f"{result['ours']['ms_per_series']:.3f}: {result['cpu_ratio']:,.1f} times ours"
                  f"{'' if result['met'] else '  NOT MET'}", flush=True)
    if options.format == "json":
        print(json.dumps(dict(methods=results, met=all(r["met"] for r in results)), indent=1))
    return 0 if all(result["met"] for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
