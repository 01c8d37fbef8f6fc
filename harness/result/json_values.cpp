#include "harness/result/json_values.hpp"

#include <string>

#include "harness/stats/order.hpp"

namespace ipcmark {

nlohmann::ordered_json summary_block(const std::vector<double>& values, std::string_view of,
                                     std::string_view unit, std::string_view better,
                                     std::string_view source) {
    const auto s = summarise(values);
    if (!s) return nullptr;
    return {{"n", s->n},
            {"median", s->median},
            {"low", or_null(s->low)},
            {"high", or_null(s->high)},
            {"min", s->min},
            {"max", s->max},
            {"level", or_null(s->coverage)},
            {"method",
             (s->low ? "order statistics over " : "indicative: fewer than 6 ") + std::string(of)},
            {"unit", unit},
            {"better", better},
            {"source", source}};
}

}  // namespace ipcmark
