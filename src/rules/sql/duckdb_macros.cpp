#include <array>

#include "sql/duckdb.h"

namespace tagsmith::sql {
namespace {

// DuckDB's casts take more than SEMANTICS 5, 6 and 14 do ('12_3', '0x1A', '2025-2-3', '24:00:00'),
// so a regular expression over the whole text decides before anything is cast.

constexpr std::string_view kNumber = R"sql(
-- The number in a text as a text that sorts as the number does; NULL where there is none. It is the
-- sign ('-' < '0' < 'p'), the place of the first digit, the digits without zeros at either end:
-- '18.50' gives 'p52185'. For a negative number place and digits count backwards.
CREATE OR REPLACE MACRO tagsmith_number(cell) AS
  list_transform(
    [regexp_extract(
      cell,
      '^[ \t\n\v\f\r]*([+-]?)([0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE]([+-]?[0-9]{1,4}))?[ \t\n\v\f\r]*$',
      ['sign', 'digits', 'exponent'])],
    lambda written: list_transform(
      [ltrim(replace(written.digits, '.', ''), '0')],
      lambda rest: list_transform(
        [{'place': strpos(written.digits || '.', '.') - 1
                   - length(replace(written.digits, '.', '')) + length(rest)
                   + coalesce(TRY_CAST(written.exponent AS INTEGER), 0),
          'digits': rtrim(rest, '0')}],
        lambda number: CASE
          WHEN written.digits = '' OR length(number.digits) > 38 THEN NULL
          WHEN number.digits = '' THEN '0'
          WHEN number.place NOT BETWEEN -37 AND 38 THEN NULL
          WHEN written.sign = '-' THEN
            '-' || (50 - number.place) || translate(number.digits, '0123456789', '9876543210') || '~'
          ELSE 'p' || (50 + number.place) || number.digits
        END)[1])[1])[1])sql";

constexpr std::string_view kDouble = R"sql(
-- The number in a text as the nearest double; NULL where there is none.
CREATE OR REPLACE MACRO tagsmith_double(cell) AS
  CASE WHEN tagsmith_number(cell) IS NOT NULL THEN TRY_CAST(cell AS DOUBLE) END)sql";

constexpr std::string_view kWideInteger = R"sql(
-- An integer of any width as a decimal; NULL where it has more than 38 digits. A bare TRY_CAST
-- would not do: DuckDB takes it away from a comparison with a constant.
CREATE OR REPLACE MACRO tagsmith_wide_integer(cell) AS
  CASE WHEN TRY_CAST(cell AS DECIMAL(38,0)) IS NOT NULL
       THEN TRY_CAST(cell AS DECIMAL(38,0)) END)sql";

constexpr std::string_view kMoment = R"sql(
-- The day in a text, with its time if there is one; empty where there is none. That the calendar
-- has the day is left to the cast.
CREATE OR REPLACE MACRO tagsmith_moment(cell) AS
  regexp_extract(
    cell,
    '^[ \t\n\v\f\r]*'
    || '((?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-[0-9]{2}-[0-9]{2}'
    || '(?:[ T](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?)?)'
    || '[ \t\n\v\f\r]*$',
    1))sql";

constexpr std::string_view kDay = R"sql(
-- The day in a text; NULL where there is none.
CREATE OR REPLACE MACRO tagsmith_day(cell) AS
  TRY_CAST(left(tagsmith_moment(cell), 10) AS DATE))sql";

constexpr std::string_view kTime = R"sql(
-- The point in time in a text, midnight for a day; NULL where there is none.
CREATE OR REPLACE MACRO tagsmith_time(cell) AS
  TRY_CAST(tagsmith_moment(cell) AS TIMESTAMP))sql";

constexpr std::string_view kFinite = R"sql(
-- A day or a point in time; NULL for an infinite one. The lowest number of all, below -infinity, is
-- finite to DuckDB's isfinite().
CREATE OR REPLACE MACRO tagsmith_finite(cell) AS
  CASE WHEN cell > '-infinity' AND cell < 'infinity' THEN cell END)sql";

constexpr std::string_view kMidnight = R"sql(
-- The midnight that a day begins with. Days beyond the reach of TIMESTAMP come before or after all
-- points in time.
CREATE OR REPLACE MACRO tagsmith_midnight(day) AS
  coalesce(
    TRY_CAST(day AS TIMESTAMP),
    CASE WHEN day > DATE '1970-01-01' THEN TIMESTAMP 'infinity'
         WHEN day < DATE '1970-01-01' THEN TIMESTAMP '-infinity' END))sql";

constexpr std::string_view kBooleanOf = R"sql(
-- What a word in lower case means; NULL for other words.
CREATE OR REPLACE MACRO tagsmith_boolean_of(word) AS
  CASE
    WHEN word IN ('true', 't', 'yes', 'y', '1') THEN TRUE
    WHEN word IN ('false', 'f', 'no', 'n', '0') THEN FALSE
  END)sql";

constexpr std::string_view kBoolean = R"sql(
-- The boolean in a text; NULL where there is none.
CREATE OR REPLACE MACRO tagsmith_boolean(cell) AS
  tagsmith_boolean_of(
    lower(regexp_extract(cell, '^[ \t\n\v\f\r]*([A-Za-z01]+)[ \t\n\v\f\r]*$', 1))))sql";

constexpr std::string_view kHasAny = R"sql(
-- Whether a list holds one of some texts; NULL for a null list, and where only a null in the list
-- could be one of them.
CREATE OR REPLACE MACRO tagsmith_has_any(cell, texts) AS
  list_has_any(cell, texts) OR nullif(len(cell) > list_count(cell), TRUE))sql";

constexpr std::string_view kHasAll = R"sql(
-- Whether a list holds all of some texts; NULL for a null list, and where nulls in the list could
-- be those that are missing.
CREATE OR REPLACE MACRO tagsmith_has_all(cell, texts) AS
  list_has_all(cell, texts) OR nullif(len(cell) > list_count(cell), TRUE))sql";

// The literals start on a line of their own, which is no part of the statement.
constexpr Macro macro(std::string_view name, std::string_view literal) {
  return {.name = name, .statement = literal.substr(1)};
}

constexpr std::array kMacros = {
    macro("tagsmith_number", kNumber),
    macro("tagsmith_double", kDouble),
    macro("tagsmith_wide_integer", kWideInteger),
    macro("tagsmith_moment", kMoment),
    macro("tagsmith_day", kDay),
    macro("tagsmith_time", kTime),
    macro("tagsmith_finite", kFinite),
    macro("tagsmith_midnight", kMidnight),
    macro("tagsmith_boolean_of", kBooleanOf),
    macro("tagsmith_boolean", kBoolean),
    macro("tagsmith_has_any", kHasAny),
    macro("tagsmith_has_all", kHasAll),
};

}  // namespace

std::span<const Macro> duckdb_macros() { return kMacros; }

}  // namespace tagsmith::sql
