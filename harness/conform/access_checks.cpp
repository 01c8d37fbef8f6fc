#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <iterator>
#include <stdexcept>
#include <sys/ipc.h>
#include <unistd.h>
#include <vector>

#include "harness/conform/access_probe.hpp"
#include "harness/conform/rendezvous_proxy.hpp"
#include "harness/conform/scenarios.hpp"
#include "harness/host/ipc/run_objects.hpp"
#include "harness/worker/worker.hpp"

/// Who can reach the mechanism.
namespace ipcmark::conform {

namespace {

/// The names by which a pair's objects can be found: its folder, its service's, what carries its
/// name, and System V objects of this user that were not there when it began.
class name_watch {
public:
    explicit name_watch(const setup& cell)
        : name_(cell.name), directory_(cell.directory), known_(system_v_objects()) {
        if (const auto folder = cell.service.find("directory"); folder != cell.service.end())
            service_directory_ = folder->second;
    }

    std::vector<ipc_object> names() const {
        std::vector<ipc_object> found = files_below(directory_);
        if (!service_directory_.empty())
            std::ranges::move(files_below(service_directory_), std::back_inserter(found));
        for (const run_object_kind& row : run_object_kinds()) {
            if (row.own_name == nullptr) continue;
            for (auto& object : row.of_repetition(name_, {})) {
                // Of a folder what counts is what can be opened in it.
                std::ranges::move(files_within(object), std::back_inserter(found));
                if (!std::filesystem::is_directory(object.name)) found.push_back(std::move(object));
            }
        }
        for (auto& object : system_v_objects())
            if (may_be_ours(object) && std::ranges::find(known_, object) == known_.end())
                found.push_back(object);
        return found;
    }

private:
    /// By the repetition's keys, or new and without a key at all. Another pair may be making its
    /// own.
    bool may_be_ours(const ipc_object& object) const {
        return object.owner == ::geteuid() &&
               (object.key == IPC_PRIVATE || has_key_of(object, name_));
    }

    std::string name_;
    std::filesystem::path directory_;
    std::filesystem::path service_directory_;  // empty: it has none
    std::vector<ipc_object> known_;
};

/// Every name seen, and the first thing wrong with one.
struct access_probe {
    const name_watch& watch;
    std::vector<ipc_object> seen = {};
    std::uint64_t tried = 0;
    std::string fault = {};

    /// Runs in the rendezvous_proxy's thread: nothing may escape.
    void look() noexcept try {
        for (const auto& object : watch.names())
            if (std::ranges::find(seen, object) == seen.end()) inspect(object);
    } catch (const std::exception& e) {
        fault = e.what();
    }

    void inspect(const ipc_object& object) {
        seen.push_back(object);
        if (object.open_to_others() && fault.empty())
            fault = object.text() + " is open to others than its owner";
        if (::geteuid() != 0) return;
        ++tried;
        if (nobody_can_open(object) && fault.empty())
            fault = "the user nobody could open " + object.text();
    }
};

void probe_access(scenario_worker& me) {
    const name_watch watch(me.cell);
    me.cell.peer.meet();  // the other side has made nothing before this
    const auto open_before = unguarded_addresses();
    access_probe check{watch};
    std::size_t remaining = 0;
    {
        rendezvous_proxy between(worker_first_peer_fd, [&check] { check.look(); });
        setup watched{me.cell.values(), between.line()};
        scenario_worker guarded{me.mechanism, watched, me.state, me.task};
        const auto end = guarded.construct();
        remaining = watch.names().size();
        me.note("unguarded_addresses", unguarded_addresses() - open_before);
        guarded.part();
        me.cell.notes.merge(watched.notes);
    }
    me.note("names_seen", check.seen.size());
    me.note("names_left", remaining);
    me.note("nobody_tried", check.tried);
    if (::geteuid() == 0) me.note("nobody_signalled", nobody_can_signal(::getpid()) ? 1 : 0);
    if (!check.fault.empty()) throw std::runtime_error(check.fault);
}

void be_the_other_side(scenario_worker& me) {
    me.cell.peer.meet();
    const auto open_before = unguarded_addresses();
    const auto end = me.construct();
    me.note("unguarded_addresses", unguarded_addresses() - open_before);
    me.part();
}

std::int64_t open_on_either_side(const repetition_result& result) {
    return noted_or_zero(result.producer(), "unguarded_addresses") +
           noted_or_zero(result.consumer(), "unguarded_addresses");
}

std::optional<std::string> false_claim(access claimed, const repetition_result& result) {
    const worker_report& seen = result.producer();
    const auto open = open_on_either_side(result);
    const auto names = noted_or_zero(seen, "names_seen");
    const auto left = noted_or_zero(seen, "names_left");
    if (open > 0 && claimed != access::anyone)
        return "it holds a socket with an address that has no owner, but claims otherwise";
    switch (claimed) {
        case access::anyone:
            if (open == 0) return "it claims `anyone` but holds no address that anyone can reach";
            break;
        case access::file_mode:
            if (names == 0) return "it claims `file_mode` but no name of it was seen";
            break;
        case access::same_user:
            if (names > 0) return fmt::format("it claims `same_user` but has {} names", names);
            if (noted_or_zero(seen, "nobody_signalled") > 0)
                return "it claims `same_user` but the user nobody may signal its process";
            break;
        case access::descriptor:
            if (left > 0)
                return fmt::format("it claims `descriptor` but {} names are left once it is made",
                                   left);
            break;
    }
    return std::nullopt;
}

check_result evaluate_access(check_context& exam) {
    const repetition_result result =
        exam.run_scenario({.scenario = "doors",
                           .kind = pattern::round_trip,
                           .payload_bytes = exam.fitting(64, pattern::round_trip)});
    if (auto check_result = exam.trouble(result)) return *check_result;
    const worker_report& seen = result.producer();
    if (const auto fault = false_claim(exam.facts().control, result)) return fail(*fault);
    const auto names = noted_or_zero(seen, "names_seen");
    const auto tried = noted_or_zero(seen, "nobody_tried");
    return pass(
        fmt::format("{}: {} names while it was made, none open to others{}, {} left after; "
                    "{} addresses without an owner",
                    to_word(exam.facts().control), names,
                    tried > 0 ? fmt::format(" (the user nobody was refused {} times)", tried) : "",
                    noted_or_zero(seen, "names_left"), open_on_either_side(result)));
}

}  // namespace

extern const conformance_check access_check{
    .name = "access",
    .sentence =
        "every name carries the bits of its owner alone and lets nobody "
        "else in; a descriptor leaves no name; an address without an owner "
        "(internet, packet, netlink, vsock, abstract) is within anyone's "
        "reach, and nothing else is; what processes of one user may do to "
        "each other needs neither",
    .backs = "control",
    .evaluate = evaluate_access,
    .scenarios = {scenario{"doors", probe_access, be_the_other_side}}};

}  // namespace ipcmark::conform
