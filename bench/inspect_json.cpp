#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <iostream>

#include "bench/inspection.hpp"
#include "harness/base/json_text.hpp"

namespace ipcmark {

namespace {

tree text_or_null(const std::string& text) {
    return text.empty() ? tree() : tree(text);
}

/// A moment in UTC; null: not known.
tree time_json(std::int64_t since_s) {
    if (since_s <= 0) return {};
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(since_s)));
}

tree limits_json(const inspection& view) {
    tree list = tree::array();
    for (const auto& limit : *view.limits) {
        const auto used = view.in_use.find(limit.key);
        list.push_back({{"key", limit.key},
                        {"group", limit.group},
                        {"name", limit.name},
                        {"value", limit.value},
                        {"hard", limit.most},
                        {"unit", to_word(limit.unit)},
                        {"in_use", used == view.in_use.end() ? tree() : tree(used->second)},
                        {"bounds", limit.bounds},
                        {"raise", text_or_null(limit.raise)}});
    }
    return list;
}

tree object_json(const ipc_object& object) {
    const bool known = object.owner != ipc_object::no_owner;
    tree facts{{"kind", to_word(object.what)},
               {"name", object.name},
               {"user", known ? tree(user_text(object.owner)) : tree()},
               {"mode", object.mode == 0 ? tree() : tree(fmt::format("{:04o}", object.mode))},
               {"bytes", object.bytes ? tree(*object.bytes) : tree()},
               {"since", time_json(object.since_s)},
               {"state", text_or_null(object.state)}};
    if (object.numbered())
        facts["key"] = fmt::format("0x{:08x}", static_cast<std::uint32_t>(object.key));
    return facts;
}

tree objects_json(const inspection& view) {
    tree list = tree::array();
    for (const auto& object : view.snapshot->objects) {
        if (!view.shows(object.owner)) continue;
        tree facts = object_json(object);
        facts["used_by"] = tree::array();
        for (const auto* process : view.snapshot->users_of(object))
            facts["used_by"].push_back(process->pid);
        list.push_back(std::move(facts));
    }
    return list;
}

tree processes_json(const inspection& view) {
    tree list = tree::array();
    for (const auto& process : view.snapshot->held.processes) {
        if (process.total() == 0 || !view.shows(process.user)) continue;
        tree counts = tree::object();
        for (const auto& [what, count] : process.counts)
            counts[to_word(what)] = count;
        list.push_back({{"pid", process.pid},
                        {"user", user_text(process.user)},
                        {"command", process.command},
                        {"descriptors", std::move(counts)},
                        {"memfd_bytes", process.memfd_bytes},
                        {"inotify_watches", process.inotify_watches},
                        {"epoll_watches", process.epoll_watches}});
    }
    return list;
}

tree removals_json(const inspection& view, const run_entry& run) {
    for (const auto& cleaned : view.cleaned) {
        if (cleaned.run != &run) continue;
        tree list = tree::array();
        for (const auto& each : cleaned.done)
            list.push_back({{"what", each.what}, {"error", text_or_null(each.error)}});
        return list;
    }
    return {};
}

tree runs_json(const inspection& view) {
    tree list = tree::array();
    for (const auto& run : view.scan->runs) {
        if (!view.shows(run.owner)) continue;
        tree objects = tree::array();
        for (const auto& object : run.objects)
            objects.push_back(object_json(object));
        list.push_back({{"run", run.name},
                        {"pid", run.pid},
                        {"user", user_text(run.owner)},
                        {"liveness", to_word(run.is)},
                        {"why", run.why},
                        {"folder", text_or_null(run.folder.string())},
                        {"since", time_json(run.since_s)},
                        {"objects", std::move(objects)},
                        {"removed", removals_json(view, run)}});
    }
    return list;
}

}  // namespace

void print_inspection_json(const inspection& view) {
    tree document{{"schema", {{"name", "ipcmark.inspect"}, {"version", "1.0"}}}};
    if (view.limits) document["limits"] = limits_json(view);
    if (view.snapshot) {
        document["objects"] = objects_json(view);
        document["unnamed_unix_sockets"] = view.snapshot->unnamed_sockets;
        document["processes"] = processes_json(view);
    }
    if (view.scan) document["runs"] = runs_json(view);
    document["not_seen"] = tree::array();
    if (view.snapshot)
        for (const auto& sentence : view.snapshot->unseen)
            document["not_seen"].push_back(sentence);
    if (view.scan)
        for (const auto& sentence : view.scan->unseen)
            document["not_seen"].push_back(sentence);
    std::cout << json_text(document, 2) << '\n';
}

}  // namespace ipcmark
