// Lists a resource once into a store, page by page, for a command that ends: what a reflector does before it watches.
#pragma once

#include "controller/http/transport.h"
#include "controller/kube/resource.h"
#include "controller/kube/store.h"

namespace aia::kube {

/// All of it, or an Error and what the sink knew before. `deadline_of_page`: of each answer, however many there are.
Status list_into(ChangeSink& sink, http::Transport& transport, const Resource& resource, const Trim& trim,
                 Millis deadline_of_page);

}  // namespace aia::kube
