// Which sources stood behind a query lately. A gateway that loses one of two scrape targets halves its sum without a
// warning: the number is whole to look at and half in truth. Who is missing makes the value partial: it may raise,
// never lower, until the source is back or forgotten. Who was replaced is not missing: pods of one owner come and go,
// and where as many report as lately did for a while, nothing is lacking. A source is known by the part of the query
// that saw it, too: a pod may go on reporting one metric and lose another. And how new its samples have been, since
// what is read may not get older.
#pragma once

#include <compare>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/loop/settings.h"
#include "controller/ports/metrics_source.h"

namespace aia::loop {

struct Source {
  int selector = 0;  ///< which of the query's
  std::string ns, pod, instance;
  auto operator<=>(const Source&) const = default;
};

/// What replaces each other: the pod's name without what its controller generated ("gw" of gw-7d9f8b6c5d-x2x4z, of
/// gw-x2x4z and of gw-0); of a source without a pod, its host's name likewise, without words that a provider generated
/// ("i" of i-0a1b2c3d, "gke-prod" of gke-prod-1a2b3c4d-x41b), and the port alone where that is an address (":9090").
std::string owner_of(const Source& source);

class Sources {
 public:
  /// Notes who reports now, with a fresh sample; forgets whoever was silent for the memory. Time in which nobody looked
  /// (an outage, longer than what is fresh and than three cycles) is no silence.
  void observe(const ports::Evidence& evidence, WallTime now, const Settings& settings);

  /// Who reported within the memory, and when last; silent are those before the last observation.
  [[nodiscard]] const std::map<Source, WallTime>& heard() const { return last_; }

  /// Sources of one owner, of whom fewer report than lately did all through half the memory (a shorter time is that of
  /// a replacement, in which the old one and the new one report), or than did in the first look.
  struct Shortfall {
    std::string owner;  ///< with its namespace
    int missing = 0;
    int of = 0;
    WallTime since{};
  };
  /// `except`: selectors that are not judged by this.
  [[nodiscard]] std::vector<Shortfall> missing(const std::set<int>& except) const;

  /// How much newer than the newest sample of the last observation the newest of all observations is, by the server's
  /// time. More than what is fresh: our clock was set back, so that the server is asked for a past that looks fresh, or
  /// the server lost samples.
  [[nodiscard]] Millis behind() const { return behind_; }

  /// More sources came and went within the memory than are remembered: who is missing is not known.
  [[nodiscard]] bool crowded() const { return crowded_at_.has_value(); }

  /// Time was counted wrongly by so much (loop_clock.h). Samples are dated by the server, and stay.
  void shift(Millis by);

 private:
  struct GroupKey {
    int selector = 0;
    std::string ns, owner;
    auto operator<=>(const GroupKey&) const = default;
  };
  /// So many of a group reported in the looks from `from` to `to`.
  struct Spell {
    WallTime from{}, to{};
    int reporting = 0;
  };
  struct Group {
    std::deque<Spell> spells;  ///< within the memory, the newest of now
    bool from_first = true;    ///< the oldest spell is the first there was
    int expected = 0;
    std::optional<WallTime> missing_since{};
    void look(int reporting, WallTime now, Millis memory);
    /// One that was silent since then is back: it was not replaced.
    void came_back(WallTime silent_since);
  };

  void note_newest(const ports::Evidence& evidence, WallTime now);
  void forget_beyond(std::size_t most, WallTime now, Millis memory);

  std::map<Source, WallTime> last_;
  std::map<GroupKey, Group> groups_;
  std::optional<WallTime> looked_;
  std::optional<WallTime> newest_;  // sample of all that were observed
  Millis behind_{0};
  std::optional<WallTime> crowded_at_;  // last, within the memory
};

}  // namespace aia::loop
