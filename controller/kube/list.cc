// See list.h.
#include "controller/kube/list.h"

#include "controller/kube/request.h"
#include "controller/kube/response.h"

namespace aia::kube {

Status list_into(ChangeSink& sink, http::Transport& transport, const Resource& resource, const Trim& trim,
                 Millis deadline_of_page) {
  constexpr int kPage = 500;
  sink.apply(ListBegan{});
  std::string next;
  do {
    const Result<http::Response> answer = transport.send(list_request(resource, "", kPage, next), deadline_of_page);
    if (!answer) return answer.error().in(resource.plural);
    if (answer->status != 200) return error_of(*answer).in(resource.plural);
    std::optional<Json> page = parse_json(answer->body, trim, Envelope::List);
    if (!page || find_at(*page, {"items"}) == nullptr)
      return Error{ErrorKind::Unavailable, resource.plural + ": the answer to a list is not a list", {}};
    for (const Json& object : list_at(*page, {"items"})) sink.apply(Listed{object});
    next = text_at(*page, {"metadata", "continue"});
  } while (!next.empty());
  sink.apply(ListEnded{});
  return done;
}

}  // namespace aia::kube
