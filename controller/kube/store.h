// The objects of one resource as last seen: one writer (its reflector), many readers. A list fills a buffer that
// replaces everything at its end, so readers never see half of one. Ordered by namespace and name, so that a namespace
// is a range.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <utility>

#include "controller/kube/watcher.h"

namespace aia::kube {

/// Where a reflector puts what it sees. Called from one thread at a time.
class ChangeSink {
 public:
  virtual ~ChangeSink() = default;
  virtual void apply(const Change& change) = 0;
};

template <class T>
class Store final : public ChangeSink {
 public:
  using Decode = std::function<T(const Json& object)>;
  /// nullptr before: added; nullptr after: deleted. Called by the writer without the lock.
  using OnChange = std::function<void(const api::ObjectKey& key, const T* before, const T* after)>;

  explicit Store(Decode decode, OnChange on_change = nullptr)
      : decode_(std::move(decode)), on_change_(std::move(on_change)) {}

  void apply(const Change& change) override {
    std::visit([this](const auto& it) { this->handle(it); }, change);
  }

  /// The first list is in.
  [[nodiscard]] bool synced() const {
    const auto lock = reading();
    return synced_;
  }

  [[nodiscard]] std::size_t size() const {
    const auto lock = reading();
    return objects_.size();
  }

  [[nodiscard]] std::optional<T> find(const api::ObjectKey& key) const {
    const auto lock = reading();
    const auto found = objects_.find(key);
    return found == objects_.end() ? std::nullopt : std::optional<T>(found->second);
  }

  /// visit(key, object) for each object at or after `from`, in order, until it returns false. Keep it short: it holds
  /// the readers' lock.
  template <class Visit>
  void visit_from(const api::ObjectKey& from, Visit&& visit) const {
    const auto lock = reading();
    for (auto at = objects_.lower_bound(from); at != objects_.end(); ++at) {
      if (!visit(at->first, at->second)) return;
    }
  }

 private:
  using Objects = std::map<api::ObjectKey, T>;

  /// What has no name is no object of the cluster, and would stand in for another of its kind.
  static bool has_name(const Json& object) { return !key_of(object).name.empty(); }

  // A shared_mutex alone lets readers that overlap keep the writer out for ever: each takes its turn at this door
  // first.
  [[nodiscard]] std::shared_lock<std::shared_mutex> reading() const {
    const std::scoped_lock turn(door_);
    return std::shared_lock(mutex_);
  }
  [[nodiscard]] std::unique_lock<std::shared_mutex> writing() {
    const std::scoped_lock turn(door_);
    return std::unique_lock(mutex_);
  }

  void handle(const ListBegan&) { listed_.clear(); }

  void handle(const Listed& listed) {
    if (has_name(listed.object)) listed_.insert_or_assign(key_of(listed.object), decode_(listed.object));
  }

  void handle(const ListEnded&) {
    {
      const auto lock = writing();
      objects_.swap(listed_);
      synced_ = true;
    }
    if (on_change_) tell_differences(listed_, objects_);  // only we write, so reading needs no lock here
    listed_.clear();
  }

  void handle(const Upserted& upserted) {
    if (!has_name(upserted.object)) return;
    const api::ObjectKey key = key_of(upserted.object);
    T after = decode_(upserted.object);
    std::optional<T> before;
    {
      const auto lock = writing();
      const auto [at, added] = objects_.try_emplace(key);
      if (!added) before = std::exchange(at->second, after);
      if (added) at->second = after;
    }
    if (on_change_) on_change_(key, before ? &*before : nullptr, &after);
  }

  void handle(const Deleted& deleted) {
    typename Objects::node_type node;
    {
      const auto lock = writing();
      node = objects_.extract(key_of(deleted.object));
    }
    if (on_change_ && node) on_change_(node.key(), &node.mapped(), nullptr);
  }

  void tell_differences(const Objects& before, const Objects& after) const {
    for (const auto& [key, object] : before) {
      if (after.count(key) == 0) on_change_(key, &object, nullptr);
    }
    for (const auto& [key, object] : after) {
      const auto old = before.find(key);
      on_change_(key, old == before.end() ? nullptr : &old->second, &object);
    }
  }

  Decode decode_;
  OnChange on_change_;
  Objects listed_;  ///< of the list that is under way
  mutable std::mutex door_;
  mutable std::shared_mutex mutex_;
  Objects objects_;
  bool synced_ = false;
};

}  // namespace aia::kube
