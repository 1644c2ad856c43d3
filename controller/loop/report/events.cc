// Chooses the Events of a cycle and sends them, oldest first. Two messages have the same cause if their words without
// digits are equal, because ages, counts and names change in every cycle.
#include "controller/loop/report/events.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>

#include "controller/api/meta_json.h"
#include "controller/loop/report/condition.h"

namespace aia::loop {
namespace {

/// Returns the message without words that contain a digit. Ages, counts, addresses, and names of pods and requests
/// change from cycle to cycle while the cause stays.
std::string cause_of(const std::string& message) {
  std::istringstream words(message);
  std::string cause;
  for (std::string word; words >> word;)
    if (std::none_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; }))
      cause += word + ' ';
  return cause;
}

/// A condition is in trouble when False; ScaleInHeld alone is in trouble when True.
bool is_trouble(const api::Condition& condition) {
  return condition.status ==
         (condition.type == api::ConditionType::ScaleInHeld ? api::ConditionStatus::True : api::ConditionStatus::False);
}

bool is_same_trouble(const api::Condition& now, const api::Condition* before) {
  return before != nullptr && before->status == now.status && before->reason == now.reason;
}

}  // namespace

std::optional<ports::Event> event_of(const Write& write) {
  const std::string done = done_in_words(write.change);
  if (done.empty()) return std::nullopt;
  const std::string note = write.why.empty() ? done : done + ": " + write.why;
  const auto* replicas = std::get_if<SetReplicas>(&write.change);
  if (replicas == nullptr) return ports::Event{false, api::Code::Sized, api::EventAction::Size, note};
  const bool out = replicas->to > replicas->from;
  return ports::Event{false, out ? api::Code::ScaledOut : api::Code::ScaledIn,
                      out ? api::EventAction::ScaleOut : api::EventAction::ScaleIn, note};
}

bool Allowance::take(Millis steady) {
  if (left_ < most_) {
    const auto come = std::min<Millis::rep>((steady - since_) / refill_, most_ - left_);
    left_ += static_cast<int>(come);
    since_ += come * refill_;
  }
  if (left_ == most_) since_ = steady;
  if (left_ == 0) return false;
  --left_;
  return true;
}

bool Allowance::is_full(Millis steady) const {
  return (steady - since_) / refill_ >= most_ - left_;
}

bool EventShares::take(const std::string& ns, Millis steady) {
  auto found = shares_.find(ns);
  if (found == shares_.end()) {
    std::erase_if(shares_, [&](const auto& share) { return share.second.is_full(steady); });
    found = shares_.emplace(ns, Allowance(kMost, kRefill)).first;
  }
  return found->second.take(steady);
}

void Events::add(ports::Event event, Millis steady) {
  if (!(event.warning ? warnings_ : others_).take(steady)) {
    ++left_out_;
    return;
  }
  event.note = api::cut(event.note, ports::Event::kMaxNote);
  unsent_.push_back({std::move(event)});
  if (unsent_.size() <= kMostUnsent) return;
  unsent_.pop_front();
  ++given_up_;
}

void Events::tell(const std::vector<api::Condition>& now, const std::vector<api::Condition>& before,
                  const std::vector<api::ConditionType>& types, Millis steady, Millis quiet) {
  std::set<std::string> said;
  for (const auto& type : types) {
    const auto* condition = find_condition(now, type);
    if (condition == nullptr || !is_trouble(*condition)) continue;
    if (type == api::ConditionType::ScaleInHeld && !said.empty())
      continue;  // the trouble told already explains the hold
    const bool is_due = is_new(*condition, find_condition(before, type), steady, quiet);
    if (said.insert(condition->message).second && is_due)
      add({true, condition->reason, api::EventAction::Reconcile, condition->message}, steady);
  }
  std::erase_if(told_, [&](const auto& entry) {
    const auto* condition = find_condition(now, entry.first.first);
    const bool lasts = condition != nullptr && condition->reason == entry.first.second;
    return !lasts && steady - entry.second.at >= quiet;
  });
}

/// Whether the trouble deserves an Event; such trouble then counts as told.
bool Events::is_new(const api::Condition& now, const api::Condition* before, Millis steady, Millis quiet) {
  const bool lasts = is_same_trouble(now, before);
  const std::string cause = cause_of(now.message);
  const auto [entry, is_first] = told_.try_emplace({now.type, now.reason}, Told{cause, steady});
  auto& told = entry->second;
  if (is_first && !lasts) return true;
  if (is_first) told = {cause_of(before->message), steady - quiet};  // the previous process told this trouble
  if ((lasts && told.cause == cause) || steady - told.at < quiet) return false;
  told = {cause, steady};
  return true;
}

std::vector<Error> Events::send(CircuitBreaker& breaker, const std::function<Status(const ports::Event&)>& write,
                                const std::function<bool()>& may) {
  std::vector<Error> errors;
  if (given_up_ > 0)
    errors.push_back({ErrorKind::Timeout, std::to_string(given_up_) + " Events are given up: more than " +
                                              std::to_string(kMostUnsent) + " wait to be sent"});
  given_up_ = 0;
  while (!unsent_.empty() && !breaker.is_open()) {
    auto& [event, tries] = unsent_.front();
    if (tries == 0 && !may()) {
      ++beyond_share_;
      unsent_.pop_front();
      continue;
    }
    const auto sent = write(event);
    if (!sent && sent.error().kind == ErrorKind::NotLeading) {
      errors.push_back(sent.error());
      return errors;
    }
    breaker.note(sent);
    if (!sent) {
      const auto& error = sent.error();
      const bool again = (error.outcome_unknown() || error.kind == ErrorKind::Throttled) && ++tries < kTries;
      errors.push_back(error.in(std::string("Event ") + to_string(event.reason) + (again ? "" : ", given up")));
      if (again) break;
    }
    unsent_.pop_front();
  }
  if (left_out_ + beyond_share_ > 0) errors.push_back(left_out());
  left_out_ = beyond_share_ = 0;
  return errors;
}

/// Returns the error that tells how many Events were left out, and by which bounds.
Error Events::left_out() const {
  std::string words = std::to_string(left_out_ + beyond_share_) + " Events are left out:";
  if (left_out_ > 0)
    words += " an object gives " + std::to_string(kMost) + " of a type, then one in " + format_duration(kRefill);
  if (beyond_share_ > 0)
    words += std::string(left_out_ > 0 ? ";" : "") + " a namespace gives " + std::to_string(EventShares::kMost) +
             ", then one in " + format_duration(EventShares::kRefill);
  return {ErrorKind::Invalid, words + "; the conditions and the log have the rest", {}};
}

void Events::forget() {
  told_.clear();
  unsent_.clear();
  given_up_ = left_out_ = beyond_share_ = 0;
}

}  // namespace aia::loop
