#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/exit_code.h"
#include "app/inputs.h"
#include "app/terminal.h"

namespace tagsmith::app {
namespace {

using base::ErrorCode;
using testing::HasSubstr;

TEST(ExitCode, TellsTheInputFromTheWorld) {
  EXPECT_EQ(exit_code(ErrorCode::kInvalidArgument), 2);
  EXPECT_EQ(exit_code(ErrorCode::kNotFound), 2);
  EXPECT_EQ(exit_code(ErrorCode::kConflict), 2);
  EXPECT_EQ(exit_code(ErrorCode::kResourceExhausted), 2);
  EXPECT_EQ(exit_code(ErrorCode::kUnavailable), 1);
  EXPECT_EQ(exit_code(ErrorCode::kInternal), 1);
  EXPECT_EQ(exit_code(ErrorCode::kCancelled), 130);
}

TEST(ExitCode, AStoreThatOthersHoldIsTheWorld) {
  const auto conflict = [](const std::string& symbol) {
    return exit_code({.code = ErrorCode::kConflict, .message = "", .symbol = symbol});
  };
  for (const std::string symbol : {"E_LEASE_BUSY", "E_STORE_FENCED", "E_RUN_CHANGED"}) {
    EXPECT_EQ(conflict(symbol), 1) << symbol;
  }
  EXPECT_EQ(conflict("E_RUN_PLAN_MOVED"), 2);
  EXPECT_EQ(conflict(""), 2);
}

TEST(ExitCode, AnErrorOfTheDataIsOneLineOfJson) {
  EXPECT_EQ(
      error_text({.code = ErrorCode::kInvalidArgument,
                  .message = "line 3: 'a\n\"b\"'",
                  .symbol = "E_DATA_FILE",
                  .path = "data/x.csv",
                  .hint = ""}),
      R"({"code":"E_DATA_FILE","path":"data/x.csv","message":"line 3: 'a\n\"b\"'","hint":""})");
  EXPECT_EQ(error_text({.code = ErrorCode::kUnavailable, .message = "no space", .hint = "tidy up"}),
            "tagsmith: no space\nhint: tidy up");
}

TEST(Inputs, ADayIsWrittenInOneWayAndInTheCalendar) {
  EXPECT_EQ(read_day("--as-of", "1970-01-02").value(), 1);
  EXPECT_EQ(read_day("--as-of", "2024-02-29").value(), 19'782);
  EXPECT_EQ(read_day("--as-of", "0001-01-01").value(), -719'162);
  for (const std::string text : {"", "2025-02-29", "2025-1-02", " 2025-01-02", "2025-01-02 ",
                                 "2025-01-02 00:00", "20250102", "0000-01-01", "10000-01-01"}) {
    SCOPED_TRACE(text);
    const auto day = read_day("--as-of", text);
    ASSERT_FALSE(day);
    EXPECT_EQ(day.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(day.error().message, HasSubstr("--as-of"));
  }
}

TEST(Inputs, AZoneIsOneOfTheDatabase) {
  EXPECT_TRUE(check_zone("UTC"));
  EXPECT_TRUE(check_zone("Asia/Shanghai"));
  for (const std::string zone : {"", "Asia", "Asia/Shangai", "asia/shanghai", "../UTC", "+08:00"}) {
    SCOPED_TRACE(zone);
    const base::Status status = check_zone(zone);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_THAT(check_zone("Asia/Shangai").error().hint, HasSubstr("Asia/Shanghai"));
}

TEST(TextTable, AlignsByWhatATerminalShows) {
  TextTable table({{"name"}, {"users", TextTable::Align::kRight}, {"note"}});
  table.add({"客户", "7", ""});
  table.add({"né", "1,000", "x"});
  EXPECT_EQ(table.text(1),
            " name  users  note\n"
            " 客户      7\n"
            " né    1,000  x\n");
}

TEST(TextTable, LetsNoCellSteerTheTerminal) {
  TextTable table({{"name"}, {"note"}});
  table.add({"\x1b[2Jann", "a\r\nb\tc\x7f"});
  EXPECT_EQ(table.text(0),
            "name        note\n"
            "\\x1b[2Jann  a\\x0d\\nb\\tc\\x7f\n");
  EXPECT_EQ(printable("é\n\x1b", true), "é\n\\x1b");
}

TEST(Terminal, WritesNumbersForPersons) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(share(1, 3), "33.3 %");
  EXPECT_EQ(share(0, 0), "-");
  EXPECT_EQ(share_bar(534, 1000, true), "█████▍");
  EXPECT_EQ(share_bar(534, 1000, false), "#####");
  EXPECT_EQ(share_bar(1, 1000, true), "▏");
  EXPECT_EQ(share_bar(1, 1000, false), "");
  EXPECT_EQ(share_bar(7, 7, true), "██████████");
  EXPECT_EQ(share_bar(0, 0, true) + share_bar(0, 5, true), "");
  EXPECT_EQ(display_width("a\u00e9客😀"), 6u);
}

}  // namespace
}  // namespace tagsmith::app
