#include "harness/run/external_usage.hpp"

#include <fmt/format.h>

#include "harness/base/json_text.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/base/process_stat.hpp"
#include "harness/worker/counters/process_usage.hpp"

namespace ipcmark {

std::optional<external_usage> read_external_usage(pid_t pid) {
    const auto used = read_process_usage(pid);
    const auto stat =
        process_stat::parse(read_text(fmt::format("/proc/{}/stat", pid)).value_or(""));
    if (!used || !stat) return std::nullopt;
    const auto field = [&stat](auto which) { return stat->field(which).value_or(0); };
    return external_usage{*used, field(process_stat::user_ticks), field(process_stat::system_ticks),
                          field(process_stat::minor_faults), field(process_stat::major_faults)};
}

usage consumed_between(const external_usage& before, const external_usage& after) {
    const process_usage used = after.used - before.used;
    const std::int64_t user = after.user_ticks - before.user_ticks;
    const std::int64_t system = after.system_ticks - before.system_ticks;
    const double share =
        user + system > 0 ? static_cast<double>(user) / static_cast<double>(user + system) : 1.0;
    usage consumed;
    consumed.user_ns = static_cast<std::int64_t>(static_cast<double>(used.cpu_ns) * share);
    consumed.system_ns = used.cpu_ns - consumed.user_ns;
    consumed.voluntary_switches = used.voluntary_switches;
    consumed.involuntary_switches = used.involuntary_switches;
    consumed.minor_faults = after.minor_faults - before.minor_faults;
    consumed.major_faults = after.major_faults - before.major_faults;
    return consumed;
}

bool tells_usage(const std::string& report_text) {
    const tree frame = parse_json(report_text);
    const tree* report = frame.find("report");
    const tree* measured = report == nullptr ? nullptr : report->find("measured");
    const tree* told = measured == nullptr ? nullptr : measured->find("usage");
    return told != nullptr && !told->is_null();
}

}  // namespace ipcmark
