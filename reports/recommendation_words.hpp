#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/recommendation_report.hpp"

/// The words of recommendations, shared by the writers.
namespace ipcmark {

/// "a, b and c"
std::string with_commas(const std::vector<std::string>& words, std::string_view last = " and ");

/// "20.1 us \u00b13 %", "-" where there is none.
std::string verdict_figure(const requirement_verdict& verdict);

/// "meets all", "not proven"
std::string fit_text(fit how);

}  // namespace ipcmark
