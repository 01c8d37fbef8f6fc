#include "harness/worker/protocol.hpp"

#include <gtest/gtest.h>
#include <random>
#include <span>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/base/fields.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/io.hpp"
#include "harness/base/posix/unique_fd.hpp"

namespace ipcmark {
namespace {

/// As a version wrote them that had fewer fields: no pacing, no layout, no service.
constexpr const char* older_job = R"({
  "protocol": {"name": "ipcmark.worker", "version": 1},
  "job": {
    "cell": {"mechanism": "pipe", "pattern": "one_way", "payload_bytes": 64, "placement": "l3",
             "touch": "desc", "depth": 16},
    "parties": [{"side": "producer", "cpu": 2}, {"side": "consumer", "cpu": 3}], "position": 1,
    "name": "ipcmark-17-4", "directory": "/tmp/ipcmark-17/4",
    "tag": 18364758544493064720,
    "effort": {"warm_up_messages": 10, "timed_ns": 5000000}
  }
})";
constexpr const char* older_report = R"({
  "protocol": {"name": "ipcmark.worker", "version": 1},
  "report": {
    "failed": null,
    "measured": {"messages": 3, "first_ticks": 1000, "last_ticks": 4000,
                 "usage": {"user_ns": 5, "system_ns": 7},
                 "events": {"cycles": {"value": 99, "note": "perf_event_open"}}},
    "latencies": {"least_ns": 130, "greatest_ns": 999, "buckets": [[129, 2], [507, 1]]}
  }
})";

/// As a later version may write them.
constexpr const char* newer_job = R"({
  "protocol": {"name": "ipcmark.worker", "version": 1, "revision": "2031"},
  "job": {
    "cell": {"mechanism": "pipe", "pattern": "round_trip", "payload_bytes": 8, "touch": "rw",
             "colour": "green"},
    "parties": [{"side": "producer", "index": 0, "host": "b"}], "hosts": [{"name": "b"}],
    "effort": {"task": {"kind": "check", "name": "delivery/stream", "strictness": 2},
               "energy": {"wanted": true}}
  },
  "greeting": "hello"
})";
constexpr const char* newer_report = R"({
  "protocol": {"name": "ipcmark.worker", "version": 1},
  "report": {
    "failed": {"status": "timed_out", "code": "stall", "stage": "timing", "text": "late",
               "remedy": "wait"},
    "measured": {"messages": 1, "usage": {"user_ns": 5, "watts": 3.5},
                 "events": {"branch_misses": {"value": 1, "note": ""}}},
    "latencies": {"buckets": [], "scheme": "log_linear"},
    "temperatures": [40, 41]
  }
})";

TEST(protocol, a_job_with_fewer_fields_has_the_defaults) {
    const job task = decode_job(older_job);
    EXPECT_EQ(task.what, (cell{"pipe", pattern::one_way, 64, placement::l3, touch::desc, 16}));
    EXPECT_EQ(task.parties.size(), 2u);
    EXPECT_EQ(task.self(), (party{role::consumer, 0, 3}));
    EXPECT_EQ(task.tag, 18364758544493064720u);
    EXPECT_EQ(task.work.warm_up_messages, 10u);
    EXPECT_EQ(task.work.warm_up_min_ns, effort().warm_up_min_ns);
    EXPECT_EQ(task.work.act, ipcmark::task());
    EXPECT_EQ(task.work.pace.burst, 1u);
    EXPECT_EQ(task.layout, memory_layout());
    EXPECT_FALSE(task.die_entering);
}

TEST(protocol, a_report_with_fewer_fields_has_the_defaults) {
    const worker_report report = decode_report(older_report);
    EXPECT_FALSE(report.failed);
    EXPECT_EQ(report.measured.messages, 3u);
    EXPECT_EQ(report.measured.consumed.cpu_ns(), 12);
    EXPECT_FALSE(report.measured.consumed.migrations);
    EXPECT_EQ(report.measured.events.values[5], 99u);
    EXPECT_FALSE(report.measured.events.values[0]);
    EXPECT_EQ(report.latencies.count(), 3u);
    EXPECT_EQ(report.latencies.least_ns(), 130u);
    EXPECT_EQ(report.latencies.greatest_ns(), 999u);
    EXPECT_EQ(report.order_stride, 1u);
    EXPECT_EQ(report.last_cpu, no_cpu);
}

/// As builds write it that know one broker, by its process alone.
TEST(protocol, one_broker_of_an_older_build_is_a_service) {
    const job task = decode_job(R"({"protocol": {"name": "ipcmark.worker", "version": 1},
        "job": {"parties": [{"side": "producer"}], "auxiliary_pid": 4711}})");
    EXPECT_EQ(task.service_pids, std::vector<int>{4711});
    EXPECT_TRUE(task.service.empty());
    const worker_report report = decode_report(
        R"({"protocol": {"name": "ipcmark.worker", "version": 1}, "report": {"measured": {
            "auxiliary": {"cpu_ns": 12, "threads": 2},
            "auxiliary_events": {"cycles": {"value": 3, "note": ""}}}}})");
    ASSERT_EQ(report.measured.services.size(), 1u);
    EXPECT_EQ(report.measured.services[0].consumed.value().cpu_ns, 12);
    EXPECT_EQ(report.measured.service_events.values[5], 3u);
}

TEST(protocol, unknown_fields_are_passed_over) {
    const job task = decode_job(newer_job);
    EXPECT_EQ(task.what.payload_bytes, 8u);
    EXPECT_EQ(task.work.act, (ipcmark::task{task_kind::check, "delivery/stream"}));
    const worker_report report = decode_report(newer_report);
    ASSERT_TRUE(report.failed);
    EXPECT_EQ(report.failed->ended, status::timed_out);
    EXPECT_EQ(report.measured.consumed.user_ns, 5);
    EXPECT_EQ(report.latencies.count(), 0u);
}

job full_job() {
    job task;
    task.what = {"shm_ring_spin", pattern::paced, 4096, placement::smt, touch::verify, 8};
    task.what.varied = {"rate_hz", 10'000, "10 k/s", "rate=10000", true, 64};
    task.parties = {{role::producer, 0, 1}, {role::producer, 1, 0}, {role::consumer, 0, 3}};
    task.position = 2;
    task.name = "ipcmark-1-2";
    task.tag = ~std::uint64_t{0};
    task.work.act = {task_kind::probe, "syscall"};
    task.work.pace = {2.5, true, 17, 3, false, 99};
    task.work.unstamped_block = true;
    task.clock.use_tsc = true;
    task.clock.ns_per_tick_q32 = 123'456'789'012;
    task.clock.reason = "invariant TSC";
    task.layout = {1, 2, 384};
    task.service = {{"port", "41234"}, {"directory", "/tmp/ipcmark-1/s0"}};
    task.service_pids = {17, 18};
    task.die_entering = stage::timing;
    return task;
}

worker_report full_report() {
    worker_report report;
    report.failed = failure{status::failed, "integrity", "timing", "message 7 \"\n\x01 \xff"};
    measurement& m = report.measured;
    m.messages = std::uint64_t{1} << 60;
    m.lost = 4;
    m.consumed.run_delay_ns = 3;
    m.events.values[2] = 7;
    m.events.notes[3] = "needs CAP_PERFMON";
    m.energy = {55, "package-0"};
    m.services = {{17, "broker", process_usage{1, 2, 3, 4, 5}}, {18, "helper", std::nullopt}};
    m.block_ticks = {1, 2, std::uint64_t{1} << 63};
    m.figures["send_p50_ns"] = 0.1;
    for (std::int64_t ns : {1, 100, 1'000, 123'456'789})
        report.latencies.record(ns);
    report.latencies_in_order = {1, 2.5};
    report.notes["sndbuf"] = -1;
    return report;
}

TEST(protocol, everything_comes_back_as_it_was) {
    const std::string task = encode(full_job());
    EXPECT_EQ(encode(decode_job(task)), task);
    const std::string report = encode(full_report());
    EXPECT_EQ(encode(decode_report(report)), report);
    EXPECT_EQ(decode_report(report).latencies.buckets(), full_report().latencies.buckets());
}

std::string refusal_of(const char* frame) {
    try {
        decode_job(frame);
    } catch (const protocol_mismatch& e) {
        return e.what();
    }
    return {};
}

TEST(protocol, another_version_is_refused_with_the_remedy) {
    EXPECT_EQ(refusal_of(R"({"protocol": {"name": "ipcmark.worker", "version": 2}, "job": {}})"),
              "the parent speaks ipcmark.worker 2 where ipcmark.worker 1 is spoken: let both be of "
              "the same version of ipcmark");
    EXPECT_NE(refusal_of(R"({"protocol": {"name": "other", "version": 1}, "job": {}})"), "");
    EXPECT_NE(refusal_of(R"({"cell": {"mechanism": "pipe"}})"), "");
    EXPECT_NE(refusal_of(R"([1, 2])"), "");
    EXPECT_THROW(decode_job(R"({"protocol": {"name": "ipcmark.worker", "version": 1}})"),
                 bad_field);
}

TEST(protocol, a_position_outside_of_the_parties_is_refused) {
    EXPECT_THROW(decode_job(R"({"protocol": {"name": "ipcmark.worker", "version": 1},
                                "job": {"position": 2}})"),
                 bad_field);
}

/// An exception of the kinds that the protocol promises, or none; anything else ends the test.
template <class Decode>
void survives(Decode decode, const std::string& text) {
    try {
        decode(text);
    } catch (const protocol_mismatch&) {
    } catch (const malformed_json&) {
    } catch (const bad_field&) {
    }
}

template <class Decode>
void survives_damage(Decode decode, const std::string& whole) {
    for (std::size_t length = 0; length < whole.size(); ++length)
        survives(decode, whole.substr(0, length));
    std::mt19937_64 random{7};
    constexpr std::string_view likely = "\"{}[]:,-0919eE.tn\\u \xff";
    for (int i = 0; i < 3'000; ++i) {
        std::string damaged = whole;
        for (std::uint64_t changes = 1 + random() % 4; changes > 0; --changes)
            damaged[random() % damaged.size()] = likely[random() % likely.size()];
        survives(decode, damaged);
    }
}

TEST(protocol, damaged_frames_are_refused_or_understood_and_nothing_else) {
    survives_damage([](const std::string& text) { return decode_job(text); }, encode(full_job()));
    survives_damage([](const std::string& text) { return decode_report(text); },
                    encode(full_report()));
}

class frame_test : public testing::Test {
protected:
    frame_test() {
        int ends[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        here.reset(ends[0]);
        there.reset(ends[1]);
    }
    void write(const std::string& bytes) {
        write_exact(here.get(), std::as_bytes(std::span(bytes)));
    }
    unique_fd here;
    unique_fd there;
    std::string got;
};

TEST_F(frame_test, frames_keep_their_boundaries) {
    send_frame(here.get(), "first");
    send_frame(here.get(), "");
    EXPECT_TRUE(receive_frame(there.get(), got));
    EXPECT_EQ(got, "first");
    EXPECT_TRUE(receive_frame(there.get(), got));
    EXPECT_EQ(got, "");
    here.reset();
    EXPECT_FALSE(receive_frame(there.get(), got));
}

TEST_F(frame_test, one_that_ends_early_is_refused) {
    write(std::string("\x05\0\0\0four", 8));
    here.reset();
    EXPECT_THROW(receive_frame(there.get(), got), peer_gone);
}

TEST_F(frame_test, a_length_that_ends_early_is_refused) {
    write("\x05");
    here.reset();
    EXPECT_THROW(receive_frame(there.get(), got), peer_gone);
}

TEST_F(frame_test, a_length_beyond_64_mib_is_refused) {
    write("\x01\x02\x03\x7f");
    EXPECT_THROW(receive_frame(there.get(), got), peer_gone);
}

}  // namespace
}  // namespace ipcmark
