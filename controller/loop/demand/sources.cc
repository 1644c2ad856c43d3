// Counts the reporting sources of each owner in spells of equal number, and takes as expected the highest number that
// lasted for half the memory. Owners are guessed from names, by the alphabet and length of words that Kubernetes and
// cloud providers generate:
// https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/util/rand/rand.go
#include "controller/loop/demand/sources.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace aia::loop {
namespace {

constexpr std::size_t kMostSpells = 64;         // per owner
constexpr std::size_t kFewSources = 1'000;      // remembered in any case,
constexpr std::size_t kMostTimesReporting = 4;  // and this many times the number of reporting sources
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kGenerated = "bcdfghjklmnpqrstvwxz2456789";
constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::size_t kPodSuffix = 5, kShortestHash = 6, kLongestHash = 10;
constexpr std::size_t kShortestOfHost = 4;

bool consists_of(std::string_view text, std::string_view letters) {
  return !text.empty() && text.find_first_not_of(letters) == std::string_view::npos;
}

/// The last word of a name after its last dash; empty where that would leave nothing.
std::string_view last_word(std::string_view name) {
  const auto dash = name.rfind('-');
  return dash == std::string_view::npos || dash == 0 ? std::string_view{} : name.substr(dash + 1);
}

std::string_view without_generated(std::string_view name) {
  const auto drop = [&] { name.remove_suffix(last_word(name).size() + 1); };
  if (last_word(name).size() == kPodSuffix && consists_of(last_word(name), kGenerated)) {
    drop();
    const auto hash = last_word(name);
    if (hash.size() >= kShortestHash && hash.size() <= kLongestHash && consists_of(hash, kGenerated)) drop();
  }
  while (consists_of(last_word(name), kDigits)) drop();  // an ordinal; a group's worker has two
  return name;
}

/// True for a word that a provider generated: an instance's id, a node's hash or suffix, an ordinal in a scale set. A
/// person's word that looks generated only makes a larger group.
bool is_generated_of_host(std::string_view word) {
  if (consists_of(word, kDigits)) return true;
  const bool mixed = word.find_first_of(kDigits) != std::string_view::npos;  // with letters
  return word.size() >= kShortestOfHost && (mixed || consists_of(word, kHex) || consists_of(word, kGenerated));
}

/// A host's name without generated words; empty if all its words are generated.
std::string_view host_without_generated(std::string_view name) {
  while (is_generated_of_host(last_word(name))) name.remove_suffix(last_word(name).size() + 1);
  return is_generated_of_host(name) ? std::string_view{} : name;
}

bool is_address(std::string_view host) {
  return host.empty() || host.front() == '[' || consists_of(host, "0123456789.") ||
         std::count(host.begin(), host.end(), ':') > 1;
}

}  // namespace

std::string owner_of(const Source& source) {
  if (!source.pod.empty()) return std::string(without_generated(source.pod));
  const std::string_view instance = source.instance;
  const auto colon = instance.rfind(':');
  const bool has_port = colon != std::string_view::npos && consists_of(instance.substr(colon + 1), kDigits);
  const auto host = instance.substr(0, has_port ? colon : instance.size());
  const auto port = instance.substr(host.size());
  if (is_address(host)) return std::string(port);
  const auto label = host.substr(0, host.find('.'));
  return std::string(host_without_generated(label)).append(host.substr(label.size())).append(port);
}

void Sources::Group::look(int reporting, WallTime now, Millis memory) {
  if (spells.empty() || spells.back().reporting != reporting) spells.push_back({now, now, reporting});
  spells.back().to = now;
  while (now - spells.front().to > memory) {
    spells.pop_front();
    from_first = false;
  }
  if (spells.size() > kMostSpells) {  // sources flap: join the two oldest spells, with the larger number
    spells[1] = {spells[0].from, spells[1].to, std::max(spells[0].reporting, spells[1].reporting)};
    spells.pop_front();
  }
  expected = 0;
  for (auto first = spells.begin(); first != spells.end(); ++first) {
    int all_through = first->reporting;
    for (auto last = first; last != spells.end() && all_through > expected; ++last) {
      all_through = std::min(all_through, last->reporting);
      const bool lasted = last->to - first->from >= memory / 2 || (from_first && first == spells.begin());
      if (lasted) expected = std::max(expected, all_through);
    }
  }
  if (reporting >= expected) missing_since.reset();
  if (reporting < expected && !missing_since) missing_since = now;
}

void Sources::Group::came_back(WallTime silent_since) {
  for (auto& spell : spells) spell.reporting += spell.from > silent_since ? 1 : 0;
  for (std::size_t i = 0; i + 1 < spells.size();) {
    if (spells[i].reporting != spells[i + 1].reporting) {
      ++i;
    } else {
      spells[i].to = spells[i + 1].to;
      spells.erase(spells.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    }
  }
}

void Sources::observe(const ports::Evidence& evidence, WallTime now, const Settings& settings) {
  const Millis since = looked_ ? now - *looked_ : Millis(0);
  if (since > std::max(settings.freshness, 3 * settings.cycle)) shift(since - Millis(1));  // time without a look
  const auto before = std::exchange(looked_, now);
  note_newest(evidence, now);
  std::map<GroupKey, int> reporting;
  for (const auto& [key, group] : groups_) reporting[key] = 0;
  for (const auto& pod : evidence.pods) {
    if (now - pod.newest > settings.freshness) continue;
    const Source source{pod.selector, pod.ns, pod.pod, pod.instance};
    const GroupKey key{pod.selector, pod.ns, owner_of(source)};
    ++reporting[key];
    const auto [heard, is_new] = last_.try_emplace(source, now);
    if (!is_new && heard->second < before) groups_[key].came_back(heard->second);
    heard->second = now;
  }
  std::erase_if(last_, [&](const auto& source) { return now - source.second > settings.source_memory; });
  forget_beyond(kFewSources + kMostTimesReporting * evidence.pods.size(), now, settings.source_memory);
  for (const auto& [key, count] : reporting) groups_[key].look(count, now, settings.source_memory);
  std::erase_if(groups_, [](const auto& entry) {
    const auto& spells = entry.second.spells;
    return spells.size() == 1 && spells.front().reporting == 0;
  });
}

/// Bounds the memory. Pods are replaced once or twice within the memory; sources whose names change with every scrape
/// would fill it without end.
void Sources::forget_beyond(std::size_t most, WallTime now, Millis memory) {
  const auto is_silent = [&](const auto& source) { return source.second != now; };
  const auto reports_no_more = [](const auto& entry) {
    return !entry.second.spells.empty() && entry.second.spells.back().reporting == 0;
  };
  if (last_.size() > most || groups_.size() > most) crowded_at_ = now;
  if (last_.size() > most) std::erase_if(last_, is_silent);
  if (groups_.size() > most) std::erase_if(groups_, reports_no_more);
  if (crowded_at_ && now - *crowded_at_ > memory) crowded_at_.reset();
}

void Sources::note_newest(const ports::Evidence& evidence, WallTime now) {
  behind_ = Millis(0);
  if (evidence.pods.empty()) return;
  const auto older = [](const auto& a, const auto& b) { return a.newest < b.newest; };
  const auto newest = std::min(now, std::max_element(evidence.pods.begin(), evidence.pods.end(), older)->newest);
  newest_ = std::max(newest_.value_or(newest), newest);
  behind_ = *newest_ - newest;
}

std::vector<Sources::Shortfall> Sources::missing(const std::set<int>& except) const {
  std::vector<Shortfall> found;
  for (const auto& [key, group] : groups_) {
    if (!group.missing_since || except.contains(key.selector)) continue;
    const std::string owner = key.ns.empty() || key.owner.empty() ? key.ns + key.owner : key.ns + "/" + key.owner;
    const int reporting = group.spells.back().reporting;
    found.push_back({owner, group.expected - reporting, group.expected, *group.missing_since});
  }
  return found;
}

void Sources::shift(Millis by) {
  for (auto& [source, at] : last_) at += by;
  for (auto& [key, group] : groups_) {
    for (auto& spell : group.spells) spell.from += by, spell.to += by;
    if (group.missing_since) *group.missing_since += by;
  }
  if (looked_) *looked_ += by;
  if (crowded_at_) *crowded_at_ += by;
}

}  // namespace aia::loop
