// The pages of docs/reference about our kinds, made from the CRDs, which have every description, default, bound and
// rule already. A page that is not the CRD's fails, and is written anew with AIA_WRITE_REFERENCE=1.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>

#include "tests/controller/api/crd.h"

using namespace aia::api;

namespace {

constexpr const char* kWriteAnew = "AIA_WRITE_REFERENCE=1 ./dev test -R 'reference pages'";

std::string text(const YAML::Node& node) {
  return node ? node.Scalar() : std::string();
}

/// Text as Markdown's tables and HTML leave it alone.
std::string cell(const std::string& plain) {
  std::string out;
  for (const char c : plain) {
    if (c == '|' || c == '<' || c == '*' || c == '_') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

/// "1 to 8", "at most 8", "at least 1"; empty: no bounds.
std::string bounds(const YAML::Node& at, const char* least, const char* most) {
  if (at[least] && at[most]) return text(at[least]) + " to " + text(at[most]);
  if (at[most]) return "at most " + text(at[most]);
  return at[least] ? "at least " + text(at[least]) : "";
}

std::string with(const std::string& noun, const std::string& bounds, const std::string& unit = "") {
  return bounds.empty() ? noun : noun + ", " + bounds + unit;
}

std::string type_of(const YAML::Node& at) {
  const std::string type = text(at["type"]);
  if (at["enum"]) {
    std::string words;
    for (const auto& word : at["enum"]) words += (words.empty() ? "`" : ", `") + word.Scalar() + "`";
    return words;
  }
  if (type == "integer") return with("integer", bounds(at, "minimum", "maximum"));
  if (text(at["format"]) == "date-time") return "time";
  if (type == "string") return with("text", bounds(at, "minLength", "maxLength"), " bytes");
  if (type == "array") return with("list", bounds(at, "minItems", "maxItems"));
  if (at["additionalProperties"]) return with("map of texts", bounds(at, "minProperties", "maxProperties"));
  return "object";
}

std::string default_of(const YAML::Node& value) {
  if (value.IsSequence()) {
    std::string items;
    for (const auto& item : value) items += (items.empty() ? "" : ", ") + item.Scalar();
    return "`[" + items + "]`";
  }
  return value.IsMap() ? "`{}`" : "`" + value.Scalar() + "`";
}

/// The description and, for each CEL rule, the message of its refusal.
std::string meaning_of(const YAML::Node& at) {
  std::string out = text(at["description"]);
  for (const auto& rule : at["x-kubernetes-validations"]) {
    const std::string message = text(rule["message"]);
    out += (out.empty() ? "" : " ") + std::string("Rule: ") + message + (message.back() == '.' ? "" : ".");
  }
  return cell(out);
}

bool is_required(const YAML::Node& object, const std::string& name) {
  for (const auto& required : object["required"])
    if (required.Scalar() == name) return true;
  return false;
}

void write_fields(std::ostream& out, const YAML::Node& object, const std::string& path);

void write_field(std::ostream& out, const YAML::Node& at, const std::string& path, const std::string& presence) {
  out << "| `" << path << "` | " << type_of(at) << " | " << presence << " | " << meaning_of(at) << " |\n";
  write_fields(out, at, path + ".");
  const YAML::Node items = at["items"];
  if (!items) return;
  if (items["properties"])
    write_fields(out, items, path + "[].");
  else
    out << "| `" << path << "[]` | " << type_of(items) << " | | " << meaning_of(items) << " |\n";
}

void write_fields(std::ostream& out, const YAML::Node& object, const std::string& path) {
  for (const auto& property : object["properties"]) {
    const auto name = property.first.as<std::string>();
    std::string presence = is_required(object, name) ? "required" : "";
    if (property.second["default"]) presence = default_of(property.second["default"]);
    write_field(out, property.second, path + name, presence);
  }
}

void write_part(std::ostream& out, const YAML::Node& root, const std::string& part) {
  const YAML::Node at = root["properties"][part];
  out << "\n## " << part << "\n\n" << meaning_of(at) << "\n\n| field | type | default | meaning |\n|---|---|---|---|\n";
  write_fields(out, at, "");
}

std::string page_of(const std::string& file) {
  const YAML::Node crd = crd::document(file)["spec"];
  const YAML::Node version = crd["versions"][0], root = version["schema"]["openAPIV3Schema"];
  const std::string kind = text(crd["names"]["kind"]), short_name = crd["names"]["shortNames"][0].Scalar();
  std::ostringstream out;
  out << "<!-- Made from crds/" << file << ". After a change there: " << kWriteAnew << " -->\n"
      << "# " << kind << "\n\n`" << text(crd["group"]) << "/" << text(version["name"]) << "`, "
      << (text(crd["scope"]) == "Cluster" ? "of the cluster" : "of a namespace") << ", short `" << short_name << "`. "
      << meaning_of(root)
      << "\n\nAn empty default means that the field may be left out. A list's items are written `list[]`.\n";
  write_part(out, root, "spec");
  write_part(out, root, "status");
  out << "\n## Columns of `kubectl get " << short_name << "`\n\n| column | shows | |\n|---|---|---|\n";
  for (const auto& column : version["additionalPrinterColumns"])
    out << "| " << text(column["name"]) << " | `" << cell(text(column["jsonPath"])) << "` | "
        << cell(text(column["description"])) << " |\n";
  return out.str();
}

}  // namespace

TEST_CASE("the reference pages are what the CRDs say") {
  const std::pair<const char*, const char*> pages[] = {{"aiautoscalers.yaml", "aiautoscaler.md"},
                                                       {"acceleratorpools.yaml", "acceleratorpool.md"},
                                                       {"forecasts.yaml", "forecast.md"}};
  for (const auto& [file, name] : pages) {
    const std::string path = AIA_SOURCE_DIR "/docs/reference/" + std::string(name), page = page_of(file);
    if (std::getenv("AIA_WRITE_REFERENCE") != nullptr) std::ofstream(path) << page;
    std::ostringstream written;
    written << std::ifstream(path).rdbuf();
    INFO("docs/reference/" << name << " is not what crds/" << file << " says; write it anew: " << kWriteAnew);
    CHECK((written.str() == page));
  }
}

TEST_CASE("each field of the CRDs has a description") {
  const std::function<void(const crd::json&, const std::string&)> check = [&](const crd::json& at,
                                                                              const std::string& path) {
    const crd::json properties = at.value("properties", crd::json::object());
    for (const auto& [name, property] : properties.items()) {
      INFO(path + "." + name);
      CHECK(property.contains("description"));
      check(property, path + "." + name);
      check(property.value("items", crd::json::object()), path + "." + name + "[]");
    }
  };
  for (const char* file : {"aiautoscalers.yaml", "acceleratorpools.yaml", "forecasts.yaml"})
    for (const char* part : {"spec", "status"}) check(crd::schema(file)["properties"][part], part);
}
