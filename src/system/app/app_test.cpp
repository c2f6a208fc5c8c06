#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/activity.h"
#include "app/color.h"
#include "app/exit_code.h"
#include "app/inputs.h"
#include "app/terminal.h"
#include "app/text_table.h"

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

TEST(ErrorText, OneWithASymbolIsALineOfJsonAndAnotherASentence) {
  const base::Error of_data{.code = ErrorCode::kInvalidArgument,
                            .message = "line 3: 'a\n\"b\"'",
                            .symbol = "E_DATA_FILE",
                            .path = "data/x.csv",
                            .hint = ""};
  const base::Error of_world{
      .code = ErrorCode::kUnavailable, .message = "no space", .hint = "tidy up"};
  constexpr const char* kJson =
      R"({"code":"E_DATA_FILE","path":"data/x.csv","message":"line 3: 'a\n\"b\"'","hint":""})";
  EXPECT_EQ(error_text(of_data, ErrorFormat::kBySymbol), kJson);
  EXPECT_EQ(error_text(of_world, ErrorFormat::kBySymbol), "tagsmith: no space\nhint: tidy up");

  EXPECT_EQ(error_text(of_data, ErrorFormat::kJson), kJson);
  EXPECT_EQ(error_text(of_world, ErrorFormat::kJson),
            R"({"code":"E_UNAVAILABLE","path":"","message":"no space","hint":"tidy up"})");
}

TEST(ErrorText, APersonReadsPlaceCodeMessageAndHint) {
  EXPECT_EQ(error_text({.code = ErrorCode::kInvalidArgument,
                        .message = "no column 'agee\x1b'",
                        .symbol = "E_COLUMN_UNKNOWN",
                        .path = "tags/vip.yaml:3:12",
                        .hint = "did you mean 'age'?"},
                       ErrorFormat::kText),
            "tags/vip.yaml:3:12: E_COLUMN_UNKNOWN: no column 'agee\\x1b'\n"
            "  hint: did you mean 'age'?");
  EXPECT_EQ(
      error_text({.code = ErrorCode::kUnavailable, .message = "no space"}, ErrorFormat::kText),
      "tagsmith: error: no space");
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

TEST(TextTable, CutsLongCellsAndLeavesOutWhatMatters) {
  using enum TextTable::Align;
  using enum TextTable::Fit;
  TextTable table({{"id", kRight}, {"name", kLeft, kCut}, {"share", kRight, kDrop}, {"members"}});
  table.add({"1", "a grown-up person", "12.5 %", "1,000"});
  table.add({"22", "客户客户客户", "1.0 %", "7"});
  EXPECT_EQ(table.width(), 2u + 2 + 17 + 2 + 6 + 2 + 7);
  EXPECT_EQ(table.text(0, 38), table.text(0));
  EXPECT_EQ(table.text(0, 31),
            "id  name         share  members\n"
            " 1  a grown...  12.5 %  1,000\n"
            "22  客户客...    1.0 %  7\n");
  EXPECT_EQ(table.text(2, 25),
            "  id  name        members\n"
            "   1  a grown...  1,000\n"
            "  22  客户客...   7\n"
            "  (1 column more in a wider terminal)\n");
  EXPECT_EQ(table.text(0, 3),
            "id  members\n"
            " 1  1,000\n"
            "22  7\n"
            "(2 columns more in a wider terminal)\n");
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

TEST(Terminal, ShortensByWhatATerminalShows) {
  EXPECT_EQ(shortened("abcdef", 6, "..."), "abcdef");
  EXPECT_EQ(shortened("abcdef", 5, "..."), "ab...");
  EXPECT_EQ(shortened("客户客户", 6, "…"), "客户…");
  EXPECT_EQ(shortened("客户客户", 7, "…"), "客户客…");
  EXPECT_EQ(shortened("abcdef", 2, "..."), "..");
  EXPECT_EQ(shortened("abcdef", 0, "…"), "");
  EXPECT_EQ(shortened("\x80\x80\xff", 1, "…"), "…");
}

TEST(Progress, TheBarFitsTheTerminal) {
  EXPECT_EQ(progress_bar(1000, 4000, "users", 80),
            "[#######-----------------------]   25 %  1,000 of 4,000 users");
  EXPECT_EQ(progress_bar(1, 2, "users", 36), "[######-------]   50 %  1 of 2 users");
  EXPECT_EQ(progress_bar(4000, 4000, "users", 30), "100 %  4,000 of 4,000 users");
  EXPECT_EQ(progress_bar(1, 2, "users", 21), " 50 %  1 of 2 users");
  EXPECT_EQ(progress_bar(1, 2, "users", 18), "[####-----]   50 %");
  EXPECT_EQ(progress_bar(1, 2, "users", 5), " 50 %");
  EXPECT_EQ(progress_bar(1, 2, "users", 4), "");
  for (size_t width = 0; width < 100; ++width) {
    EXPECT_LE(progress_bar(5'000'000, 3'000'000, "users", width).size(), width);
  }
}

TEST(Color, IsOnlyOnATerminal) {
  EXPECT_EQ(painted(Stream::kErr, Meaning::kError, "E_X"), "E_X");
  set_console({.color = ColorChoice::kAlways});
  EXPECT_EQ(painted(Stream::kOut, Meaning::kTrue, "yes"), "\x1b[32myes\x1b[0m");
  EXPECT_EQ(painted(Stream::kOut, Meaning::kTrue, ""), "");
  EXPECT_EQ(with_painted_marks("user\n  ✓ tag 1\nfalse   age\nit is true \n? x"),
            "user\n  \x1b[32m✓\x1b[0m tag 1\n\x1b[31mfalse\x1b[0m   age\nit is true \n"
            "\x1b[33m?\x1b[0m x");
  set_console({.color = ColorChoice::kNever});
  EXPECT_EQ(with_painted_marks("✓ tag 1\n"), "✓ tag 1\n");
  set_console({});
}

}  // namespace
}  // namespace tagsmith::app
