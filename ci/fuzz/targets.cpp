#include "ci/fuzz/targets.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/calibration_file.hpp"
#include "bench/plan_file.hpp"
#include "bench/subcommand.hpp"
#include "ci/fuzz/seeds.hpp"
#include "harness/base/fields.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/io.hpp"
#include "harness/base/posix/unique_fd.hpp"
#include "harness/history/exchange.hpp"
#include "harness/host/facts/cpu_time.hpp"
#include "harness/host/noise/measuring_runs.hpp"
#include "harness/run/plan.hpp"
#include "harness/worker/protocol.hpp"
#include "reports/csv.hpp"
#include "reports/decode.hpp"
#include "reports/markdown.hpp"
#include "reports/read_result.hpp"
#include "reports/text.hpp"

namespace ipcmark::fuzz {

namespace {

/// The bytes as a file that has a name.
class held_file {
public:
    explicit held_file(const std::string& bytes) : fd_(::memfd_create("input", MFD_CLOEXEC)) {
        write_exact(fd_.get(), std::as_bytes(std::span(bytes)));
    }
    std::string name() const { return "/proc/self/fd/" + std::to_string(fd_.get()); }

private:
    unique_fd fd_;
};

/// Read, and shown in every form that is no page.
void read_results(const std::string& bytes) {
    const held_file file(bytes);
    try {
        const run_result read = read_result(file.name());
        const view_model one = view_of({{"a.json", read}});
        render_text(one, {.all_tables = true, .problems = true});
        render_markdown(one);
        render_csv(one);
        render_text(view_of({{"a.json", read}, {"b.json", read}}), {});
    } catch (const unreadable_result&) {
        return;
    }
}

std::vector<placement_choice> every_placement() {
    std::vector<placement_choice> all;
    for (const auto& [place, word] : spelling<placement>::words)
        all.push_back({place, true, {0, 1}, ""});
    return all;
}

void read_plans(const std::string& bytes) {
    const held_file file(bytes);
    try {
        const plan_request read = read_plan(file.name(), plan_request());
        plan_text(read);
        expand(read, 1, registry(), every_placement());
    } catch (const command_error&) {
        return;
    } catch (const std::invalid_argument&) {
        return;
    }
}

void read_calibrations(const std::string& bytes) {
    const held_file file(bytes);
    try {
        run_result with;
        with.header.calibration = calibration_for(file.name(), "-", "fingerprint");
        render_text(view_of({{"a.json", with}}), {.all_tables = true});
    } catch (const command_error&) {
        return;
    }
}

template <class Decode>
void refused_or_read(Decode decode) {
    try {
        decode();
    } catch (const protocol_mismatch&) {
        return;
    } catch (const malformed_json&) {
        return;
    } catch (const bad_field&) {
        return;
    } catch (const peer_gone&) {
        return;
    }
}

/// What a worker and a parent tell each other, as text and as it comes out of the socket.
void read_frames(const std::string& bytes) {
    refused_or_read([&] { encode(decode_job(bytes)); });
    refused_or_read([&] { encode(decode_report(bytes)); });
    refused_or_read([&] { decode_heartbeat(bytes); });
    refused_or_read([&] {
        constexpr std::size_t fits = 4096;
        std::array<int, 2> ends{};
        checked(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
        const unique_fd reader(ends[0]);
        unique_fd writer(ends[1]);
        write_exact(writer.get(),
                    std::as_bytes(std::span(bytes)).first(std::min(bytes.size(), fits)));
        writer.reset();
        std::string frame;
        while (receive_frame(reader.get(), frame))
            ;
    });
}

void read_packed(const std::string& bytes) {
    try {
        decoded(bytes, "input", std::size_t{1} << 20);
    } catch (const std::runtime_error&) {
        return;
    }
}

/// Of other processes and users: their claims of CPUs.
void read_claims(const std::string& bytes) {
    if (const auto claim = parse_claim(bytes)) text_of(claim->run);
    parse_cpu_list(bytes);
}

/// What `history export` wrote, before it reaches a store.
void read_histories(const std::string& bytes) {
    std::istringstream from(bytes);
    try {
        exchange_reader{[](const recorded_run& run) { to_tree(run); },
                        [](const judged_change& change) { to_tree(change); }}
            .read(from, "input");
    } catch (const history_error&) {
        return;
    }
}

constexpr std::array all_targets{
    target{"results", &read_results, &result_seeds, true},
    target{"journals", &read_results, &journal_seeds, true},
    target{"plans", &read_plans, &plan_seeds, true},
    target{"calibrations", &read_calibrations, &calibration_seeds, true},
    target{"frames", &read_frames, &frame_seeds, true},
    target{"packed", &read_packed, &packed_seeds, false},
    target{"histories", &read_histories, &history_seeds, true},
    target{"claims", &read_claims, &claim_seeds, false},
};

}  // namespace

std::span<const target> targets() {
    return all_targets;
}

const target& target_named(std::string_view name) {
    const auto* const found = std::ranges::find(all_targets, name, &target::name);
    if (found == all_targets.end())
        throw std::runtime_error("there is no target " + std::string(name));
    return *found;
}

}  // namespace ipcmark::fuzz
