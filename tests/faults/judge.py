"""What a fault may do, and the table of what each did.

What: complaints(verdict, …) in words, table(verdicts). Why: the promise of issue 4 in one place: nothing scaled in, others
not delayed, back within two cycles of the heal, SIGTERM heard within 2 s, memory bounded, the process never restarted.
"""
import os, statistics

CYCLES = 2                 # to recover within
TERM_S = 2.0
GROWTH_MIB = 48            # over the memory of the first calm moment; allocators keep what a burst of retries took
SOCKET_DEAD_S = 20         # silence after which our sockets give a connection up (controller/http/socket.h)
LOOK_S = .4                # conditions are polled: a tick, and a request or two
BUSY_S, BUSIEST_S = .3, 3  # cycles of a second do not scale the work in them: room for each runnable program a core


def busy_s():
    """Room that a machine which does other things needs; next to nothing on one that does not."""
    return min(BUSIEST_S, BUSY_S * max(0, os.getloadavg()[0] / os.cpu_count() - 1))


def complaints(verdict, fault, pace, calm_mib):
    """Everything that was not as promised; empty is good."""
    said, busy = list(verdict.complaints), 0 if pace.soak else busy_s()
    limit = CYCLES * pace.cycle_s + busy

    def bound(what, value, most):
        if value is None:
            said.append(f"{what}: never")
        elif value > most:
            said.append(f"{what}: {value:.2f} s, at most {most:.2f} s")

    bound("the first scale write after the heal", verdict.scale_s, limit)
    bound("clean conditions and /readyz after the heal", verdict.clean_s, limit + LOOK_S)
    # An event that the API server sent into the cut is on a watch that lives on: its kernel has doubled the wait for the
    # next try each time, whatever our cycle is, so that it may take as long again as the cut did. A longer cut ends it.
    resent = verdict.held_s if fault.half_open and verdict.held_s < SOCKET_DEAD_S else 0
    bound("a changed spec in the status after the heal", verdict.noticed_s, max(limit, resent + pace.cycle_s + busy) + LOOK_S)
    bound("SIGTERM meanwhile", verdict.term_s, TERM_S)
    said += [f"scaled in: {write.name} to {write.replicas}, {write.agent}" for write in verdict.scale_ins]
    if verdict.memory_mib > calm_mib + GROWTH_MIB:
        said.append(f"memory grew from {calm_mib:.0f} to {verdict.memory_mib:.0f} MiB")
    if fault.local:
        longest = sorted(verdict.delays_s)
        bound("a step of moving's demand", max(longest, default=None), step_s(pace) + pace.cycle_s / 2 + busy)
        bound("a second step of moving's demand", max(longest[:-1], default=0), step_s(pace) + busy)
        if verdict.missed:
            said.append(f"{verdict.missed} steps of moving's demand were not written")
    return said


def step_s(pace):
    """The longest from a step of demand to its write where nothing is wrong: until it is scraped, until the next cycle begins,
    until that one has asked and written. Half a cycle more, once, is what it may take to learn that another object is slow."""
    return pace.scrape_s + 1.1 * pace.cycle_s + LOOK_S


def table(verdicts, pace):
    """One line a fault; recovery in cycles after the heal: first scale write, conditions and /readyz, changed spec."""
    lines = [f"{'fault':<26} {'held':>6}  {'scale':>5} {'clean':>5} {'spec':>5}  {'in':>3}  {'steps: median, longest, missed':>30}"
             f"  {'TERM':>6} {'MiB':>4}"]
    for v in verdicts:
        recovery = " ".join("never" if s is None else f"{max(0, s) / pace.cycle_s:5.2f}" for s in (v.scale_s, v.clean_s, v.noticed_s))
        steps = f"{statistics.median(v.delays_s):.2f} s, {max(v.delays_s):.2f} s, {v.missed}" if v.timed and v.delays_s else "-"
        term = "-" if v.term_s is None else f"{v.term_s:.2f} s"
        lines.append(f"{v.name:<26} {v.held_s:5.0f}s  {recovery}  {len(v.scale_ins):>3}  {steps:>30}  {term:>6} {v.memory_mib:4.0f}")
    return "\n".join(lines)
