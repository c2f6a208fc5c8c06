#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "run/planner.h"
#include "world.h"

namespace tagsmith::metamorphic {

/// Users of one transaction of a publish.
inline constexpr size_t kUsersOfAChunk = 3;

/// A membership as the store shall keep it.
struct Member {
  std::string value = "null";
  std::string reason;
  bool by_rule = false;
  bool by_grant = false;
  std::string actor;
  Micros hit_time = 0;
  int rule_version = 0;
  std::optional<Micros> expires_at;

  [[nodiscard]] std::string json() const;
  bool operator==(const Member&) const = default;
};

struct ModelRow {
  std::map<std::int32_t, Member> tags;
  Micros created = 0;
  Micros updated = 0;
};

/// A row of the feed; its number is its place.
struct FeedLine {
  std::int64_t run = 0;
  char kind = 'e';  // entered, left, published, abandoned
  std::string user;
  std::int32_t tag = 0;
  std::string detail;
  Micros time = 0;

  bool operator==(const FeedLine&) const = default;
};

struct ModelEdit {
  std::string actor;
  std::string reason;
  Micros made_at = 0;
  std::optional<Micros> expires_at;

  bool operator==(const ModelEdit&) const = default;
};

struct ModelTagState {
  std::int64_t last_run = 0;
  std::int32_t last_as_of = 0;
  int last_version = 0;
  bool is_stale = false;

  bool operator==(const ModelTagState&) const = default;
};

/// What a run is expected to do.
struct Expected {
  std::string refusal;  // the symbol of the error; the rest is empty then
  run::Request request;
  std::map<std::int32_t, int> versions;  // of T, also of tags that a guard holds
  struct Version {
    std::string text;
    std::optional<int> grant_days;
    bool operator==(const Version&) const = default;
  };
  std::map<std::int32_t, Version> new_versions;

  std::set<std::string> run_trips;  // not accepted: nothing is written
  std::set<std::string> to_accept;
  struct Held {
    run::HeldTag::Cause cause;
    std::set<std::string> trips;
    bool operator==(const Held&) const = default;
  };
  std::map<std::int32_t, Held> held;

  /// Users whose rows will differ, and what the rules say of them.
  struct User {
    bool in_input = true;
    std::map<std::int32_t, Member> found;  // with the evidence where it was not stored
  };
  std::map<std::string, User> changed;
  std::set<std::int32_t> scope;  // T without what is held
  struct Counts {
    std::uint64_t before = 0, entered = 0, left = 0, left_by_hand = 0;
    bool operator==(const Counts&) const = default;
  };
  std::map<std::int32_t, Counts> counts;  // of scope
  std::uint64_t users = 0, gone = 0;
  std::vector<std::string> unknown_users;

  struct LastGood {
    std::map<std::string, std::uint64_t> rows;
    bool reads_income = false;
  };
  LastGood seen;
};

/// A run whose plan is stored, and how far it came.
struct Pending {
  Expected expected;
  std::uint64_t chunks = 0;
  std::map<std::string, Expected::User>::const_iterator next;
  // What the run wrote: as it was and as it became; nothing: no member.
  struct Written {
    std::optional<Member> before;
    std::optional<Member> after;
    size_t feed_rows = 0;  // when it was written
  };
  std::map<std::pair<std::string, std::int32_t>, Written> written;
};

/// What a store shall hold, told as plainly as can be from SEMANTICS and PROTOCOLS 1.
class Model {
 public:
  using EditKey = std::tuple<std::string, std::int32_t, bool>;  // user, tag, is a block

  // --- what it holds; compared with the store
  std::map<std::string, ModelRow> rows;
  std::vector<FeedLine> feed;
  std::map<EditKey, ModelEdit> edits;
  std::map<std::int32_t, ModelTagState> states;
  std::map<std::int32_t, std::vector<Expected::Version>> versions;
  std::int64_t last_run = 0;

  // --- what happens to it
  [[nodiscard]] Expected plan(const World& world, const run::Request& request,
                              const run::Consent& consent) const;

  /// All trips of the request, whether or not they are accepted.
  [[nodiscard]] std::vector<std::string> trips(const World& world,
                                               const run::Request& request) const;

  void begin() { ++last_run; }
  void store_plan(const Expected& expected);
  /// Up to so many chunks are published.
  void publish_until(std::uint64_t chunks);
  void publish_all();
  void finish();
  void abandon(Micros now);

  struct EditStep {
    EditKey key;
    std::optional<ModelEdit> edit;  // nothing: taken away
  };
  void edit(const std::vector<EditStep>& steps, Micros now);

 private:
  [[nodiscard]] const ModelEdit* holding(const std::string& user, std::int32_t tag, bool block,
                                         Micros now) const;
  [[nodiscard]] std::optional<Member> member(const std::string& user, std::int32_t tag) const;
  [[nodiscard]] std::optional<Member> decide(const std::string& user, std::int32_t tag,
                                             const std::optional<Member>& stored,
                                             const Member* found, Micros now) const;
  void write(const std::string& user, const std::map<std::int32_t, std::optional<Member>>& tags,
             std::int64_t run, Micros now);

  std::optional<Pending> pending_;
  std::optional<Expected::LastGood> last_good_;
};

}  // namespace tagsmith::metamorphic
