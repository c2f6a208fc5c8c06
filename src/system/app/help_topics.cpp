#include "app/help_topics.h"

#include <array>

namespace tagsmith::app {
namespace {

constexpr std::string_view kRules =
    R"help(A rule is a condition on the columns of the tables. A user for whom it is true
carries the tag.

    level in ('VIP2', 'VIP3')
    age between 18 and 40 and not (city = 'Rome' or city is null)
    income > spent                            -- column against column
    contains(city, 'Ro') or starts_with(city, 'N')
    has_any(coins, ('BTC', 'ETH'))            -- of a list; has_all, has_none
    number(score) >= 9.5                      -- a text column; day, time, bool
    users.age >= 18                           -- where two tables have an age
    has_tag('vip') and is_new = true          -- asks for another tag

not binds tighter than and, and tighter than or. Texts stand in 'single quotes',
odd names in "double quotes". The same rules can be written as JSON:

  {"logic": "AND", "conditions": [
    {"field": "level", "operator": "in", "value": ["VIP2", "VIP3"]},
    {"field": "age", "operator": "in_range", "value": [18, 40]}]}

A rule is understood whole or refused whole. tagsmith eval tries a rule file on
tables without a project; docs/reference/semantics.md is the specification.
)help";

constexpr std::string_view kDates =
    R"help(The literal decides the grain: a day means the whole day, a time that moment.

    last_login = '2025-11-22'                 -- at any time of that day
    last_login = '2025-11-22 09:30'           -- at that moment
    last_login > '2025-11-21'                 -- after the end of that day
    last_login <= '2025-11-22'                -- until the end of that day
    joined between '2025-01-01' and '2025-01-31'

Relative days count from the as-of day (--as-of), never from the clock. They
have no upper bound: a day after the as-of day matches the first of these.

    joined >= today() - 30 days
    joined between today() - 30 days and today()
    joined <= today() - 365 days

A text column is read as days or as times:

    day(birthday) < '2000-01-01'
    time(birthday) >= '1990-01-01 00:00'

Columns with a zone become local time: zone in tagsmith.yaml, --zone for eval.
)help";

constexpr std::string_view kNulls =
    R"help(A condition is true, false or unknown. It is unknown where a cell is null or
cannot be read in the type of the condition. A tag is given on true alone, so a
rule and its opposite do not make everybody. For a user whose age is null:

    age >= 18                                 -- unknown
    age < 18                                  -- unknown
    not age >= 18                             -- unknown
    age != 18                                 -- unknown
    age not in (18, 19)                       -- unknown
    age >= 18 and level = 'none'              -- false: a part is false
    age >= 18 or level = 'VIP2'               -- true: a part is true
    age is null                               -- true
    age is null or age != 18                  -- true: says that null counts

A user without a row in a table has nulls in its columns. has_tag, is null and
is not null are never unknown. All of it: docs/reference/truth-tables.md.

  tagsmith why u17 vip
)help";

constexpr std::string_view kTables =
    R"help(A table has a column of user ids, user_id unless --key or key: says another, and
at most one row a user. It is Parquet, CSV, TSV, JSON lines, or one SELECT.

A folder is a database: DATA/users/dt=2025-11-22/*.parquet is the partition of a
day of the table users, DATA/shop/orders/*.parquet the table shop.orders.

  tagsmith generate --users 100 --out warehouse
  tagsmith columns warehouse/v1
  tagsmith columns --table users=users.csv
  tagsmith columns --table "spent=select user_id, sum(income) as sum
      from 'users.csv' group by 1"

--dt chooses the partition; one that is missing is an error, never "no users".
A line that does not fit, an id that is there twice and a file that cannot be
read end the run. In a project the tables are the datasets of tagsmith.yaml.
)help";

constexpr std::string_view kGuards =
    R"help(A guard looks at a plan before it is published, and holds what looks wrong:

  input_rows:TABLE    a table has far fewer rows            the whole run
  null_keys:TABLE     many of its rows have no user id      the whole run
  gone                many users are in no table any more   the whole run
  unreadable:T.C      many cells of a column are no values  the whole run
  to_zero:TAG         a tag would lose all its members      the tag
  lost:TAG            ... or many of them                   the tag
  gained:TAG          ... or gain very many                 the tag
  rule_changed:TAG    its rule is another than last time    the tag

What is held keeps its members; the rest is published, and the exit code is 3.
The message ends with what lets it pass, if it is right:

  tagsmith plan
  tagsmith run --accept rule_changed:vip --accept lost:vip

Limits stand under guards: in tagsmith.yaml; docs/reference/runs.md has all.
)help";

constexpr std::string_view kExitCodes = R"help(  0    done; of help and completion too
  1    the world failed: files, memory, the store, who else holds it.
       For tagsmith test: a test failed
  2    the input was refused, and nothing was written
  3    something was held back by a guard or a refused rule, the rest is
       published; for tagsmith health: something is held or unfinished
  130  interrupted; the same command goes on

Results are on stdout, everything else on stderr. In a script:

  tagsmith run --quiet --json

With --json every error is one line of JSON: code, path, message, hint. So are,
without it, those of rules and data in eval, plan and run; but on a terminal
plan and run print text: place, code, message, hint.
)help";

constexpr std::string_view kProject = R"help(A project is a folder that a team keeps in git:

  tagsmith.yaml    tables, store, guards
  tags/*.yaml      tags and their rules
  tests/*.yaml     users, and the tags that they must get

tagsmith.yaml:

  project: shop
  datasets:
    users: { path: users.csv }
  store: sqlite:tags.db

tags/value.yaml:

  tags:
    - { id: 1, code: vip, when: "level in ('VIP2', 'VIP3')" }

From writing a rule to publishing it:

  tagsmith validate
  tagsmith test
  tagsmith plan
  tagsmith run
)help";

constexpr std::array kTopics = {
    HelpTopic{"rules", "how conditions are written", kRules},
    HelpTopic{"dates", "days, times, and days that count from the as-of day", kDates},
    HelpTopic{"nulls", "what is unknown, and what follows", kNulls},
    HelpTopic{"tables", "where users and their columns come from", kTables},
    HelpTopic{"guards", "what holds back a run or a tag", kGuards},
    HelpTopic{"exit-codes", "what a command ends with, and what stderr says", kExitCodes},
    HelpTopic{"project", "the files of a project", kProject}};

}  // namespace

std::span<const HelpTopic> help_topics() { return kTopics; }

}  // namespace tagsmith::app
