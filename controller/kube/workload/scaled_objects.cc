// Lists at most 10,000 ScaledObjects through discovery and keeps the last good list. A failed list keeps the old
// objects and sets `problem_`; Forbidden clears them. A missing KEDA is no problem. See scaled_objects.h.
#include "controller/kube/workload/scaled_objects.h"

#include <algorithm>

#include "controller/kube/watch/list.h"

namespace aia::kube {
namespace {

constexpr const char* kApi = "keda.sh/v1alpha1";

}  // namespace

void ScaledObjects::refresh(Millis deadline) {
  constexpr Millis kKept = std::chrono::seconds(30);
  const Millis now = clock_.steady();
  {
    const std::scoped_lock lock(mutex_);
    if (tried_at_ && now - *tried_at_ < kKept) return;
    tried_at_ = now;
  }
  const Result<std::optional<Resource>> served = discovery_.first_served({kApi}, "ScaledObject", deadline);
  std::vector<One> found;
  Status outcome = served ? Status(done) : Status(served.error());
  if (served && *served) outcome = list(**served, std::max(deadline - (clock_.steady() - now), Millis(1)), found);
  if (!outcome && outcome.error().kind == ErrorKind::NotFound) discovery_.forget(kApi), outcome = done;
  const std::scoped_lock lock(mutex_);
  const bool stands = outcome || outcome.error().kind == ErrorKind::Forbidden || !found.empty();
  if (stands) all_ = std::move(found);
  problem_ = outcome ? "" : "KEDA's ScaledObjects are not all seen: " + outcome.error().message;
}

void ScaledObjects::look_first(Millis deadline) {
  {
    const std::scoped_lock lock(mutex_);
    if (tried_at_) return;
  }
  refresh(deadline);
}

/// Fills `found` if the list is complete. Beyond the limit of objects, `found` holds the objects up to the limit, and
/// the result is an Error. Any other Error leaves `found` empty.
Status ScaledObjects::list(const Resource& resource, Millis deadline, std::vector<One>& found) const {
  constexpr int kMost = 10'000;
  struct Collected : ChangeSink {
    std::vector<One> all;
    void apply(const Change& change) override {
      if (std::holds_alternative<ListBegan>(change)) all.clear();
      if (const auto* one = std::get_if<Listed>(&change))
        all.push_back({key_of(one->object), target_of_scaled_object(one->object)});
    }
  } listed;
  WatcherOptions what;
  what.resource = resource;
  what.ns = ns_;
  what.trim = owner_trim();
  what.most_objects = kMost;
  const Millis began = clock_.steady();
  const Status outcome = list_into(listed, transport_, clock_, what,
                                   [&] { return std::max(deadline - (clock_.steady() - began), Millis(1)); });
  if (outcome || listed.all.size() >= static_cast<std::size_t>(kMost)) found = std::move(listed.all);
  return outcome;
}

std::vector<std::string> ScaledObjects::that_scale(const std::string& ns, const api::TargetRef& target) const {
  std::vector<std::string> names;
  const std::scoped_lock lock(mutex_);
  for (const One& one : all_)
    if (one.key.ns == ns && same_object(one.target, target)) names.push_back(one.key.name);
  return names;
}

std::string ScaledObjects::problem() const {
  const std::scoped_lock lock(mutex_);
  return problem_;
}

}  // namespace aia::kube
