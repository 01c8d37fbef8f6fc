#include "harness/worker/registry.hpp"

#include <algorithm>

#include "harness/base/suggest.hpp"

namespace ipcmark {

namespace {
bool well_formed(std::string_view name) {
    return !name.empty() && name.front() >= 'a' && name.front() <= 'z' &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
           });
}
}  // namespace

std::optional<std::string> registration::why_unavailable() const {
    if (!missing.empty()) return missing;
    if (external) return external->unavailable ? external->unavailable() : std::nullopt;
    return unavailable == nullptr ? std::nullopt : unavailable();
}

std::optional<std::string> registration::why_refused(const demand& asked) const {
    const auto& range = info.payload;
    if (asked.payload_bytes < range.min_bytes || asked.payload_bytes > range.max_bytes)
        return std::to_string(asked.payload_bytes) + " bytes are outside this mechanism's " +
               std::to_string(range.min_bytes) + " to " + std::to_string(range.max_bytes) +
               " bytes";
    if (external && std::ranges::find(external->patterns, asked.kind) == external->patterns.end())
        return "its worker, written in " + external->language + ", does not know the pattern " +
               std::string(to_word(asked.kind));
    return limit == nullptr ? std::nullopt : limit(asked);
}

void registry::add_missing(std::string_view name, std::string_view package_hint) {
    registration entry;
    entry.info.name = name;
    entry.info.summary = "not built";
    entry.info.family = "not built";
    entry.missing = package_hint;
    insert(std::move(entry));
}

void registry::add_external(std::shared_ptr<const external_worker> worker) {
    registration entry;
    entry.info = {.name = worker->name,
                  .summary = worker->summary,
                  .family = worker->family,
                  .reference = worker->reference,
                  .payload = worker->payload,
                  .copies_per_message = worker->copies_per_message,
                  .wait = worker->wait,
                  .facts = worker->facts};
    entry.origin.file = worker->file;
    entry.external = std::move(worker);
    insert(std::move(entry));
}

void registry::came_from(const std::string& file, std::size_t first) {
    for (std::size_t i = first; i < entries_.size(); ++i)
        entries_[i].origin.file = file;
}

void registry::insert(registration entry) {
    const std::string name(entry.info.name);
    if (!well_formed(name))
        throw registration_refused("the mechanism's name '" + name +
                                   "' is not of the form [a-z][a-z0-9_]*");
    if (find(name) != nullptr)
        throw registration_refused("a mechanism named '" + name +
                                   "' is there already, and names are unique");
    entries_.push_back(std::move(entry));
}

const registration* registry::find(std::string_view name) const {
    const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const registration& entry) {
        return entry.info.name == name;
    });
    return at == entries_.end() ? nullptr : &*at;
}

std::function<service_hooks(std::string_view)> registry::services() const {
    return [this](std::string_view name) {
        const registration* entry = find(name);
        return entry == nullptr ? service_hooks() : entry->service;
    };
}

std::vector<std::string> registry::nearest(std::string_view name, std::size_t at_most) const {
    std::vector<std::string> names;
    for (const auto& entry : entries_)
        if (!entry.info.test_only) names.emplace_back(entry.info.name);
    return nearest_words(name, names, at_most);
}

}  // namespace ipcmark
