#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <mutex>
#include <new>
#include <thread>
#include <unistd.h>
#include <vector>

#include "harness/base/clock.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/forked.hpp"
#include "harness/base/posix/mapping.hpp"
#include "harness/conform/peer_death_detection.hpp"
#include "harness/conform/scenarios.hpp"

/// What a process leaves that is killed in the middle of a message.
namespace ipcmark::conform {

namespace {

using std::chrono::milliseconds;

/// More than twice around any ring of the usual depth, so that the slot of the message that stays
/// unfinished holds the bytes of an older one.
constexpr std::uint64_t whole_ones = 40;

/// What the consumer has seen. It lies in a file of the run's folder, because a consumer that waits
/// for the dead for ever is killed before it could report.
struct sightings {
    std::atomic<std::uint64_t> whole{0};
    std::atomic<std::uint64_t> broken{0};      // damaged, repeated or unrecognisable ones
    std::atomic<std::uint64_t> unfinished{0};  // the message that its producer died writing
};

std::filesystem::path record_file(const std::filesystem::path& run_directory) {
    return run_directory / "sightings";
}

mapping map_record(const std::filesystem::path& file, int flags) {
    const unique_fd opened(checked(::open(file.c_str(), flags | O_RDWR | O_CLOEXEC, 0600), "open"));
    checked(::ftruncate(opened.get(), sizeof(sightings)), "ftruncate");
    return mapping::shared(opened.get(), sizeof(sightings));
}

/// The check's side of the record; empty again for every scenario.
class record {
public:
    explicit record(const std::filesystem::path& run_directory)
        : file_(record_file(run_directory)),
          memory_(map_record(file_, O_CREAT | O_TRUNC)),
          seen_(new (memory_.data()) sightings) {}
    ~record() { ::unlink(file_.c_str()); }
    record(const record&) = delete;
    record& operator=(const record&) = delete;
    const sightings* operator->() const { return seen_; }

private:
    std::filesystem::path file_;
    mapping memory_;
    sightings* seen_;
};

void write_down(sightings& seen, const delivery_checker& messages) {
    const account& sums = messages.sums();
    seen.broken.store(sums.damaged + sums.wrong_size + sums.foreign + sums.duplicated,
                      std::memory_order_release);
    seen.whole.store(sums.received, std::memory_order_release);
    if (messages.last() == whole_ones) seen.unfinished.store(1, std::memory_order_release);
}

/// Ends this process some time after its peer has gone, unless it goes out of scope before: where
/// no death is noticed, a consumer has had time enough to see what it must not.
class watchdog {
public:
    explicit watchdog(scenario_worker& me) : thread_([this, &me] { outlive(me.cell.peer); }) {}
    ~watchdog() {
        {
            const std::lock_guard lock(mutex_);
            over_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;

private:
    void outlive(rendezvous& peer) {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, nullptr);  // those of the mechanism are not for us
        peer.wait_for_peer_exit();
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, milliseconds(250), [this] { return over_; })) ::raise(SIGKILL);
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool over_ = false;
    std::thread thread_;
};

/// Writes the first half of the next message, and is killed.
[[noreturn]] void die_writing(scenario_worker& me, any_endpoint& end, bool announced) {
    std::vector<std::byte> message(me.cell.payload_bytes);
    me.state.out.write(message);
    end.send([&](writable bytes) {
        std::memcpy(bytes.data(), message.data(), bytes.size() / 2);
        if (announced) tell_time_of_death(me);
        ::raise(SIGKILL);
    });
    throw std::logic_error("SIGKILL was survived");
}

void write_whole_ones_and_a_half(scenario_worker& me) {
    const auto end = me.construct();
    me.send(*end, whole_ones);
    std::this_thread::sleep_for(milliseconds(20));  // the consumer is waiting for the next one
    die_writing(me, *end, true);
}

void watch_for_the_half(scenario_worker& me) {
    const auto end = me.construct();
    const mapping memory = map_record(record_file(me.cell.directory.parent_path()), 0);
    auto& seen = *std::launder(reinterpret_cast<sightings*>(memory.data()));
    std::unique_ptr<watchdog> limit;
    if (!me.mechanism.info.facts.peer_death_detected) limit = std::make_unique<watchdog>(me);
    delivery_checker messages = me.incoming(whole_ones + 1);
    note_when_noticed(me, [&] {
        const bool got = end->recv([&](readable bytes) {
            messages.enter(bytes);
            write_down(seen, messages);
        });
        return got || me.may_drop();
    });
}

void send_until_it_throws(scenario_worker& me) {
    const auto end = me.construct();
    note_when_noticed(me, [&] {
        me.send(*end);
        return true;
    });
}

void die_reading(scenario_worker& me) {
    const auto end = me.construct();
    delivery_checker messages = me.incoming(3);
    me.receive_all(*end, messages);
    end->recv([&](readable bytes) {
        std::vector<std::byte> half(bytes.size() / 2);
        std::memcpy(half.data(), bytes.data(), half.size());
        tell_time_of_death(me);
        ::raise(SIGKILL);
    });
}

void go_on_after_the_death_of_another(scenario_worker& me) {
    const auto end = me.construct();
    me.send(*end, whole_ones);
    forked_copy other([&] { die_writing(me, *end, false); });
    try {
        other.join();
    } catch (const std::runtime_error&) {
        // It was killed, as it should be.
    }
    me.send(*end, whole_ones);
    me.part();
}

void receive_from_the_survivor(scenario_worker& me) {
    const auto end = me.construct();
    delivery_checker messages = me.incoming(2 * whole_ones);
    me.receive_all(*end, messages);
    messages.sums().write_to(me.cell.notes);
    me.part();
}

std::optional<std::string> unless_it_carries_bytes(const registration& mechanism) {
    if (mechanism.info.payload.max_bytes == 0) return "it carries no bytes that could be torn";
    return without_peer(mechanism);
}

/// What is wrong, and whether a busy machine alone may have made it so: then it is worth another
/// try.
struct fault {
    check_result given;
    bool of_time = false;
};

std::optional<fault> unnoticed(const worker_report& survivor, std::string_view who,
                               std::string_view when) {
    const peer_death_detection seen = describe_detection(survivor, who, "call");
    if (seen.in_time) return std::nullopt;
    return fault{fail(fmt::format("{} the {} noticed nothing within 1 s", when, who)), true};
}

std::optional<fault> fault_of_writing(check_context& exam, std::size_t payload_bytes) {
    const record seen(exam.context().workspace.directory());
    const repetition_result result =
        exam.run_scenario({.scenario = "writing", .payload_bytes = payload_bytes});
    if (auto wrong = never_died(result)) return fault{*wrong};
    const traits& facts = exam.facts();
    const auto whole = seen->whole.load(std::memory_order_acquire);
    if (seen->unfinished.load(std::memory_order_acquire) > 0)
        return fault{fail(fmt::format(
            "a message of {} bytes was seen whose producer was killed writing it", payload_bytes))};
    if (const auto others = seen->broken.load(std::memory_order_acquire); others > 0)
        return fault{fail(fmt::format(
            "{} messages of {} bytes came damaged or twice before their producer was killed or "
            "because of it",
            others, payload_bytes))};
    // A consumer that notices no death is ended by its watchdog.
    const bool ran_out_of_time = !facts.peer_death_detected ||
                                 !describe_detection(result.consumer(), "consumer", "recv").ever;
    if (facts.survives_producer_exit && !facts.may_drop && whole != whole_ones)
        return fault{fail(fmt::format("of {} messages of {} bytes finished before the death {} "
                                      "came",
                                      whole_ones, payload_bytes, whole)),
                     ran_out_of_time};
    if (!facts.peer_death_detected) return std::nullopt;
    return unnoticed(result.consumer(), "consumer", "when its producer was killed writing");
}

std::optional<fault> fault_of_reading(check_context& exam) {
    const repetition_result result =
        exam.run_scenario({.scenario = "reading", .payload_bytes = exam.fitting(4096)});
    if (auto wrong = never_died(result)) return fault{*wrong, exam.facts().peer_death_may_be_late};
    return unnoticed(result.producer(), "producer", "when its consumer was killed reading");
}

std::optional<fault> fault_of_the_survivor(check_context& exam) {
    const repetition_result result =
        exam.run_scenario({.scenario = "one_of_two", .payload_bytes = exam.fitting(4096)});
    if (auto wrong = exam.trouble(result)) {
        wrong->text.insert(0, "after one of two producers was killed writing: ");
        return fault{*wrong};
    }
    if (const auto faults = account_faults(exam, result))
        return fault{fail("after one of two producers was killed writing " + *faults)};
    return std::nullopt;
}

/// The smallest size in use, and one that takes several pages.
std::vector<std::size_t> sizes_to_tear(check_context& exam) {
    std::vector<std::size_t> sizes{exam.fitting(64)};
    if (const std::size_t large = exam.fitting(std::size_t{64} << 10); large != sizes.front())
        sizes.push_back(large);
    return sizes;
}

std::optional<fault> fault_of_deaths(check_context& exam) {
    for (const std::size_t size : sizes_to_tear(exam))
        if (auto wrong = fault_of_writing(exam, size)) return wrong;
    if (!exam.facts().peer_death_detected) return std::nullopt;
    if (auto wrong = fault_of_reading(exam)) return wrong;
    return exam.facts().fan_in ? fault_of_the_survivor(exam) : std::nullopt;
}

check_result evaluate_death_while_writing(check_context& exam) {
    const int attempts = std::max(3, tries_to_notice(exam.facts()));
    std::optional<fault> wrong;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        wrong = fault_of_deaths(exam);
        if (!wrong || !wrong->of_time) break;
    }
    if (wrong) return wrong->given;
    std::string text = fmt::format("the half-written message of {} bytes was never seen",
                                   fmt::join(sizes_to_tear(exam), " and "));
    if (!exam.facts().peer_death_detected) return pass(text);
    text += ", its peer noticed, as it did of one killed reading";
    return pass(text + (exam.facts().fan_in ? "; of two producers the survivor went on" : ""));
}

}  // namespace

extern const conformance_check death_while_writing_check{
    .name = "death_while_writing",
    .sentence =
        "a message whose producer is killed writing it is never seen, neither whole nor in part; "
        "where deaths are noticed, this one is, as is that of a consumer killed reading, and a "
        "second producer can go on",
    .backs = "",
    .skip_reason = unless_it_carries_bytes,
    .evaluate = evaluate_death_while_writing,
    .scenarios = {
        scenario{"writing", write_whole_ones_and_a_half, watch_for_the_half},
        scenario{"reading", send_until_it_throws, die_reading},
        scenario{"one_of_two", go_on_after_the_death_of_another, receive_from_the_survivor}}};

}  // namespace ipcmark::conform
