#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include "harness/result/report.hpp"
#include "harness/worker/job.hpp"

/// How jobs and reports look on the control socket: a four-byte length, then JSON. PROTOCOL.md has
/// it for those who write a worker in another language.
namespace ipcmark {

/// Stands in the first frame each way. A field more or less leaves the version as it is: what is
/// missing has its default, what is unknown is passed over. What would be misunderstood raises it.
struct worker_protocol {
    std::string name = "ipcmark.worker";
    unsigned version = 1;

    friend bool operator==(const worker_protocol&, const worker_protocol&) = default;
};

template <class Visitor>
void visit_fields(Visitor& visit, worker_protocol& p) {
    visit("name", p.name);
    visit("version", p.version);
}

/// The other side speaks another version.
class protocol_mismatch : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// `version`: tests of workers speak another one.
std::string encode(const job& task, unsigned version = worker_protocol().version);
/// Throws protocol_mismatch, malformed_json, or bad_field.
job decode_job(const std::string& text);

/// How far a worker is, of one whose channel has no shared memory: told on entering a stage.
struct heartbeat {
    stage at = stage::starting;
    std::uint64_t messages = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, heartbeat& h) {
    visit("stage", h.at);
    visit("messages", h.messages);
}

std::string encode(const heartbeat& beat);
/// nullopt: the frame is none. Throws protocol_mismatch, malformed_json, or bad_field.
std::optional<heartbeat> decode_heartbeat(const std::string& text);

std::string encode(const worker_report& report);
/// Throws protocol_mismatch, malformed_json, or bad_field.
worker_report decode_report(const std::string& text);

/// Blocks until everything is written. Throws call_failed.
void send_frame(int fd, const std::string& text);
/// A parent that does not listen shows in the report: nothing is thrown.
void send_heartbeat(int fd, const heartbeat& beat) noexcept;
/// Blocks for one frame of at most 64 MiB. false: the other side closed without one. Throws
/// peer_gone when it closes inside one, or claims a longer one.
bool receive_frame(int fd, std::string& text);

}  // namespace ipcmark
