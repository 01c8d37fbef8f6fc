#pragma once

#include <string_view>

/// Files that CMake builds into the binary.
namespace ipcmark {

/// reports/web's page; empty when it was built without npm (why_no_page says what to install).
std::string_view page_template();
std::string_view why_no_page();

std::string_view result_schema_text();
std::string_view plan_schema_text();
std::string_view ab_schema_text();
std::string_view comparison_schema_text();
std::string_view design_schema_text();
std::string_view external_schema_text();

}  // namespace ipcmark
