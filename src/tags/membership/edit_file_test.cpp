#include "membership/edit_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tagsmith::membership {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

std::vector<EditRow> rows_of(std::string_view csv) { return read_edit_rows(csv).rows; }

LineProblems problems_in(std::string_view csv) { return read_edit_rows(csv).problems; }

TEST(EditFile, ReadsTheColumnsInAnyOrder) {
  EXPECT_THAT(rows_of("user_id\nann\nbob\n"), ElementsAre(EditRow{.line = 2, .user_id = "ann"},
                                                          EditRow{.line = 3, .user_id = "bob"}));
  EXPECT_THAT(rows_of("expires,tag,user_id,reason\r\n30d,vip,ann,gift\r\n,,bob,"),
              ElementsAre(EditRow{2, "ann", "vip", "gift", "30d"}, EditRow{3, "bob", "", "", ""}));
}

TEST(EditFile, QuotedCellsMayHoldCommasQuotesAndLines) {
  EXPECT_THAT(
      rows_of("\xEF\xBB\xBFuser_id,reason\n\"a,b\",\"she said \"\"yes\"\"\nat once\"\ncid,x\n"),
      ElementsAre(EditRow{.line = 2, .user_id = "a,b", .reason = "she said \"yes\"\nat once"},
                  EditRow{.line = 4, .user_id = "cid", .reason = "x"}));
}

TEST(EditFile, BlankLinesArePassedOver) {
  EXPECT_THAT(rows_of("\nuser_id\n\nann\n\n"), ElementsAre(EditRow{.line = 4, .user_id = "ann"}));
}

TEST(EditFile, EveryBadLineIsTold) {
  EXPECT_THAT(problems_in("user_id,tag\nann\n,vip\nbob,vip\n\"cid\"x,vip\nd\"d,vip\n\"eve,vip\n"),
              ElementsAre(Field(&LineProblem::line, 2), Field(&LineProblem::line, 3),
                          Field(&LineProblem::line, 5), Field(&LineProblem::line, 6),
                          Field(&LineProblem::line, 7)));
}

TEST(EditFile, ABadLineHidesNoGoodOne) {
  EXPECT_THAT(rows_of("user_id,tag\nann,vip\n,vip\nbob,vip\n\"eve,vip\n"),
              ElementsAre(EditRow{.line = 2, .user_id = "ann", .tag = "vip"},
                          EditRow{.line = 4, .user_id = "bob", .tag = "vip"}));
}

TEST(EditFile, BytesThatAreNoUtf8AreToldWithTheirLine) {
  EXPECT_THAT(problems_in("user_id,reason\nann,ok\nb\xff\x62,ok\ncid,\xc3\n"),
              ElementsAre(Field(&LineProblem::line, 3), Field(&LineProblem::line, 4)));
}

TEST(EditFile, AHeadingIsNeededAndChecked) {
  EXPECT_THAT(problems_in("").at(0).message, HasSubstr("empty"));
  EXPECT_THAT(problems_in("ann\nbob\n").at(0).message, HasSubstr("unknown heading 'ann'"));
  EXPECT_EQ(problems_in("user_id,reson\n").at(0).hint, "did you mean 'reason'?");
  EXPECT_THAT(problems_in("tag\nvip\n").at(0).message, HasSubstr("no user_id"));
  EXPECT_THAT(problems_in("user_id,user_id\n").at(0).message, HasSubstr("twice"));
}

TEST(EditFile, HasALimit) {
  std::string csv = "user_id\n";
  for (size_t i = 0; i < kEditRowsMax; ++i) {
    csv += "u\n";
  }
  EXPECT_EQ(rows_of(csv).size(), kEditRowsMax);
  EXPECT_THAT(problems_in(csv + "u\n").at(0).message, HasSubstr("more than 100000 rows"));
}

}  // namespace
}  // namespace tagsmith::membership
