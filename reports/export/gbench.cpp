#include "harness/base/json_text.hpp"
#include "harness/result/result_file.hpp"
#include "reports/export/export_format.hpp"

namespace ipcmark {

namespace {

/// Whether an entry is the median of its cell: the one figure that stands for it.
bool is_median(const tree& entry) {
    const tree* name = entry.find("aggregate_name");
    return name != nullptr && name->is_text() && name->as_text() == "median";
}

}  // namespace

std::string export_gbench(const view_model& model) {
    const tree document = to_tree(model.results.front().result);
    tree::list benchmarks;
    for (const tree& each : document.at("benchmarks").elements()) {
        if (!is_median(each)) continue;
        tree entry = each;
        entry["name"] = each.at("run_name");
        entry["run_type"] = "iteration";
        entry["repetitions"] = 1;
        entry["repetition_index"] = 0;
        entry.erase("aggregate_name");
        entry.erase("aggregate_unit");
        benchmarks.push_back(std::move(entry));
    }
    return json_text({{"context", document.at("context")}, {"benchmarks", benchmarks}}, 1) + "\n";
}

}  // namespace ipcmark
