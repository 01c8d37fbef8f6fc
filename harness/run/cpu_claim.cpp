#include "harness/run/cpu_claim.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include "harness/base/posix/error.hpp"

namespace ipcmark {

namespace fs = std::filesystem;

namespace {

std::string utc_text() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts);
    return text.data();
}

std::uint64_t boot_ns() {
    std::timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(now.tv_nsec);
}

/// Made for everybody, whatever the umask, and opened where another user made it.
unique_fd everybodys_folder(const fs::path& place) {
    constexpr mode_t everybodys = 01777;
    if (::mkdir(place.c_str(), everybodys) == 0)
        ::chmod(place.c_str(), everybodys);
    else if (errno != EEXIST)
        return {};
    return open_claims(place);
}

/// O_CREAT on another user's file in such a folder is refused (fs.protected_regular), so that it is
/// asked for only where there is none.
unique_fd everybodys_file(int folder, const std::string& name) {
    for (int i = 0; i < 3; ++i) {
        unique_fd there(
            ::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        if (there || errno != ENOENT) return there;
        unique_fd made(::openat(folder, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
        if (made) ::fchmod(made.get(), 0644);
        if (made || errno != EEXIST) return made;
    }
    return {};
}

/// One process at a time adds and looks. Whoever holds it for longer than a moment is not waited
/// for: it is no run that measures.
class queue_lock {
public:
    explicit queue_lock(int folder)
        : file_(everybodys_file(folder, std::string(claims_queue_name))) {
        if (!file_) throw_errno(fmt::format("open {}", claims_queue_name));
        for (int i = 0; i < 200; ++i) {
            if (::flock(file_.get(), LOCK_EX | LOCK_NB) == 0) return;
            if (errno != EWOULDBLOCK && errno != EINTR)
                throw_errno(fmt::format("lock {}", claims_queue_name));
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

private:
    unique_fd file_;
};

/// Of this user; root removes everybody's.
void remove_dead(int folder) {
    std::vector<std::string> dead;
    living_claims(folder, &dead);
    for (const auto& name : dead)
        ::unlinkat(folder, name.c_str(), 0);
}

}  // namespace

cpu_claim::cpu_claim(fs::path folder, std::vector<int> cpus, std::string command, entry how)
    : place_(std::move(folder)) {
    claim_.run = {::getpid(), std::move(command), utc_text(), std::move(cpus)};
    claim_.waits = how == entry::waits;
    claim_.since_ns = boot_ns();
    std::ranges::sort(claim_.run.cpus);
    try {
        tell();
    } catch (const call_failed& refused) {
        why_untold_ = fmt::format("{}: {}", place_.string(), refused.what());
        take_back();
    }
}

cpu_claim::~cpu_claim() {
    take_back();
}

void cpu_claim::take_back() noexcept {
    if (file_) ::unlink((place_ / name_).c_str());
    file_.reset();
}

void cpu_claim::tell() {
    const unique_fd folder = everybodys_folder(place_);
    if (!folder) throw_errno("open");
    const queue_lock alone(folder.get());
    remove_dead(folder.get());
    make_file(folder.get());
}

void cpu_claim::make_file(int folder) {
    for (int number = 0; !file_; ++number) {
        name_ = own_claim_prefix() + std::to_string(number);
        file_.reset(::openat(folder, name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
        if (!file_ && errno != EEXIST) throw_errno("create " + name_);
    }
    ::fchmod(file_.get(), 0644);
    const std::string text = claim_text(claim_);
    if (::pwrite(file_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
        throw_errno("write " + name_);
    // Who only looks holds it for a moment.
    for (int i = 0; ::flock(file_.get(), LOCK_EX | LOCK_NB) != 0; ++i) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || i == 200) throw_errno("lock " + name_);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

std::vector<measuring_run> cpu_claim::others() const {
    return file_ ? measuring_on(place_, claim_.run.cpus) : std::vector<measuring_run>();
}

std::vector<measuring_run> cpu_claim::ahead(int folder) const {
    const auto place = std::pair(claim_.since_ns, name_);
    std::vector<measuring_run> found;
    for (auto& each : living_claims(folder))
        if ((!each.what.waits || std::pair(each.what.since_ns, each.name) < place) &&
            share_cpus(each.what.run.cpus, claim_.run.cpus))
            found.push_back(std::move(each.what.run));
    return found;
}

std::vector<measuring_run> cpu_claim::try_begin() {
    if (!file_) return {};
    const unique_fd folder = open_claims(place_);
    if (!folder) throw_errno("open " + place_.string());
    const queue_lock alone(folder.get());
    auto before = ahead(folder.get());
    if (before.empty() && ::pwrite(file_.get(), &claim_measures, 1, 0) == 1) claim_.waits = false;
    return before;
}

}  // namespace ipcmark
