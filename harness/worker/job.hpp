#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/clock.hpp"
#include "harness/contract/cell.hpp"
#include "harness/contract/failure.hpp"
#include "harness/contract/memory_layout.hpp"
#include "harness/contract/party.hpp"
#include "harness/worker/effort.hpp"
#include "harness/worker/shared_state.hpp"

namespace ipcmark {

/// What one worker is told.
struct job {
    cell what;
    std::vector<party> parties = unpinned_pair();
    std::size_t position = 0;  // its own among them
    std::string name;
    std::string directory;
    std::uint64_t tag = 0;  // of messages that the producer sends; replies carry its complement
    effort work;
    clock_parameters clock;
    std::optional<stage> die_entering;  // tests: SIGKILL oneself on entering that stage
    memory_layout layout = {};
    channel_capabilities channel = {};
    std::map<std::string, std::string> service = {};  // addresses of the broker between them
    std::vector<int> service_pids = {};               // its processes, without what they forked

    const party& self() const { return parties.at(position); }
};

template <class Visitor>
void visit_fields(Visitor& visit, job& j) {
    visit("cell", j.what);
    visit("parties", j.parties);
    visit("position", j.position);
    visit("name", j.name);
    visit("directory", j.directory);
    visit("tag", j.tag);
    visit("effort", j.work);
    visit("clock", j.clock);
    visit("layout", j.layout);
    visit("channel", j.channel);
    visit("service", j.service);
    visit("service_pids", j.service_pids);
    visit("die_entering", j.die_entering);
}

}  // namespace ipcmark
