// Decides from two local times: when the Lease was last seen to change, and when our newest renewal was sent. An
// attempt to acquire is a Read followed at once by a Write. A renewal is a single Write, unless the last answer was an
// Error.
#include "controller/lease/elector.h"

#include <algorithm>
#include <utility>

namespace aia::lease {

Status validate(const Settings& settings) {
  const auto wrong = [](const std::string& what) { return Error{ErrorKind::Invalid, what, {}}; };
  if (settings.duration < std::chrono::seconds(1) || settings.duration % std::chrono::seconds(1) != Millis(0))
    return wrong("--lease-duration: " + format_duration(settings.duration) + " is not one or more whole seconds");
  if (settings.renew_deadline >= settings.duration)
    return wrong("--lease-renew-deadline: " + format_duration(settings.renew_deadline) +
                 " must be shorter than --lease-duration " + format_duration(settings.duration) +
                 ", or two could write at once");
  if (settings.renew_deadline < 3 * settings.retry || settings.retry <= Millis(0))
    return wrong("--lease-retry: " + format_duration(settings.retry) +
                 " must be at most a third of --lease-renew-deadline " + format_duration(settings.renew_deadline));
  return done;
}

Elector::Elector(std::string identity, Settings settings) : identity_(std::move(identity)), settings_(settings) {}

Step Elector::next(Millis steady, WallTime wall, Fitness fitness) {
  const bool may = may_write(steady, fitness);
  if (std::exchange(just_read_, false) && may) return write(wall);
  if (tried_) {
    Millis due = *tried_ + settings_.retry;
    if (!ours() && free_at() > *tried_) due = std::min(due, free_at());  // not up to a retry late
    if (steady < due) return {Step::Do::Wait, due - steady, {}};
  }
  tried_ = steady;
  if (known_ && ours() && may) return write(wall);
  return {Step::Do::Read, Millis(0), {}};
}

void Elector::was_read(const Result<std::optional<Lease>>& answer, Millis steady) {
  known_ = just_read_ = answer.ok();
  if (!answer) return;
  if (!*answer) {
    seen_.resource_version.clear();  // deleted: the holder may not know yet, so its lease runs on
  } else if (seen_ != **answer) {
    seen_ = **answer;
    seen_changed_ = steady;
  }
  if (!ours()) renewed_.reset();
}

void Elector::was_written(const Result<Lease>& answer, Millis sent, Millis steady) {
  known_ = answer.ok();
  if (!answer) return;
  seen_ = *answer;
  seen_changed_ = steady;
  renewed_.reset();
  if (ours()) renewed_ = sent;
}

Millis Elector::time_left(Millis steady) const {
  ensure_shared(!renewed_ || *renewed_ <= steady, "the lease was renewed later than now");
  return renewed_ ? *renewed_ + settings_.renew_deadline - steady : Millis(0);
}

std::optional<Lease> Elector::release(WallTime wall) {
  renewed_.reset();
  if (!ours()) return std::nullopt;
  auto released = seen_;
  released.holder.clear();
  released.duration = std::chrono::seconds(1);
  released.renewed = wall;
  return released;
}

/// The holder's own duration counts, because the holder's renew deadline is shorter than this duration. Our duration
/// stands in if the Lease states none.
Millis Elector::free_at() const {
  if (seen_.holder.empty()) return Millis::min();
  return seen_changed_ + (seen_.duration > Millis(0) ? seen_.duration : settings_.duration);
}

bool Elector::may_write(Millis steady, Fitness fitness) {
  if (fitness == Fitness::None) return false;
  if (fitness == Fitness::Good) {
    poor_until_ = Millis(0);
    return ours() || steady >= free_at();
  }
  if (ours() && steady < poor_until_) return true;
  if (steady < std::max(free_at(), seen_changed_) + settings_.duration) return false;
  poor_until_ = steady + kPoorTerm * settings_.duration;
  return true;
}

Step Elector::write(WallTime wall) const {
  auto lease = seen_;
  lease.duration = settings_.duration;
  lease.renewed = wall;
  if (!ours()) {
    lease.holder = identity_;
    lease.acquired = wall;
    lease.transitions += seen_.resource_version.empty() ? 0 : 1;
  }
  return {Step::Do::Write, Millis(0), std::move(lease)};
}

}  // namespace aia::lease
