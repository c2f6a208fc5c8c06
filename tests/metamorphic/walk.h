#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model.h"
#include "shop.h"
#include "world.h"

namespace tagsmith::metamorphic {

/// How often something happened, by name.
using Counts = std::map<std::string, std::uint64_t>;

/// A walk: what happens to a project and its store, step by step, beside the model of it. A step
/// is drawn from a number of its own, so that steps may be left out to find what matters.
class Walk {
 public:
  Walk(std::uint64_t seed, Counts& counts);

  /// Nothing, or how store and model disagree.
  std::optional<std::string> step(std::uint64_t seed);

  /// What happened, a line a step.
  [[nodiscard]] const std::vector<std::string>& log() const { return log_; }

  [[nodiscard]] const World& world() const { return world_; }
  [[nodiscard]] Shop& shop() { return shop_; }

 private:
  using Found = std::optional<std::string>;  // a disagreement

  void change_cells(Dice& dice);
  void change_users(Dice& dice);
  void change_rules(Dice& dice);
  void change_settings(Dice& dice);
  Found edit(Dice& dice);
  Found run(Dice& dice);
  Found run_with_fault(const run::Request& request, const run::Consent& consent,
                       const Expected& expected, Dice& dice);
  Found after_fault(const run::Request& request, const run::Consent& consent, Expected expected,
                    Dice& dice);
  Found abandon(Dice& dice);
  void follow(const run::RunRecord& record, const Expected& expected);
  run::Request request(Dice& dice);

  Found check_refusal(const base::Error& error, const Expected& expected);
  Found check_plan(const run::PlanOutcome& outcome, const Expected& expected) const;
  Found check_done(const Shop::Run& done, const Expected& expected);
  Found check_again(const run::Request& request, const run::Consent& consent);
  Found check_store();
  void tell(const std::string& what) { log_.back() += "; " + what; }
  void count(const std::string& what) { ++counts_[what]; }
  void count_transitions(const std::map<std::string, ModelRow>& before, size_t feed_before);

  World world_;
  std::vector<std::vector<Table>> past_tables_;
  std::map<std::int32_t, std::vector<std::vector<catalog::TagRule>>> past_rules_;
  Model model_;
  Shop shop_;
  Counts& counts_;
  std::vector<std::string> log_;
  size_t feed_checked_ = 0;
  bool is_planned_ = false;  // the model knows the plan of the newest run
};

}  // namespace tagsmith::metamorphic
