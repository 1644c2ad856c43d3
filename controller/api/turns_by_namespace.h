// The order in which objects of many namespaces are queried or written: namespaces take turns. If time or room ends
// early, the finished prefix of the order is shared fairly: a namespace with thousands of objects delays no namespace
// with a single object. Source: round robin, Kleinrock, Queueing Systems 2, 4.4.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace aia::api {

/// Returns indexes into `namespaces`, which holds each item's namespace: the first item of each namespace, then the
/// second of each, and so on. Namespaces follow each other by name, beginning with number `turn` modulo their count.
/// Items of a namespace keep their order, but begin an item later for each whole round that `turn` has counted. So with
/// a growing `turn`, each item comes first of all now and then.
std::vector<std::size_t> turns_by_namespace(const std::vector<std::string>& namespaces, std::uint64_t turn);

/// The turn in which the namespace after `last`, by name, comes first, and all items keep their order.
std::uint64_t turn_after(const std::vector<std::string>& namespaces, const std::string& last);

}  // namespace aia::api
