#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/posix/unique_fd.hpp"

namespace ipcmark {

/// An ipcmark that measures on CPUs of this machine, as it says of itself.
struct measuring_run {
    std::int64_t pid = 0;  // in its own PID namespace
    std::string command;
    std::string started;    // "2026-11-28 19:31:02 UTC"
    std::vector<int> cpus;  // ascending

    friend bool operator==(const measuring_run&, const measuring_run&) = default;
};

template <class Visitor>
void visit_fields(Visitor& visit, measuring_run& r) {
    visit("pid", r.pid);
    visit("command", r.command);
    visit("started", r.started);
    visit("cpus", r.cpus);
}

/// "process 812 (ipcmark run --html x.html, since 2026-11-28 19:31:02 UTC, CPUs 0-1)"
std::string text_of(const measuring_run& run);

/// Every run that measures keeps a file here that it has locked by flock(2): all users' of this
/// machine, and what containers share by a mount that IPCMARK_LOCKS names.
std::filesystem::path claims_folder();
/// The file in it that whoever adds, changes or removes a claim has locked meanwhile.
inline constexpr std::string_view claims_queue_name = "queue";

/// A claim as its file has it. Waiting runs have their place in the queue by `since_ns`.
struct cpu_claim_record {
    measuring_run run;
    bool waits = false;
    std::uint64_t since_ns = 0;  // CLOCK_BOOTTIME
};

/// What a file of a claim holds, and back; nullopt: it is none. The first byte tells who waits.
std::string claim_text(const cpu_claim_record& claim);
std::optional<cpu_claim_record> parse_claim(const std::string& text);
inline constexpr char claim_measures = 'm';
inline constexpr char claim_waits = 'w';

/// The beginning of the names of this process's claims.
std::string own_claim_prefix();

struct living_claim {
    std::string name;  // of the file
    cpu_claim_record what;
};

/// The claims in an open folder that somebody holds, this process's left out. What nobody holds any
/// more is named in `dead`.
std::vector<living_claim> living_claims(int folder, std::vector<std::string>* dead = nullptr);

/// The folder, opened as one that is no symbolic link; none: there is none.
unique_fd open_claims(const std::filesystem::path& folder);

bool share_cpus(const std::vector<int>& a, const std::vector<int>& b);

/// Who else measures on any of these CPUs now.
std::vector<measuring_run> measuring_on(const std::filesystem::path& folder,
                                        const std::vector<int>& cpus);

}  // namespace ipcmark
