// One function per reason, each a single sentence built by hand: numbers first, then the consequence, then the remedy.
// Figures are rounded as people read them (base/decimal.h, base/time.h).
#include "controller/plan/explain.h"

#include <algorithm>

#include "base/decimal.h"
#include "controller/plan/need.h"

namespace aia::plan {
namespace {

using api::Code;

std::string replicas(int n) {
  return std::to_string(n) + (n == 1 ? " replica" : " replicas");
}

std::string are(int n) {
  return n == 1 ? " is" : " are";
}

/// "118/s", "118 at once", "118 waiting", "0.92 in use".
std::string amount(double value, api::DemandKind kind) {
  const std::string figure = format_figure(value);
  switch (kind) {
    case api::DemandKind::Rate: return figure + "/s";
    case api::DemandKind::Concurrency: return figure + " at once";
    case api::DemandKind::Queue: return figure + " waiting";
    case api::DemandKind::Utilization: return figure + " in use";
  }
  return figure;
}

/// "16 replicas at 12/s each".
std::string sized(int n, const DemandInput& demand) {
  return replicas(n) + " at " + amount(demand.spec.capacity_per_replica, demand.spec.kind) + " each";
}

std::string percentile(double quantile) {
  return "P" + format_figure(100 * quantile);
}

/// "expected P95 187/s in 7m10s to 8m58s".
std::string expected(const DemandInput& demand, const DemandFigures& figures, const Input& input) {
  return "expected " + percentile(input.spec.forecast.quantile) + " " +
         amount(*figures.served_upper, demand.spec.kind) + " in " + format_rough(figures.lead) + " to " +
         format_rough(figures.served_until);
}

/// "118/s now", with its backlog or its Ready replicas.
std::string present(const DemandInput& demand, const Supply& supply) {
  std::string text = amount(*demand.value, demand.spec.kind);
  if (demand.spec.kind == api::DemandKind::Utilization) text += " on " + replicas(supply.ready);
  return text + " now";
}

/// " needs ", or with a queue " and 42 waiting by then need ".
std::string needs(double queue, const char* when) {
  return queue >= 0.5 ? " and " + format_figure(queue) + " waiting" + when + " need " : " needs ";
}

}  // namespace

api::Reason explain_need(const DemandInput& demand, const DemandFigures& figures, const Input& input,
                         const Supply& supply) {
  const int reactive = figures.reactive.value_or(-1), start = figures.start.value_or(-1);
  const std::string name = demand.spec.name + ": ";
  if (start > reactive) {
    const bool waits = input.nodes && figures.lead > input.lead.horizon(demand.data_age);
    const std::string verb = needs(figures.queue_at_lead.value_or(0), " by then");
    std::string text = name + expected(demand, figures, input) + verb + sized(start, demand);
    if (reactive >= 0) text += "; " + present(demand, supply) + " needs " + std::to_string(reactive);
    if (waits) text += "; no free node, so a node's lead of " + format_rough(input.nodes->lead) + " is counted in";
    return {Code::ForecastFloor, text};
  }
  const std::string verb = needs(usable_backlog(demand), "");
  std::string text = name + present(demand, supply) + verb + sized(reactive, demand);
  if (start >= 0)
    text += "; " + expected(demand, figures, input) + " needs " + std::to_string(start);
  else if (api::is_forecast(demand.spec.kind) && !demand.forecast_note.empty())
    text += " (no forecast: " + demand.forecast_note + ")";
  return {Code::Reactive, text};
}

api::Reason explain_kept(const DemandInput& demand, const DemandFigures& figures, const Input& input,
                         const Settings& settings) {
  const double within_ms = settings.keep_leads * static_cast<double>(figures.lead.count());
  return {Code::KeptAhead, demand.spec.name + ": " + percentile(input.spec.forecast.quantile) + " demand needs " +
                               replicas(*figures.keep) + " within the next " +
                               format_rough(Millis(static_cast<Millis::rep>(within_ms))) +
                               ": stopping them to start them again would not pay"};
}

api::Reason explain_nothing_known(int held) {
  return {Code::NothingKnown, "no demand entry has a value or a forecast: " + replicas(held) + are(held) + " held"};
}

api::Reason explain_zero() {
  return {Code::ScaledToZeroByHand,
          "somebody set replicas to 0, which we never do: left alone until somebody sets them to 1 or more"};
}

api::Reason explain_conflict(const std::string& owner, int current, bool to_min) {
  if (to_min) return {Code::Conflict, owner + ": replicas are left alone but for their return to minReplicas"};
  return {Code::Conflict,
          owner + ": " + replicas(current) + are(current) + " left alone while somebody else sets them"};
}

api::Reason explain_warming_up() {
  return {Code::WarmingUp, "history is still being read: nothing is scaled in before"};
}

api::Reason explain_unseen(const std::string& unseen) {
  return {Code::WatchStale, unseen + ": nothing is scaled in meanwhile"};
}

api::Reason explain_rollout(const std::string& rollout) {
  return {Code::Rollout, "nothing is scaled in until the rollout is known to be done (" + rollout + ")"};
}

api::Reason explain_starting(int starting) {
  return {Code::Starting, replicas(starting) + are(starting) + " still starting: nothing is scaled in below them"};
}

api::Reason explain_stuck(const Input& input, const Supply& supply, const std::optional<Memory::StuckStarts>& tries) {
  Millis longest{0};
  for (const auto* ages : {&input.replicas.starting_ages, &input.replicas.failing_ages, &input.replicas.waiting_ages})
    for (const Millis age : *ages) longest = std::max(longest, age);
  const std::string without_node =
      supply.stuck_on_nodes < supply.stuck && supply.node_lead > Millis{0}
          ? ", or than " + format_rough(2 * (supply.lead + supply.node_lead)) + " without a node"
          : "";
  const std::string consequence =
      tries ? "since " + format_rfc3339(tries->since) +
                  " nothing more is started ahead of demand, what is needed now is; the next try is due at " +
                  format_rfc3339(tries->next_try)
            : "not counted on";
  return {Code::StartupStuck, std::to_string(supply.stuck) + " of " + std::to_string(supply.stuck + supply.starting()) +
                                  " starting replicas took longer than " + format_rough(supply.stuck_after()) +
                                  " (twice the lead time)" + without_node + " or crash, the oldest since " +
                                  format_rfc3339(input.now - longest) + ": " + consequence + "; look at their pods"};
}

api::Reason explain_pods_unseen(const Input& input) {
  return {Code::PodsUnseen,
          "its pods cannot be seen (" + input.replicas.unseen + "): the " + replicas(input.replicas.ready) +
              " that its scale counts are taken for Ready; no lead time is measured, and pods that do "
              "not serve go unnoticed"};
}

api::Reason explain_lost(const Input& input, const Supply& supply, const Memory::LostPods& lost) {
  return {Code::CapacityLost,
          replicas(supply.lost) + " that served" + are(supply.lost) + " not Ready since " + format_rfc3339(lost.since) +
              " (" + input.replicas.lost_names + "): " +
              (is_recent(lost.since, input) ? "demand may be low because of that, so nothing is scaled in below the " +
                                                  std::to_string(lost.wanted) + " that were wanted before, until " +
                                                  format_rfc3339(lost.since + collapse_steps(input.lead.p90).lasts)
                                            : "nothing is scaled in below what is needed beside them")};
}

api::Reason explain_too_few_ready(int ready, int needed) {
  return {Code::TooFewReady, "only " + replicas(ready) + are(ready) + " Ready and " + std::to_string(needed) +
                                 are(needed) + " needed: nothing is scaled in before more are Ready than are needed"};
}

api::Reason explain_replacements(int replaced, const Input& input, const Supply& supply) {
  std::string which;
  const auto add = [&](bool any, const std::string& words) {
    if (any) which += (which.empty() ? "" : " and ") + words;
  };
  add(supply.lost_long > 0, "that were Ready and are not (" + input.replicas.lost_names + ")");
  add(input.replicas.unsteady > 0, "that lose Ready again and again");
  add(supply.stuck_on_nodes > 0, input.replicas.rolls() ? "of the rollout that do not come up" : "that do not come up");
  return {Code::Replacing, std::to_string(replaced) + " more than needed stand in for pods " + which};
}

api::Reason explain_ranks(int needed, int kept) {
  return {Code::LowerRanksFail, "the highest ranks are removed first, and pods of lower ranks do not serve: the " +
                                    std::to_string(needed) + " that are needed serve only while " + replicas(kept) +
                                    are(kept) + " kept"};
}

api::Reason explain_removal(int ready, int current) {
  return {Code::RemovalUnknown, "only " + std::to_string(ready) + " of " + replicas(current) +
                                    " are Ready, and it is not known which its controller would remove first"};
}

api::Reason explain_collapse(const std::string& demand, const Memory::Collapse& collapse, const Input& input) {
  const CollapseSteps steps = collapse_steps(input.lead.p90);
  return {Code::DemandCollapsed,
          demand + " fell far below its forecast at " + format_rfc3339(collapse.since) +
              ", which may be an outage upstream, and the forecast is not followed until demand is back: " +
              replicas(collapse.from) + " are kept for " + format_rough(steps.whole) + ", then a part less each " +
              format_rough(steps.part) + " until " + format_rough(steps.lasts) + " have passed"};
}

api::Reason explain_queue_alone(Millis lead) {
  return {Code::QueueAlone,
          "an empty queue does not say that the workers are idle: without a `running` query one replica goes each " +
              format_rough(lead) + " (the lead time)"};
}

api::Reason explain_unconfirmed(const Memory::Jump& jump) {
  return {Code::JumpUnconfirmed, "demand jumped, and only one sample shows it: twice the " + replicas(jump.from) +
                                     " of before are started, the rest when a later sample confirms it"};
}

std::string explain_held(const Floor& floor, int kept, WallTime since, bool is_replaced) {
  return replicas(kept) + " more than needed" + are(kept) + " held since " + format_rfc3339(since) +
         ", at the cost of " + std::to_string(kept) + " replica-hours an hour: " + floor.reason.message +
         ". To end it, " + (floor.end.empty() ? "" : floor.end + ", or ") +
         (is_replaced ? "set mode: Paused and then the replicas by hand"
                      : "set the replicas by hand: fewer are left as they are");
}

std::string explain_held_unknown(int held, WallTime since) {
  return replicas(held) + are(held) + " held since " + format_rfc3339(since) +
         ": no demand entry has a value or a forecast, so that nobody knows how many are needed. To end it, mend the "
         "metrics (MetricsHealthy), or set the replicas by hand: fewer are left as they are";
}

api::Reason explain_max(int needed, int max) {
  return {Code::MaxReplicas, replicas(needed) + are(needed) + " needed, maxReplicas is " + std::to_string(max) +
                                 ": raise it, or expect requests to wait"};
}

api::Reason explain_no_room(int replaced, int max) {
  return {Code::MaxReplicas, std::to_string(replaced) +
                                 " more to stand in for pods that fail do not fit under maxReplicas " +
                                 std::to_string(max) + ": mend or delete those pods, or raise it"};
}

api::Reason explain_min(int needed, int min) {
  return {Code::MinReplicas, replicas(needed) + are(needed) + " needed, minReplicas is " + std::to_string(min)};
}

api::Reason explain_outside(int current, int min, int max) {
  if (current > max)
    return {Code::AboveMax, replicas(current) + are(current) + " there, maxReplicas is " + std::to_string(max) +
                                ": max is hard, whatever the data says"};
  return {Code::BelowMin, replicas(current) + are(current) + " there, minReplicas is " + std::to_string(min)};
}

api::Reason explain_window(int current, int recommended, const Stabilised& calmed, const Calm& calm) {
  const Millis window = recommended > current ? calm.up_window : calm.down_window;
  return {Code::Stabilizing,
          replicas(recommended) + are(recommended) + " enough now, but " + std::to_string(calmed.replicas) +
              (recommended > current ? " were enough" : " were needed") + " within the last " + format_rough(window)};
}

api::Reason explain_tolerance(int current, int recommended, const Calm& calm) {
  const double tolerance = recommended > current ? calm.up_tolerance : calm.down_tolerance;
  return {Code::WithinTolerance, std::to_string(recommended) + " instead of " + replicas(current) +
                                     " is within the tolerance of " + format_figure(100 * tolerance) +
                                     "%: not worth a change"};
}

}  // namespace aia::plan
