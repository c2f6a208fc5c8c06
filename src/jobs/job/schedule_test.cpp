#include "job/schedule.h"

#include <date/date.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace tagsmith::job {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// "2025-03-30 01:30"
Micros utc(const std::string& text) {
  std::istringstream in(text);
  date::sys_time<std::chrono::microseconds> time;
  in >> date::parse("%Y-%m-%d %H:%M", time);
  EXPECT_FALSE(in.fail()) << text;
  return time.time_since_epoch().count();
}

std::string text_of(Micros micros) {
  return date::format("%Y-%m-%d %H:%M",
                      date::floor<std::chrono::minutes>(date::sys_time<std::chrono::microseconds>(
                          std::chrono::microseconds(micros))));
}

// The first `count` runs after a moment, all in UTC.
std::vector<std::string> runs(const std::string& text, const std::string& zone,
                              const std::string& after, std::size_t count) {
  const Schedule schedule = parse_schedule(text, zone).value();
  std::vector<std::string> found;
  std::optional<Micros> at = utc(after);
  while (found.size() < count) {
    at = next_after(schedule, *at).value();
    if (!at) {
      found.emplace_back("never");
      break;
    }
    found.push_back(text_of(*at));
  }
  return found;
}

TEST(Schedule, HasHoursDaysWeeksAndCronLines) {
  EXPECT_THAT(runs("hourly at :15", "UTC", "2025-11-22 10:15", 2),
              ElementsAre("2025-11-22 11:15", "2025-11-22 12:15"));
  EXPECT_THAT(runs("daily at 02:00", "Asia/Shanghai", "2025-11-22 00:00", 2),
              ElementsAre("2025-11-22 18:00", "2025-11-23 18:00"));
  EXPECT_THAT(runs("weekly on mon, thu at 08:30", "UTC", "2025-11-22 00:00", 3),
              ElementsAre("2025-11-24 08:30", "2025-11-27 08:30", "2025-12-01 08:30"));
  EXPECT_THAT(
      runs("cron */20 9-10 * * mon-fri", "UTC", "2025-11-21 10:00", 4),
      ElementsAre("2025-11-21 10:20", "2025-11-21 10:40", "2025-11-24 09:00", "2025-11-24 09:20"));
  EXPECT_THAT(runs("cron 0 0 29 2 *", "UTC", "2096-03-01 00:00", 2),
              ElementsAre("2104-02-29 00:00", "2108-02-29 00:00"));
}

TEST(Schedule, ADayMatchesByNumberOrByWeekdayWhenBothAreRestricted) {
  EXPECT_THAT(runs("cron 0 0 13 * fri", "UTC", "2025-06-01 00:00", 3),
              ElementsAre("2025-06-06 00:00", "2025-06-13 00:00", "2025-06-20 00:00"));
}

TEST(Schedule, ATimeThatIsSkippedComesWhenTheGapEndsAndOnce) {
  // Berlin goes from 02:00 to 03:00 at 01:00 UTC.
  EXPECT_THAT(runs("daily at 02:30", "Europe/Berlin", "2025-03-28 12:00", 3),
              ElementsAre("2025-03-29 01:30", "2025-03-30 01:00", "2025-03-31 00:30"));
  EXPECT_THAT(
      runs("cron 0,20,40 2,3 * * *", "Europe/Berlin", "2025-03-30 00:00", 4),
      ElementsAre("2025-03-30 01:00", "2025-03-30 01:20", "2025-03-30 01:40", "2025-03-31 00:00"));
  // In Cairo midnight itself is skipped.
  EXPECT_THAT(runs("daily at 00:00", "Africa/Cairo", "2025-04-24 12:00", 1),
              ElementsAre("2025-04-24 22:00"));
}

TEST(Schedule, ATimeThatIsRepeatedComesOnce) {
  // Berlin goes from 03:00 to 02:00 at 01:00 UTC.
  EXPECT_THAT(runs("daily at 02:30", "Europe/Berlin", "2025-10-25 12:00", 2),
              ElementsAre("2025-10-26 00:30", "2025-10-27 01:30"));
  // Havana goes from 01:00 to 00:00: yesterday does not come back, half past midnight does.
  EXPECT_THAT(runs("daily at 00:30", "America/Havana", "2025-11-01 12:00", 2),
              ElementsAre("2025-11-02 04:30", "2025-11-03 05:30"));
}

TEST(Schedule, EveryHourIsEveryHourThatPasses) {
  EXPECT_THAT(
      runs("hourly at :30", "Europe/Berlin", "2025-10-25 23:00", 4),
      ElementsAre("2025-10-25 23:30", "2025-10-26 00:30", "2025-10-26 01:30", "2025-10-26 02:30"));
  EXPECT_THAT(runs("hourly at :30", "Europe/Berlin", "2025-03-29 23:00", 3),
              ElementsAre("2025-03-29 23:30", "2025-03-30 00:30", "2025-03-30 01:30"));
  // Half an hour of daylight saving time.
  EXPECT_THAT(runs("hourly at :00", "Australia/Lord_Howe", "2025-04-05 13:30", 3),
              ElementsAre("2025-04-05 14:00", "2025-04-05 15:30", "2025-04-05 16:30"));
  // A zone that is no whole hours from UTC.
  EXPECT_THAT(runs("hourly at :00", "Asia/Kathmandu", "2025-11-22 10:00", 2),
              ElementsAre("2025-11-22 10:15", "2025-11-22 11:15"));
}

TEST(Schedule, NextIsAlwaysLaterAndLeavesNothingOut) {
  for (const std::string zone : {"UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Havana",
                                 "Pacific/Apia", "Africa/Casablanca"}) {
    for (const std::string text :
         {"hourly at :07", "daily at 02:07", "cron */7 * * * *", "cron 1 0,1,2,23 * * *"}) {
      SCOPED_TRACE(fmt::format("{}, {}", zone, text));
      const Schedule schedule = parse_schedule(text, zone).value();
      // From anywhere between two runs the same one is next.
      Micros at = utc("2025-03-28 00:00");
      for (int run = 0; run < 60; ++run) {
        const Micros next = next_after(schedule, at).value().value();
        ASSERT_GT(next, at);
        ASSERT_EQ(next_after(schedule, (at + next) / 2).value(), next);
        ASSERT_EQ(next_after(schedule, next - 1).value(), next);
        at = next;
      }
    }
  }
}

TEST(Schedule, PrintsAsItIsRead) {
  struct Case {
    std::string_view text;
    std::string_view printed;
  };
  for (const Case& test :
       {Case{"hourly at :05", "hourly at :05"}, Case{"daily  at 2:00", "daily at 02:00"},
        Case{"weekly on sun,Mon at 02:00", "weekly on mon, sun at 02:00"},
        Case{"cron 5 * * * *", "hourly at :05"}, Case{"cron 0 2 * * 7", "weekly on sun at 02:00"},
        Case{"cron 0-59/1 0 1,2,3,9 jan-mar *", "cron * 0 1-3,9 1-3 *"},
        Case{"cron 3/20 * * * *", "cron 3,23,43 * * * *"},
        Case{"cron 0 0 29 feb *", "cron 0 0 29 2 *"}}) {
    SCOPED_TRACE(test.text);
    const base::Result<Schedule> schedule = parse_schedule(test.text);
    ASSERT_TRUE(schedule) << schedule.error().message;
    EXPECT_EQ(to_text(*schedule), test.printed);
    EXPECT_EQ(parse_schedule(to_text(*schedule)).value(), *schedule);
  }
}

TEST(Schedule, RefusesWhatItDoesNotUnderstand) {
  struct Case {
    std::string_view text;
    std::string_view message;
  };
  for (const Case& test :
       {Case{"", "'' is no schedule"}, Case{"yearly at 02:00", "'yearly at 02:00' is no schedule"},
        Case{"hourly", "where is 'at :MM'?"}, Case{"hourly at 02:00", "where is 'at :MM'?"},
        Case{"daily at :00", "where is 'at HH:MM'?"}, Case{"daily at 2:5", "where is 'at HH:MM'?"},
        Case{"daily at 24:00", "hour '24' is not within 0 to 23"},
        Case{"weekly at 02:00", "where is 'on mon'?"},
        Case{"weekly on xyz at 02:00", "'xyz' is no weekday"},
        Case{"weekly on 1 at 02:00", "'1' is no weekday"},
        Case{"cron 0 2 * *", "five fields, this one 4"},
        Case{"cron 60 * * * *", "minute '60' is not within 0 to 59"},
        Case{"cron * * 0 * *", "day '0' is not within 1 to 31"},
        Case{"cron */0 * * * *", "the step of minute '*/0'"},
        Case{"cron 9-3 * * * *", "minute '9-3' runs backwards"},
        Case{"cron ,1 * * * *", "minute '' is not"}, Case{"cron 001 * * * *", "minute '001'"},
        Case{"cron 0 0 30 2 *", "no month of this schedule has such a day"},
        Case{"cron 0 0 31 4,6,9,11 *", "no month"}}) {
    SCOPED_TRACE(test.text);
    const base::Result<Schedule> schedule = parse_schedule(test.text);
    ASSERT_FALSE(schedule);
    EXPECT_EQ(schedule.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_EQ(schedule.error().symbol, "E_SCHEDULE");
    EXPECT_THAT(schedule.error().message, HasSubstr(test.message));
  }
}

TEST(Schedule, AZoneThatDoesNotExistIsRefused) {
  const Schedule schedule = parse_schedule("daily at 02:00", "Mars/Olympus").value();
  EXPECT_EQ(next_after(schedule, 0).error().message, "there is no time zone 'Mars/Olympus'");
  EXPECT_EQ(due(schedule, 0, 1).error().symbol, "E_SCHEDULE");
}

std::vector<std::string> due_runs(Missed missed, const std::string& last, const std::string& now,
                                  std::uint64_t skipped) {
  Schedule schedule = parse_schedule("daily at 02:00").value();
  schedule.missed = missed;
  const Due found = due(schedule, utc(last), utc(now)).value();
  EXPECT_EQ(found.skipped, skipped);
  EXPECT_GT(found.next, utc(now));
  std::vector<std::string> texts;
  std::ranges::transform(found.runs, std::back_inserter(texts), text_of);
  return texts;
}

TEST(Due, MakesUpForMissedRunsAsThePolicySays) {
  const std::string last = "2025-11-18 02:00";
  EXPECT_THAT(due_runs(Missed::kRunLast, last, "2025-11-22 01:59", 2),
              ElementsAre("2025-11-21 02:00"));
  EXPECT_THAT(due_runs(Missed::kRunAll, last, "2025-11-22 01:59", 0),
              ElementsAre("2025-11-19 02:00", "2025-11-20 02:00", "2025-11-21 02:00"));
  EXPECT_THAT(due_runs(Missed::kSkip, last, "2025-11-22 01:59", 3), IsEmpty());
  EXPECT_THAT(due_runs(Missed::kSkip, last, "2025-11-22 02:05", 3),
              ElementsAre("2025-11-22 02:00"));
  EXPECT_THAT(due_runs(Missed::kRunLast, last, "2025-11-19 01:59", 0), IsEmpty());
  EXPECT_THAT(due_runs(Missed::kRunLast, last, "2025-11-19 02:00", 0),
              ElementsAre("2025-11-19 02:00"));
}

TEST(Due, MakesUpForAtMostAHundredRuns) {
  Schedule schedule = parse_schedule("hourly at :00").value();
  schedule.missed = Missed::kRunAll;
  const Due found = due(schedule, utc("2025-11-01 00:00"), utc("2025-11-11 00:00")).value();
  EXPECT_EQ(found.runs.size(), kMissedMax);
  EXPECT_EQ(found.skipped, 240 - kMissedMax);
  EXPECT_EQ(found.runs.back(), utc("2025-11-11 00:00"));
}

}  // namespace
}  // namespace tagsmith::job
