#include "harness/host/noise/measuring_runs.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/host_files.hpp"
#include "harness/host/facts/cpu_time.hpp"
#include "harness/host/facts/machine_shape.hpp"

namespace ipcmark {

namespace fs = std::filesystem;

namespace {

/// Another user wrote it: nothing of it may steer a terminal or break a line.
std::string one_line(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return text;
}

/// nullopt: nobody holds it, or it is no file of ours.
std::optional<cpu_claim_record> read_held(int folder, const char* name, bool& is_dead) {
    const unique_fd file(::openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat found {};
    if (!file || ::fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode)) return std::nullopt;
    if (::flock(file.get(), LOCK_SH | LOCK_NB) == 0) {
        is_dead = true;
        return std::nullopt;
    }
    if (errno != EWOULDBLOCK) return std::nullopt;
    std::array<char, 4096> bytes{};
    const auto got = ::pread(file.get(), bytes.data(), bytes.size(), 0);
    if (got <= 0) return std::nullopt;
    return parse_claim(std::string(bytes.data(), static_cast<std::size_t>(got)));
}

}  // namespace

std::string text_of(const measuring_run& run) {
    constexpr std::size_t told = 80;
    const bool all = run.command.size() <= told;
    return fmt::format("process {} ({}{}, since {}, CPUs {})", run.pid, run.command.substr(0, told),
                       all ? "" : " ...", run.started, cpu_list_text(run.cpus));
}

fs::path claims_folder() {
    const char* chosen = std::getenv("IPCMARK_LOCKS");
    return chosen != nullptr && *chosen != '\0' ? fs::path(chosen) : fs::path("/tmp/ipcmark-cpus");
}

std::string claim_text(const cpu_claim_record& claim) {
    constexpr std::size_t told = 500;
    return fmt::format("{}\npid: {}\nsince_ns: {}\nstarted: {}\ncpus: {}\ncommand: {}\n",
                       claim.waits ? claim_waits : claim_measures, claim.run.pid, claim.since_ns,
                       claim.run.started, cpu_list_text(claim.run.cpus),
                       one_line(claim.run.command.substr(0, told)));
}

std::optional<cpu_claim_record> parse_claim(const std::string& text) {
    if (text.size() < 2 || text[1] != '\n' || (text[0] != claim_measures && text[0] != claim_waits))
        return std::nullopt;
    const auto value = [&text](std::string_view key) {
        return one_line(keyed_value(text, key).value_or(""));
    };
    const auto pid = whole_number(value("pid"));
    const auto since = whole_number(value("since_ns"));
    cpu_claim_record claim;
    claim.run.cpus = parse_cpu_list(value("cpus"));
    if (!pid || !since || *since < 0 || claim.run.cpus.empty()) return std::nullopt;
    claim.run.pid = *pid;
    claim.run.started = value("started");
    claim.run.command = value("command");
    claim.since_ns = static_cast<std::uint64_t>(*since);
    claim.waits = text[0] == claim_waits;
    return claim;
}

std::string own_claim_prefix() {
    std::error_code hidden;
    const std::string space = fs::read_symlink("/proc/self/ns/pid", hidden).string();
    std::string digits;
    std::ranges::copy_if(space, std::back_inserter(digits),
                         [](char c) { return c >= '0' && c <= '9'; });
    return fmt::format("{}-{}-", digits.empty() ? "0" : digits, ::getpid());
}

std::vector<living_claim> living_claims(int folder, std::vector<std::string>* dead) {
    const std::string own = own_claim_prefix();
    std::vector<living_claim> found;
    const int listed = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(listed < 0 ? nullptr : ::fdopendir(listed),
                                                      &::closedir);
    if (!entries) return found;
    while (const dirent* entry = ::readdir(entries.get())) {
        const std::string name = entry->d_name;
        if (name.starts_with('.') || name == claims_queue_name || name.starts_with(own)) continue;
        bool is_dead = false;
        if (auto claim = read_held(folder, name.c_str(), is_dead))
            found.push_back({name, std::move(*claim)});
        else if (is_dead && dead != nullptr)
            dead->push_back(name);
    }
    std::ranges::sort(found, {}, [](const living_claim& each) {
        return std::pair(each.what.since_ns, each.name);
    });
    return found;
}

unique_fd open_claims(const fs::path& folder) {
    return unique_fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

bool share_cpus(const std::vector<int>& a, const std::vector<int>& b) {
    return std::ranges::any_of(a, [&b](int cpu) { return std::ranges::find(b, cpu) != b.end(); });
}

std::vector<measuring_run> measuring_on(const fs::path& folder, const std::vector<int>& cpus) {
    std::vector<measuring_run> found;
    const unique_fd claims = open_claims(folder);
    if (!claims) return found;
    for (auto& each : living_claims(claims.get()))
        if (!each.what.waits && share_cpus(each.what.run.cpus, cpus))
            found.push_back(std::move(each.what.run));
    return found;
}

}  // namespace ipcmark
