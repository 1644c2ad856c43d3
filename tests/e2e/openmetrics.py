"""Metric families as text: what a scrape reads, and what promtool back-fills.

What: Family (name, type, help, samples) and the two writers. Why: the past and the present must be the same
series, so the same code names them. Source: the OpenMetrics 1.0 specification; the names are those of vLLM's
and the llm-d endpoint picker's own metrics.
"""
from dataclasses import dataclass, field


@dataclass
class Family:
    name: str                 # without the suffix _total
    kind: str                 # counter, gauge, histogram
    help: str
    samples: list = field(default_factory=list)   # (suffix, {label: value}, number)

    def add(self, labels, value, suffix=None):
        self.samples.append((("_total" if self.kind == "counter" else "") if suffix is None else suffix, labels, value))

    def observe(self, labels, bounds, buckets, total):
        """A histogram from its buckets (not cumulative, the last one without bound) and the sum of its values."""
        count = 0.0
        for bound, requests in zip([*map(float, bounds), "+Inf"], buckets):
            count += requests
            self.add({**labels, "le": str(bound)}, count, "_bucket")
        self.add(labels, count, "_count")
        self.add(labels, total, "_sum")

    def head(self):
        return f"# HELP {self.name} {self.help}\n# TYPE {self.name} {self.kind}\n"


def sample(name, labels, value, time_s=None):
    inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    return f"{name}{{{inside}}} {value:.12g}" + ("\n" if time_s is None else f" {time_s:.3f}\n")


def exposition(families):
    """The answer to a scrape, in OpenMetrics."""
    lines = []
    for family in families:
        lines.append(family.head())
        lines += [sample(family.name + suffix, labels, value) for suffix, labels, value in family.samples]
    return "".join(lines) + "# EOF\n"


CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def history(name, help_text, series, times):
    """A counter's past for promtool, line by line. series: [(labels, value at a time or None)]."""
    yield Family(name, "counter", help_text).head()
    for time_s in times:
        for labels, value_at in series:
            if (value := value_at(time_s)) is not None:
                yield sample(f"{name}_total", labels, value, time_s)
    yield "# EOF\n"


def _escaped(text):
    return str(text).replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
