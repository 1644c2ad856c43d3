// Parses a selector with a cursor over the text, and a function for each rule of the grammar. Labels are sorted by key,
// so a look-up is a binary search. See selector.h.
#include "controller/kube/client/selector.h"

#include <algorithm>
#include <optional>

namespace aia::kube {
namespace {

using Operator = Requirement::Operator;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Selector> parse() {
    Selector selector;
    skip_space();
    if (at_end()) return selector;
    do {
      std::optional<Requirement> next = requirement();
      if (!next) return failure();
      selector.requirements.push_back(std::move(*next));
    } while (take(","));
    if (!at_end()) return expected("','"), failure();
    return selector;
  }

 private:
  std::optional<Requirement> requirement() {
    if (take("!")) {
      std::string key = word();
      if (key.empty()) return expected("a key");
      return Requirement{std::move(key), Operator::DoesNotExist, {}};
    }
    std::string key = word();
    if (key.empty()) return expected("a key");
    if (take("!=")) return Requirement{std::move(key), Operator::NotIn, {word()}};
    if (take("==") || take("=")) return Requirement{std::move(key), Operator::In, {word()}};
    const std::string op = word();
    if (op == "in") return with_values(std::move(key), Operator::In);
    if (op == "notin") return with_values(std::move(key), Operator::NotIn);
    if (!op.empty()) return expected("'in' or 'notin'");
    return Requirement{std::move(key), Operator::Exists, {}};
  }

  std::optional<Requirement> with_values(std::string key, Operator op) {
    if (!take("(")) return expected("'('");
    Requirement made{std::move(key), op, {}};
    do {
      made.values.push_back(word());
    } while (take(","));
    if (!take(")")) return expected("')'");
    return made;
  }

  /// A key or value: letters, digits, '-', '_', '.', '/'. Empty when there is none.
  std::string word() {
    const auto plain = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
             c == '.' || c == '/';
    };
    const std::size_t start = at_;
    while (at_ < text_.size() && plain(text_[at_])) ++at_;
    std::string taken(text_.substr(start, at_ - start));
    skip_space();
    return taken;
  }

  bool take(std::string_view token) {
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    skip_space();
    return true;
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }

  std::nullopt_t expected(const char* what) {
    problem_ = "expected " + std::string(what) + " at character " + std::to_string(at_ + 1);
    return std::nullopt;
  }

  [[nodiscard]] Error failure() const {
    return {ErrorKind::Invalid, "label selector '" + std::string(text_) + "': " + problem_, {}};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string problem_;
};

}  // namespace

Labels labels_of(const Json& object) {
  Labels made;
  const Json* labels = find_at(object, {"metadata", "labels"});
  if (labels == nullptr || !labels->is_object()) return made;
  made.reserve(labels->size());
  for (const auto& [key, value] : labels->items()) {  // sorted, because Json sorts the keys of objects
    if (value.is_string()) made.emplace_back(key, value.get_ref<const std::string&>());
  }
  return made;
}

std::string label_value(std::string name) {
  constexpr std::size_t kMaxLabel = 63;
  if (name.size() > kMaxLabel) name.resize(kMaxLabel);
  while (!name.empty() && (name.back() == '-' || name.back() == '.')) name.pop_back();
  return name;
}

const std::string* find_label(const Labels& labels, std::string_view key) {
  const auto found = std::lower_bound(labels.begin(), labels.end(), key,
                                      [](const auto& label, std::string_view sought) { return label.first < sought; });
  return found != labels.end() && found->first == key ? &found->second : nullptr;
}

bool Requirement::matches(const Labels& labels) const {
  const std::string* value = find_label(labels, key);
  const auto listed = [&] { return std::find(values.begin(), values.end(), *value) != values.end(); };
  switch (op) {
    case Operator::In: return value != nullptr && listed();
    case Operator::NotIn: return value == nullptr || !listed();
    case Operator::Exists: return value != nullptr;
    case Operator::DoesNotExist: return value == nullptr;
  }
  return false;
}

bool Selector::matches(const Labels& labels) const {
  return std::all_of(requirements.begin(), requirements.end(),
                     [&](const Requirement& requirement) { return requirement.matches(labels); });
}

Result<Selector> parse_selector(std::string_view text) {
  return Parser(text).parse();
}

/// Files the selector under one "key=value" that the selector requires. A pod is then compared only with the selectors
/// under its own labels, and with the few selectors that require no single value.
void PodJoin::add(Selector selector, std::size_t target) {
  const std::size_t index = entries_.size();
  std::vector<std::size_t>* shortest = nullptr;  // not a label that all workloads share, whose list is long
  for (const Requirement& requirement : selector.requirements) {
    if (requirement.op != Requirement::Operator::In || requirement.values.size() != 1) continue;
    std::vector<std::size_t>& candidate = by_label_[label_key(requirement.key, requirement.values.front())];
    if (shortest == nullptr || candidate.size() < shortest->size()) shortest = &candidate;
  }
  (shortest == nullptr ? others_ : *shortest).push_back(index);
  entries_.push_back({std::move(selector), target});
}

void PodJoin::matches(const Labels& labels, const std::function<void(std::size_t)>& visit) const {
  const auto try_entries = [&](const std::vector<std::size_t>& indices) {
    for (const std::size_t index : indices) {
      if (entries_[index].selector.matches(labels)) visit(entries_[index].target);
    }
  };
  for (const auto& [key, value] : labels) {
    const auto found = by_label_.find(label_key(key, value));
    if (found != by_label_.end()) try_entries(found->second);
  }
  try_entries(others_);
}

}  // namespace aia::kube
