// Lists a resource page by page with a Watcher. read_page() gets a single page for a caller that watches afterwards;
// list_into() sends a whole list to a store or another sink, for resources that are read once or now and then.
#pragma once

#include <functional>
#include <stop_token>

#include "controller/http/transport.h"
#include "controller/kube/watch/store.h"
#include "controller/kube/watch/watcher.h"
#include "controller/ports/clock.h"

namespace aia::kube {

/// The limits of reading a page.
struct PageReading {
  std::stop_token stop{};
  Millis inactivity{30'000};
  std::size_t max_bytes = kMostPageBytes;
  std::function<bool()> go_on{};  ///< asked as bytes arrive: false ends the page; unset: always true
};

/// Sends the watcher's request and reports the page or the error to the watcher.
Step read_page(Watcher& watcher, http::Transport& transport, const SendList& list, const PageReading& how);

/// Sends the whole list to `sink`. After an Error the sink has seen a part of the list and no ListEnded. Errors that
/// may pass are retried, up to four tries for the whole list, after pauses that fit into the time left. `left`: how
/// long the next page may take. Errors: of the transport and server; Invalid: the list is longer than `what` allows.
Status list_into(ChangeSink& sink, http::Transport& transport, const ports::Clock& clock, WatcherOptions what,
                 const std::function<Millis()>& left);

}  // namespace aia::kube
