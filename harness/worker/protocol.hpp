#pragma once

#include <string>

#include "harness/result/report.hpp"
#include "harness/worker/job.hpp"

/// How jobs and reports look on the control socket: a four-byte length, then JSON.
namespace ipcmark {

std::string encode(const job& task);
job decode_job(const std::string& text);  // throws nlohmann::json::exception

std::string encode(const worker_report& report);
worker_report decode_report(const std::string& text);

void send_frame(int fd, const std::string& text);
/// false: the other side closed without a frame. Throws when it closes inside one.
bool receive_frame(int fd, std::string& text);

}  // namespace ipcmark
