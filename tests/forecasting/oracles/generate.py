#!/usr/bin/env python3
"""Numbers that the classical models must reproduce, from other people's code.

Writes smoothing.h, arima.h and theta.h beside this file: for fixed parameters, the log-likelihood and twelve forecasts
(and their deviations) of statsmodels' ETSModel and SARIMAX and of statsforecast's ETS (multiplicative seasons, where
statsmodels divides by the new level and the book by the old) and theta on one made-up series. Run by hand when a case is added; the tests read the committed headers:

    python3 -m venv build/oracles && build/oracles/bin/pip install \
        numpy==2.4.6 scipy==1.17.1 pandas==2.3.3 statsmodels==0.15.0 statsforecast==2.1.1
    build/oracles/bin/python tests/forecasting/oracles/generate.py
"""

import pathlib
import warnings

import numpy as np
import pandas as pd
from statsforecast import ets as sf_ets
from statsforecast import theta as sf_theta
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.statespace.sarimax import SARIMAX

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent
STEPS = 12
PERIOD = 12


def series(n=120):
    """The tests' series: the same integer arithmetic in C++ (oracle_series in cases.h), so that no numbers need be copied."""
    values, state = [], 7
    for t in range(n):
        state = (state * 1103515245 + 12345) % 2**31
        noise = state / 2**31 - 0.5
        season = abs((t % PERIOD) - 6) - 3
        values.append(100.0 + 0.5 * t + 8.0 * season + 24.0 * noise)
    return np.array(values)


def row(values):
    return "{" + ", ".join(f"{float(v):.17g}" for v in values) + "}"


def write(name, what, lines):
    (HERE / name).write_text(
        f"// {what} Written by generate.py; do not edit.\n#pragma once\n\n"
        "#include \"oracles/cases.h\"\n\nnamespace forecasting::testing {\n\n// clang-format off\n"
        + "\n".join(lines) + "\n// clang-format on\n\n}  // namespace forecasting::testing\n")


def book(y, letters, factor):
    """Log-likelihood and forecasts by statsforecast's own recursion; its states list the season newest first."""
    error, trend, season = letters
    state = np.array([105.0] + ([0.4] if trend != "N" else []) + factor[::-1])
    phi = 0.95 if trend == "Ad" else 1.0
    _, _, states, likelihood = sf_ets.pegelsresid_C(y, PERIOD, state, error, trend[0], season, trend == "Ad",
                                                    0.3, 0.05, 0.2, phi, 3)
    # Its forecast function damps the trend one step late; the states are the oracle, the point forecast is (l + φ_h b) s.
    last = states[-1]
    trend_ahead = np.cumsum(phi ** np.arange(1, STEPS + 1)) * last[1] if trend != "N" else 0
    n = len(y)
    return -n / 2 * (np.log(2 * np.pi / n) + 1) - likelihood / 2, (last[0] + trend_ahead) * last[-PERIOD:][::-1]


def smoothing():
    y = series()
    additive = [12.0, 10, 8, 1, -5, -9, -14, -11, -4, 1, 4, 7]
    factor = [1.12, 1.10, 1.08, 1.01, 0.95, 0.91, 0.86, 0.89, 0.96, 1.01, 1.04, 1.07]
    lines = ["inline const std::vector<EtsCase> kEtsCases{"]
    for error in ("add", "mul"):
        for trend, damped in ((None, False), ("add", False), ("add", True)):
            for seasonal in (None, "add", "mul"):
                model = ETSModel(pd.Series(y), error=error, trend=trend, damped_trend=damped, seasonal=seasonal,
                                 seasonal_periods=PERIOD if seasonal else None, initialization_method="known",
                                 initial_level=105.0, initial_trend=0.4 if trend else None,
                                 initial_seasonal=None if seasonal is None else additive if seasonal == "add" else factor)
                par = {"smoothing_level": 0.3, "smoothing_trend": 0.05, "smoothing_seasonal": 0.2,
                       "damping_trend": 0.95}
                fit = model.smooth([par[name] for name in model.param_names if name in par])
                forecast = fit.forecast(STEPS)
                # Exact where statsmodels has a formula, else left out (the C++ is then held to a simulation).
                exact = error == "add" and seasonal != "mul"
                prediction = fit.get_prediction(start=len(y), end=len(y) + STEPS - 1) if exact else None
                deviation = np.sqrt(prediction.forecast_variance) if exact else []
                letters = ("AM"[error == "mul"], "N" if not trend else "Ad" if damped else "A",
                           {None: "N", "add": "A", "mul": "M"}[seasonal])
                likelihood = fit.llf
                if seasonal == "mul":
                    likelihood, forecast = book(y, letters, factor)
                lines.append(f'  {{"ETS({",".join(letters)})", {likelihood:.17g}, {row(forecast)}, {row(deviation)}}},')
    lines.append("};")
    write("smoothing.h", "ETS at fixed parameters by statsmodels 0.15.0 and statsforecast 2.1.1.", lines)


def arima():
    y = series()
    gapped = y.copy()
    gapped[[30, 31, 77]] = np.nan
    cases = [  # order, seasonal order, trend, coefficients as statsmodels names them
        ((1, 0, 0), (0, 0, 0), "c", {"intercept": 45.0, "ar.L1": 0.7}),
        ((2, 0, 1), (0, 0, 0), "c", {"intercept": 30.0, "ar.L1": 0.5, "ar.L2": 0.3, "ma.L1": 0.4}),
        ((0, 1, 1), (0, 0, 0), "n", {"ma.L1": -0.6}),
        ((2, 1, 2), (0, 0, 0), "n", {"ar.L1": 0.5, "ar.L2": -0.3, "ma.L1": -0.4, "ma.L2": 0.2}),
        ((0, 1, 1), (0, 1, 1), "n", {"ma.L1": -0.4, "ma.S.L12": -0.6}),
        ((1, 0, 1), (1, 1, 1), "c", {"intercept": 1.5, "ar.L1": 0.6, "ma.L1": 0.2, "ar.S.L12": 0.3, "ma.S.L12": -0.5}),
        ((2, 1, 2), (1, 1, 1), "n", {"ar.L1": 0.5, "ar.L2": -0.3, "ma.L1": -0.4, "ma.L2": 0.2, "ar.S.L12": 0.2,
                                     "ma.S.L12": -0.7}),
    ]
    lines = ["inline const std::vector<ArimaCase> kArimaCases{"]
    for order, seasonal, trend, named in cases:
        for missing in (False, True):
            differenced = order[1] + seasonal[1] > 0
            if missing and differenced:
                continue  # statsmodels' differencing of gaps is its own; the stationary case pins the filter's
            p, d, q = order
            P, D, Q = seasonal
            model = SARIMAX(gapped if missing else y, order=order, seasonal_order=(P, D, Q, PERIOD if P + D + Q else 0),
                            trend=trend, simple_differencing=True, concentrate_scale=True,
                            enforce_stationarity=True, enforce_invertibility=True)
            fit = model.filter([named[name] for name in model.param_names])
            get = lambda prefix, count, step=1: [named[f"{prefix}.L{(i + 1) * step}"] for i in range(count)]
            ar, ma = get("ar", p), get("ma", q)
            sar, sma = get("ar.S", P, PERIOD), get("ma.S", Q, PERIOD)
            mean = named.get("intercept", 0.0) / (1 - sum(ar)) / (1 - sum(sar))
            # Forecasts of the differences, integrated here: statsmodels leaves that to the caller.
            forecast = list(fit.forecast(STEPS))
            history = list(y)
            if d and D:
                for w in forecast:
                    history.append(w + history[-1] + history[-PERIOD] - history[-PERIOD - 1])
            elif d or D:
                for w in forecast:
                    history.append(w + history[-1 if d else -PERIOD])
            else:
                history += forecast
            deviation = np.sqrt(fit.get_forecast(STEPS).var_pred_mean) if not differenced else []
            lines.append(f"  {{{{{p}, {d}, {q}, {P}, {D}, {Q}, {PERIOD if P + D + Q else 1}, {'true' if trend == 'c' else 'false'}}}, "
                         f"{{{row(ar)}, {row(ma)}, {row(sar)}, {row(sma)}, {mean:.17g}}}, {'true' if missing else 'false'}, "
                         f"{fit.llf:.17g}, {row(history[-STEPS:])}, {row(deviation)}}},")
    lines.append("};")
    write("arima.h", "ARIMA at fixed coefficients by statsmodels 0.15.0 (exact likelihood).", lines)


def theta():
    y = series()
    lines = ["inline const std::vector<ThetaCase> kThetaCases{"]
    for name, level, alpha, weight in (("STM", 60.0, 0.3, 2.0), ("OTM", 40.0, 0.5, 3.5), ("OTM", 90.0, 0.15, 1.4)):
        kind = sf_theta.switch_theta(name)
        _, errors, states, mse = sf_theta._theta.pegels_resid(y, kind, level, alpha, weight, 3)
        forecast = np.empty(STEPS)
        sf_theta._theta.forecast(states, len(y), kind, forecast, alpha, weight)
        lines.append(f"  {{{level:.17g}, {alpha:.17g}, {weight:.17g}, {row(errors[[1, 5, 60, 119]])}, {row(forecast)}}},")
    lines.append("};")
    write("theta.h", "Theta at fixed parameters by statsforecast 2.1.1.", lines)


if __name__ == "__main__":
    smoothing()
    arima()
    theta()
