#pragma once

#include <cstdint>
#include <string>

namespace ipcmark {

inline constexpr std::int64_t ns_per_ms = 1'000'000;

/// Three significant digits with an SI prefix: "412 ns", "9.31 us", "1.20 ms".
std::string time_text(double ns);
/// "4.12 GB/s"
std::string bandwidth_text(double bytes_per_second);
/// "3.14 MB"
std::string bytes_text(double bytes);
/// "2.41 M/s"
std::string rate_text(double per_second);
/// "2.00", "0.0012": three significant digits, two below 0.01; no unit.
std::string number_text(double value);

/// "12.5 %"
std::string share_text(double share);

}  // namespace ipcmark
