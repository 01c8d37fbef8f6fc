#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

#include "harness/base/clock.hpp"
#include "harness/endpoints/ring_pair.hpp"
#include "harness/endpoints/waits.hpp"
#include "harness/worker/registry.hpp"

namespace {

/// What INJECTED asks for before each message: "delay:NS", "busy:PERCENT" of the time since the
/// last one, "syscall", "copy" of 16 KiB, "crash" at the thousandth. Nothing: nothing.
class burden {
public:
    burden() {
        const char* text = std::getenv("INJECTED");  // NOLINT(concurrency-mt-unsafe)
        const std::string_view asked = text == nullptr ? "" : text;
        const auto colon = asked.find(':');
        what_ = asked.substr(0, colon);
        if (colon != std::string_view::npos)
            amount_ = std::atof(std::string(asked.substr(colon + 1)).c_str());
    }

    void bear() {
        if (what_.empty()) return;
        if (what_ == "delay") spin(amount_);
        if (what_ == "busy") {
            const auto since = static_cast<double>(ipcmark::shared_clock::raw_ns() - last_ns_);
            if (last_ns_ != 0) spin(since * amount_ / 100);
            last_ns_ = ipcmark::shared_clock::raw_ns();
        }
        if (what_ == "syscall") ::syscall(SYS_getppid);
        if (what_ == "copy") std::memcpy(to_.data(), from_.data(), from_.size());
        if (what_ == "crash" && ++messages_ == 1'000) std::abort();
    }

private:
    static void spin(double ns) {
        const std::uint64_t until =
            ipcmark::shared_clock::raw_ns() + static_cast<std::uint64_t>(ns);
        while (ipcmark::shared_clock::raw_ns() < until) {
        }
    }

    std::string_view what_;
    double amount_ = 0;
    std::uint64_t last_ns_ = 0;
    std::uint64_t messages_ = 0;
    std::vector<char> from_ = std::vector<char>(16'384);
    std::vector<char> to_ = std::vector<char>(16'384);
};

/// A transport of which a variant can be made worse by as much as one likes.
struct injected : ipcmark::ring_pair<ipcmark::futex_wait> {
    static constexpr ipcmark::transport_info info = ipcmark::ring_info(
        "injected", "a ring that may be burdened", "", ipcmark::wait_style::blocks);
    using ring_pair::ring_pair;

    template <class Fill>
    void send(Fill&& fill) {
        burden_.bear();
        ring_pair::send(std::forward<Fill>(fill));
    }

private:
    burden burden_;
};

}  // namespace

extern "C" void ipcmark_register(ipcmark::registry& all);
extern "C" void ipcmark_register(ipcmark::registry& all) {
    all.add<injected>();
}
