"""The stand-in for inference servers: one scrape target that queues, serves and reports like vLLM behind llm-d.

What: a Service (a queue) for each Deployment, all fed the same arrivals and served by the pods that are Ready in
the cluster; /metrics with vLLM's names for every Ready pod and the gateway's counter of arrivals. Where the trace
has no value a scrape fails with 503, as it does when the monitoring is down. Why: no GPU is at hand, but what
the autoscaler reads must follow from what it did. Source: vLLM v1 and llm-d endpoint picker metrics.
"""
import threading, time

import openmetrics
from openmetrics import Family
from queue_model import WAIT_BOUNDS_S, Service
from scrape_target import ScrapeTarget

TICK_S = .05
SERVICE_S = 2.0                 # a request runs this long
PROMPT_TOKENS, OUTPUT_TOKENS = 900, 250
ARRIVALS, ARRIVALS_HELP = "llm_d_epp_request", "Requests that reached the gateway."
GATEWAY = {"pod": "gateway-epp-0", "container": "epp"}


def gateway_labels(namespace, model):
    return {"namespace": namespace, **GATEWAY, "model_name": model, "target_model_name": model}


class InferenceServer:
    """`with InferenceServer(...)`: serves /metrics on its port and steps the queues until it is left."""

    def __init__(self, playback, arrivals, ready_pods, per_replica, port, namespace="default"):
        """per_replica: {Deployment: requests a second}. ready_pods(name) → names of its Ready pods."""
        self.playback, self.arrivals, self.ready_pods, self.namespace = playback, arrivals, ready_pods, namespace
        self.services = {name: Service(rps) for name, rps in per_replica.items()}
        self.scrapes = []               # times of the scrapes that were answered
        self.target = ScrapeTarget(port, self.metrics)
        self.lock, self._ended, self._now = threading.Lock(), threading.Event(), None
        self._thread = threading.Thread(target=self._tick_until_ended, daemon=True)

    @property
    def address(self):
        return self.target.address

    def __enter__(self):
        self._thread.start()
        self.target.__enter__()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self.target.__exit__()
        self._thread.join()

    def step(self, now):
        """Lets the time since the last step pass in all queues."""
        with self.lock:
            if self._now is not None:
                arrived = self.arrivals.until(now) - self.arrivals.until(self._now)
                for name, service in self.services.items():
                    service.set_ready(self.ready_pods(name))
                    service.step(now, arrived, now - self._now)
            self._now = now

    def metrics(self, now):
        """The answer to a scrape; None when there is nothing to be had."""
        if self.playback.demand(now) is None:
            return None
        with self.lock:
            self.scrapes.append(now)
            return openmetrics.exposition([self._gateway(now), *self._vllm()])

    def history(self, start, end, interval_s):
        """What scrapes would have read of the arrivals, for back-filling; Prometheus's own labels included."""
        times = [start + i * interval_s for i in range(int((end - start) / interval_s) + 1)]
        scraped = {"job": "inference", "instance": self.address}
        series = [({**gateway_labels(self.namespace, name), **scraped}, self._past) for name in self.services]
        return openmetrics.history(ARRIVALS, ARRIVALS_HELP, series, times)

    def _past(self, wall):
        return None if self.playback.demand(wall) is None else self.arrivals.until(wall)

    def _gateway(self, now):
        family = Family(ARRIVALS, "counter", ARRIVALS_HELP)
        for name in self.services:
            family.add(gateway_labels(self.namespace, name), self.arrivals.until(now))
        return family

    def _vllm(self):
        waiting = Family("vllm:num_requests_waiting", "gauge", "Requests waiting to be processed.")
        running = Family("vllm:num_requests_running", "gauge", "Requests in model execution batches.")
        success = Family("vllm:request_success", "counter", "Successfully processed requests.")
        prompt = Family("vllm:prompt_tokens", "counter", "Prefill tokens processed.")
        output = Family("vllm:generation_tokens", "counter", "Generation tokens processed.")
        queue = Family("vllm:request_queue_time_seconds", "histogram", "Time in the waiting phase.")
        first = Family("vllm:time_to_first_token_seconds", "histogram", "Time to the first token.")
        for name, service in self.services.items():
            for pod in service.pods:
                labels = {"model_name": name, "engine": "0", "namespace": self.namespace, "pod": pod}
                done = service.pod(pod)
                waiting.add(labels, service.waiting / len(service.pods))
                running.add(labels, service.rate / len(service.pods) * SERVICE_S)
                success.add({**labels, "finished_reason": "stop"}, done.served)
                prompt.add(labels, done.served * PROMPT_TOKENS)
                output.add(labels, done.served * OUTPUT_TOKENS)
                queue.observe(labels, WAIT_BOUNDS_S, done.buckets, done.wait_s)
                first.observe(labels, WAIT_BOUNDS_S, done.buckets, done.wait_s)  # prefill is short beside a queue
        return waiting, running, success, prompt, output, queue, first

    def _tick_until_ended(self):
        while not self._ended.wait(TICK_S):
            self.step(time.time())

