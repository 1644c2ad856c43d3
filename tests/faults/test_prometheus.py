"""Prometheus hangs, dies, is slow, or answers with anything but an answer; its sources fall silent or stand still."""
import unittest

from scene import Scene
from fault import Expect, Fault
from pace import PACE
from query_proxy import BROKEN, GARBAGE, HTML, OVERLOADED, TOO_MANY, HalfAnswer, Silence, SlowAnswer, Trickle
from stage import TARGETS


def missing(words):
    return tuple(Expect(name, "MetricsHealthy", "False", "MetricsMissing", words) for name in TARGETS)


def answered(name, fault, words, **options):
    return Fault(name, lambda stage: stage.query_proxy.inject(fault), lambda stage: stage.query_proxy.heal(),
                 expect=missing(words), blind=True, **options)


def back(stage, action):
    action()
    stage.wait(lambda: stage.prometheus.query("vector(1)"), "Prometheus answers", 60)
    stage.wait(lambda: len(stage.prometheus.query('gateway_requests{app="moving"}')) == 2, "both gateways scraped", 60)


def process(stage):
    return stage.prometheus.process


SERVER = r"127\.0\.0\.1:\d+"
FAULTS = [
    Fault("none", lambda stage: None, lambda stage: None, writes=True, local=True),
    Fault("Prometheus stopped", lambda stage: process(stage).pause(), lambda stage: back(stage, process(stage).resume),
          expect=missing(SERVER), blind=True, ci_s=8, soak_s=600),
    Fault("Prometheus killed", lambda stage: process(stage).kill(), lambda stage: back(stage, process(stage).start),
          expect=missing(SERVER), blind=True, soak_s=120),
    answered("Prometheus slow", SlowAnswer(30), SERVER),
    answered("Prometheus throttled", Trickle(150 / PACE.cycle_s), SERVER),
    answered("Prometheus cut off", HalfAnswer(), SERVER),
    answered("Prometheus silent", Silence(), SERVER),
    answered("answers: garbage", GARBAGE, "."),
    answered("answers: a login page", HTML, "."),
    answered("answers: 429", TOO_MANY, "429"),
    answered("answers: 500", BROKEN, "the head block is broken"),
    answered("answers: 503", OVERLOADED, "503"),
    Fault("one of two gateways gone", lambda stage: stage.gateways.silent.add("gateway-b"),
          lambda stage: stage.gateways.silent.clear(), blind=True,
          expect=tuple(Expect(name, "MetricsHealthy", "False", "MetricsPartial", r"1 of 1 sources of :\d+ ") for name in TARGETS[:2])),
]


class PrometheusTest(Scene):
    name = "prometheus"

    def test_faults(self):
        self.play(*FAULTS)
        self.end_with_a_true_fall()


if __name__ == "__main__":
    unittest.main()
