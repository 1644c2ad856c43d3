// The objects of a resource as last seen, with a single writer (the reflector) and many readers. A list fills a buffer,
// which replaces all objects at the end of the list, so readers never see half of a list. Objects are ordered by
// namespace and name, so that a namespace is a range.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <utility>

#include "controller/kube/watch/watcher.h"

namespace aia::kube {

/// Receives the changes that a reflector sees. Called from a single thread at a time.
class ChangeSink {
 public:
  virtual ~ChangeSink() = default;
  virtual void apply(const Change& change) = 0;
};

template <class T>
class Store final : public ChangeSink {
 public:
  using Decode = std::function<T(const Json& object)>;
  /// nullptr as `before`: added; nullptr as `after`: deleted. Called on the writer's thread, without the lock.
  using OnChange = std::function<void(const api::ObjectKey& key, const T* before, const T* after)>;

  explicit Store(Decode decode, OnChange on_change = nullptr)
      : decode_(std::move(decode)), on_change_(std::move(on_change)) {}

  void apply(const Change& change) override {
    std::visit([this](const auto& it) { this->handle(it); }, change);
  }

  /// True once the first list is complete.
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

  /// Calls visit(key, object) for each object at or after `from`, in order, until `visit` returns false. `visit` must
  /// be quick, because the readers' lock is held.
  template <class Visit>
  void visit_from(const api::ObjectKey& from, Visit&& visit) const {
    const auto lock = reading();
    for (auto at = objects_.lower_bound(from); at != objects_.end(); ++at) {
      if (!visit(at->first, at->second)) return;
    }
  }

 private:
  using Objects = std::map<api::ObjectKey, T>;

  /// Objects without a name are dropped: the cluster has no such object, and all of them would share a key.
  static bool has_name(const Json& object) { return !key_of(object).name.empty(); }

  // With a shared_mutex alone, overlapping readers may keep the writer out for ever. So readers and the writer first
  // queue at `door_`.
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
    if (on_change_) tell_differences(listed_, objects_);  // only this thread writes, so reading needs no lock here
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
  Objects listed_;  ///< objects of the list under way
  mutable std::mutex door_;
  mutable std::shared_mutex mutex_;
  Objects objects_;
  bool synced_ = false;
};

}  // namespace aia::kube
