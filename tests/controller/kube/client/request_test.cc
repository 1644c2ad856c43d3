// Paths and requests as they go on the wire.
#include "controller/kube/client/request.h"

#include <catch2/catch.hpp>

#include "base/invariant.h"

using namespace aia;
using namespace aia::kube;

TEST_CASE("paths of core and other groups, all namespaces and one, objects and subresources") {
  const Resource deployments{"apps", "v1", "deployments"};
  CHECK(collection_path(kPods, "") == "/api/v1/pods");
  CHECK(collection_path(kPods, "serving") == "/api/v1/namespaces/serving/pods");
  CHECK(collection_path(deployments, "serving") == "/apis/apps/v1/namespaces/serving/deployments");
  CHECK(object_path(deployments, {"serving", "llama"}) == "/apis/apps/v1/namespaces/serving/deployments/llama");
  CHECK(object_path(kAutoscalers, {"a", "b"}, "status") ==
        "/apis/aiautoscaler.io/v1alpha1/namespaces/a/aiautoscalers/b/status");
  CHECK(object_path(kPods, {"a/../b", "x?y"}) == "/api/v1/namespaces/a%2F..%2Fb/pods/x%3Fy");
  CHECK(split_api_version("apps/v1") == std::pair<std::string, std::string>("apps", "v1"));
  CHECK(split_api_version("v1") == std::pair<std::string, std::string>("", "v1"));
}

TEST_CASE("a part that would lead to another path is not sent") {
  const Resource deployments{"apps", "v1", "deployments"};
  for (const char* part : {"", ".", ".."}) {
    INFO(part);
    CHECK_FALSE(is_segment(part));
    CHECK_THROWS_AS(object_path(deployments, {"serving", part}), BrokenInvariant);
    CHECK_THROWS_AS(object_path({"apps", part, "deployments"}, {"serving", "llama"}), BrokenInvariant);
    CHECK_THROWS_AS(collection_path({"apps", "v1", part}, "serving"), BrokenInvariant);
  }
  CHECK_THROWS_AS(collection_path(deployments, ".."), BrokenInvariant);
  CHECK_THROWS_AS(version_path("..", "v1"), BrokenInvariant);
  CHECK(object_path(deployments, {"serving", "a b&c=d/é%#\n"}) ==
        "/apis/apps/v1/namespaces/serving/deployments/a%20b%26c%3Dd%2F%C3%A9%25%23%0A");
}

TEST_CASE("lists are paged, watches resume and ask for bookmarks") {
  CHECK(list_request(kPods, "", 500, "").target == "/api/v1/pods?limit=500");
  CHECK(list_request(kPods, "ns", 500, "a/b=").target == "/api/v1/namespaces/ns/pods?limit=500&continue=a%2Fb%3D");
  CHECK(watch_request(kPods, "", "42", std::chrono::seconds(300)).target ==
        "/api/v1/pods?watch=1&allowWatchBookmarks=true&resourceVersion=42&timeoutSeconds=300");
}

TEST_CASE("patches name the field manager and their kind") {
  const http::Request merge = merge_patch_request("/x", Json{{"a", 1}});
  CHECK(merge.method == "PATCH");
  CHECK(merge.target == "/x?fieldManager=aiautoscaler");
  CHECK(merge.headers ==
        http::Headers{{"Accept", "application/json"}, {"Content-Type", "application/merge-patch+json"}});
  CHECK(merge.body == R"({"a":1})");

  const http::Request apply = apply_request("/x", Json{{"a", 1}});
  CHECK(apply.method == "PATCH");
  CHECK(apply.target == "/x?fieldManager=aiautoscaler&force=true");
  CHECK(apply.headers.back() == std::pair<std::string, std::string>("Content-Type", "application/apply-patch+yaml"));

  CHECK(create_request("/x", Json{{"a", 1}}).method == "POST");
  CHECK(delete_request("/x").method == "DELETE");
  CHECK(delete_request("/x").body.empty());
}
