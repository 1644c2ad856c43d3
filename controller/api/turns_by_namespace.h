// In which order the objects of many namespaces are asked or written for: namespaces take turns. Whatever is done for
// a prefix of the order, because time or room ends there, is shared fairly: a namespace of thousands of objects holds
// back none of one. Source: round robin, Kleinrock, Queueing Systems 2, 4.4.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace aia::api {

/// Indexes into `namespaces`, which names the namespace of each item: the first item of each namespace, then the second
/// of each, and so on. Namespaces follow each other by name, beginning with number `turn`, counted round and round.
/// Items of a namespace keep their order; for each whole round that `turn` has counted they begin one item later, so
/// that with a turn that grows by one each item is the first of all once in a while.
std::vector<std::size_t> turns_by_namespace(const std::vector<std::string>& namespaces, std::uint64_t turn);

/// The turn in which the namespace after `last`, by name, comes first, and items keep their order.
std::uint64_t turn_after(const std::vector<std::string>& namespaces, const std::string& last);

}  // namespace aia::api
