// A server's side of list and watch: the first line is a page of the list, the others are events, cut into chunks as
// the first byte says. The framer gives the same lines however they were cut; the watcher never acts on half of a list,
// never watches from nowhere and always says what to do next.
#include <map>

#include "controller/kube/watch/line_framer.h"
#include "controller/kube/watch/watcher.h"
#include "controller/kube/workload/pod.h"
#include "tests/fuzz/fuzz.h"

using namespace aia;
using namespace aia::kube;
using aia::fuzz::require;

namespace {

std::vector<std::string> lines_of(std::string_view bytes, std::size_t chunk, std::size_t limit, bool& overflowed) {
  LineFramer framer(limit);
  std::vector<std::string> lines;
  bool goes_on = true;
  while (goes_on && !bytes.empty()) {
    goes_on = framer.feed(bytes.substr(0, chunk), [&](std::string_view line) {
      lines.emplace_back(line);
      return true;
    });
    bytes.remove_prefix(std::min(chunk, bytes.size()));
  }
  overflowed = framer.overflowed();
  return lines;
}

/// Plays the reflector: applies changes, sees that they come in order.
class Player {
 public:
  Player() : watcher_(options()) { follow(watcher_.start()); }

  void say(std::string_view line) {
    if (std::holds_alternative<SendList>(next_)) return follow(watcher_.on_page(line));
    if (std::holds_alternative<Wait>(next_)) follow(watcher_.on_waited());
    if (std::holds_alternative<SendList>(next_)) return follow(watcher_.on_page(line));
    if (line.size() % 17 == 3) return follow(watcher_.on_stream_end(Millis(line.size())));
    follow(watcher_.on_line(line));
  }

 private:
  static WatcherOptions options() {
    WatcherOptions options;
    options.resource = kPods;
    options.trim = pod_trim();
    return options;
  }

  void follow(Step step) {
    for (const auto& change : step.changes) apply(change);
    next_ = std::move(step.next);
    if (const auto* watch = std::get_if<OpenWatch>(&next_)) {
      require(!listing_, "a watch is opened on a whole list");
      require(watch->request.target.find("resourceVersion=&") == std::string::npos &&
                  watch->request.target.find("resourceVersion=") != std::string::npos,
              "a watch begins where the list ended", watch->request.target);
    }
    if (const auto* wait = std::get_if<Wait>(&next_)) {
      require(wait->duration >= Millis(0), "a wait is no time travel");
      require(!watcher_.problem().empty(), "a wait has its reason");
    }
  }

  void apply(const Change& change) {
    if (std::holds_alternative<ListBegan>(change)) {
      listing_ = true;
    } else if (std::holds_alternative<ListEnded>(change)) {
      require(listing_, "a list ends that began");
      listing_ = false;
      synced_ = true;
    } else if (const auto* listed = std::get_if<Listed>(&change)) {
      require(listing_, "what is listed belongs to a list");
      keep(listed->object);
    } else {
      require(synced_, "events come after a list");
      const auto* upserted = std::get_if<Upserted>(&change);
      keep(upserted != nullptr ? upserted->object : std::get<Deleted>(change).object);
    }
  }

  void keep(const Json& object) { known_[key_of(object)] = pod_from_json(object); }

  Watcher watcher_;
  Next next_ = KeepReading{};
  bool listing_ = false, synced_ = false;
  std::map<api::ObjectKey, LabelledPod> known_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto bytes = aia::fuzz::text_of(data, size);
  const std::size_t chunk = 1 + aia::fuzz::take(bytes) % 64;
  const std::size_t limit = 16 + aia::fuzz::take(bytes) * 16;
  bool overflowed = false, overflowed_whole = false;
  const auto lines = lines_of(bytes, chunk, limit, overflowed);
  const auto whole = lines_of(bytes, std::max<std::size_t>(1, bytes.size()), limit, overflowed_whole);
  require(lines == whole && overflowed == overflowed_whole, "lines do not depend on how they were cut", bytes);
  for (const auto& line : lines) require(!line.empty() && line.size() <= limit, "a line has its limit", line);
  Player player;
  for (const auto& line : lines) player.say(line);
  return 0;
}
