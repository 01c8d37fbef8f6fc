#include "harness/result/ab_result.hpp"

#include "harness/result/result_file.hpp"

namespace ipcmark {

namespace {

/// All but the two results, which have a door of their own.
struct ab_frame {
    bool complete = true;
    std::optional<std::string> incomplete_reason;
    std::vector<variant_info> variants;
    bool same = false;
    ab_rule rule;
    std::vector<ab_pair> pairs;
    std::vector<control_series> controls;
};

template <class Visitor>
void visit_fields(Visitor& visit, ab_frame& f) {
    visit("complete", f.complete);
    visit.when_there("incomplete_reason", f.incomplete_reason);
    visit("variants", f.variants);
    visit("same", f.same);
    visit("rule", f.rule);
    visit("pairs", f.pairs);
    visit("controls", f.controls);
}

}  // namespace

tree ab_frame_to_tree(const ab_result& of) {
    return detail::written(ab_frame{of.complete,
                                    of.incomplete_reason,
                                    {of.variants.begin(), of.variants.end()},
                                    of.same,
                                    of.rule,
                                    of.pairs,
                                    of.controls});
}

ab_result ab_frame_from_tree(const tree& document) {
    auto frame = from_tree<ab_frame>(document);
    if (frame.variants.size() != 2) throw bad_field("/variants", "two are wanted");
    ab_result of;
    of.complete = frame.complete;
    of.incomplete_reason = std::move(frame.incomplete_reason);
    of.variants = {std::move(frame.variants[0]), std::move(frame.variants[1])};
    of.same = frame.same;
    of.rule = std::move(frame.rule);
    of.pairs = std::move(frame.pairs);
    of.controls = std::move(frame.controls);
    return of;
}

tree to_tree(const ab_result& of) {
    tree document{{"schema", {{"name", ab_schema_name}, {"version", "1.0"}}}};
    document.update(ab_frame_to_tree(of));
    tree results = tree::array();
    for (const run_result& each : of.results)
        results.push_back(to_tree(each));
    document["results"] = std::move(results);
    if (!of.confirmation.empty()) document["confirmation"] = to_tree(of.confirmation.front());
    return document;
}

ab_result ab_result_from_tree(const tree& document) {
    ab_result of = ab_frame_from_tree(document);
    const tree* results = document.find("results");
    if (results == nullptr || !results->is_list() || results->size() != 2)
        throw bad_field("/results", "two are wanted");
    for (std::size_t i = 0; i < of.results.size(); ++i)
        of.results[i] = run_result_from_tree(results->elements()[i]);
    if (const tree* again = document.find("confirmation"))
        of.confirmation.push_back(ab_result_from_tree(*again));
    return of;
}

}  // namespace ipcmark
