// Lists of a resource, page by page, with the Watcher that knows how: one page of it for whoever watches afterwards,
// and a whole one into a store or any other sink, for what is looked at once or now and then.
#pragma once

#include <functional>
#include <stop_token>

#include "controller/http/transport.h"
#include "controller/kube/store.h"
#include "controller/kube/watcher.h"
#include "controller/ports/clock.h"

namespace aia::kube {

/// How a page is waited for.
struct PageReading {
  std::stop_token stop{};
  Millis inactivity{30'000};
  std::size_t max_bytes = kMostPageBytes;
  std::function<bool()> go_on{};  ///< asked as bytes arrive: false ends it; unset: always true
};

/// Sends what the watcher asked for and tells it what came.
Step read_page(Watcher& watcher, http::Transport& transport, const SendList& list, const PageReading& how);

/// All of it, or an Error and what the sink was told until then, without ListEnded. What may pass is tried again, up to
/// four times in all, after pauses that fit into what is left. `left`: how long the next page may
/// take. Errors: of the transport and server; Invalid: there is more than `what` allows.
Status list_into(ChangeSink& sink, http::Transport& transport, const ports::Clock& clock, WatcherOptions what,
                 const std::function<Millis()>& left);

}  // namespace aia::kube
