#include "harness/worker/protocol.hpp"

#include <span>
#include <string_view>
#include <utility>

#include "harness/base/fields.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/io.hpp"

namespace ipcmark {

namespace {

std::string first_frame(std::string_view kind, tree content,
                        const worker_protocol& spoken = worker_protocol{}) {
    tree::members frame;
    frame.emplace_back("protocol", to_tree(spoken));
    frame.emplace_back(kind, std::move(content));
    return json_text(std::move(frame));
}

std::string text_of(const worker_protocol& known) {
    return known.name + ' ' + std::to_string(known.version);
}

void check_protocol(const tree& frame, const std::string& sender) {
    const worker_protocol ours;
    const tree* told = frame.find("protocol");
    const worker_protocol theirs = told == nullptr ? worker_protocol{"an unnamed protocol", 0}
                                                   : from_tree<worker_protocol>(*told);
    if (theirs == ours) return;
    throw protocol_mismatch(sender + " speaks " + text_of(theirs) + " where " + text_of(ours) +
                            " is spoken: let both be of the same version of ipcmark");
}

tree content_of(const std::string& text, const char* kind, const std::string& sender) {
    const tree frame = parse_json(text);
    check_protocol(frame, sender);
    const tree* content = frame.find(kind);
    if (content == nullptr)
        throw bad_field("/" + std::string(kind), "it is missing from the first frame");
    return *content;
}

/// As builds tell it that know one broker by its process alone.
void read_older_service(const tree& content, job& task) {
    const tree* pid = content.find("auxiliary_pid");
    if (pid == nullptr || !task.service_pids.empty()) return;
    const int one = from_tree<int>(*pid);
    if (one != 0) task.service_pids.push_back(one);
}

void read_older_service(const tree& content, measurement& measured) {
    const tree* fields = content.find("measured");
    if (fields == nullptr || !measured.services.empty()) return;
    const tree* used = fields->find("auxiliary");
    if (used != nullptr && !used->is_null())
        measured.services.push_back({0, "", from_tree<process_usage>(*used)});
    if (const tree* events = fields->find("auxiliary_events"))
        measured.service_events = from_tree<perf_counts>(*events);
}

}  // namespace

std::string encode(const job& task, unsigned version) {
    return first_frame("job", to_tree(task), {.version = version});
}

job decode_job(const std::string& text) {
    const tree content = content_of(text, "job", "the parent");
    job task = from_tree<job>(content);
    read_older_service(content, task);
    if (task.position >= task.parties.size())
        throw bad_field("/position",
                        "it is none of the " + std::to_string(task.parties.size()) + " parties");
    return task;
}

std::string encode(const heartbeat& beat) {
    return first_frame("heartbeat", to_tree(beat));
}

std::optional<heartbeat> decode_heartbeat(const std::string& text) {
    const tree frame = parse_json(text);
    if (!frame.contains("heartbeat")) return std::nullopt;
    check_protocol(frame, "the worker");
    return from_tree<heartbeat>(frame.at("heartbeat"));
}

std::string encode(const worker_report& report) {
    return first_frame("report", to_tree(report));
}

worker_report decode_report(const std::string& text) {
    const tree content = content_of(text, "report", "the worker");
    worker_report report = from_tree<worker_report>(content);
    read_older_service(content, report.measured);
    return report;
}

void send_frame(int fd, const std::string& text) {
    const auto length = static_cast<std::uint32_t>(text.size());
    write_exact(fd, std::as_bytes(std::span(&length, 1)));
    write_exact(fd, std::as_bytes(std::span(text)));
}

void send_heartbeat(int fd, const heartbeat& beat) noexcept {
    try {
        send_frame(fd, encode(beat));
    } catch (const std::exception&) {
        return;
    }
}

bool receive_frame(int fd, std::string& text) {
    constexpr std::uint32_t frame_limit_bytes = 64u << 20;
    std::uint32_t length = 0;
    if (!read_exact(fd, std::as_writable_bytes(std::span(&length, 1)))) return false;
    if (length > frame_limit_bytes) throw peer_gone("a worker sent a frame beyond 64 MiB");
    text.resize(length);
    if (length > 0 && !read_exact(fd, std::as_writable_bytes(std::span(text))))
        throw peer_gone("a worker ended inside its report");
    return true;
}

}  // namespace ipcmark
