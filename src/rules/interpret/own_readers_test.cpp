#include "interpret/own_readers_internal.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "column/decimal.h"
#include "column/readers.h"

namespace tagsmith::interpret {
namespace {

std::string digits_text(std::string_view text) {
  const auto digits = read_digits(text);
  return digits ? digits->to_text() : "none";
}

TEST(OwnReaders, Decision5ReadsNumbersExactly) {
  struct Case {
    std::string text;
    std::string number;
  };
  for (const Case& test : std::vector<Case>{
           {"0", "0"},
           {"-0", "0"},
           {"-0.000e5", "0"},
           {"0e9999", "0"},
           {"5.", "5"},
           {".5", "0.5"},
           {"+1", "1"},
           {"-1", "-1"},
           {" 12 ", "12"},
           {"\t\n\v\f\r 12\t\n\v\f\r ", "12"},
           {"00012", "12"},
           {"0.10", "0.1"},
           {"1e5", "100000"},
           {"1E+5", "100000"},
           {"125e-2", "1.25"},
           {"12.5e1", "125"},
           {"12.5e2", "1250"},
           {"12e0002", "1200"},
           {"1000000000.00000001", "1000000000.00000001"},
           {"99999999999999999999999999999999999999", std::string(38, '9')},
           {"9.9e37", "99" + std::string(36, '0')},
           {"1e-38", "0." + std::string(37, '0') + "1"},
           {"0.1e-37", "0." + std::string(37, '0') + "1"},
           {"1" + std::string(100, '0') + "e-90", "10000000000"},
           {"0." + std::string(200, '0') + "1e201", "1"},
           {std::string(500, '0') + "7." + std::string(500, '0'), "7"},
           {"", "none"},
           {" ", "none"},
           {".", "none"},
           {"+", "none"},
           {"-.", "none"},
           {"e5", "none"},
           {".e5", "none"},
           {"1e", "none"},
           {"1e+", "none"},
           {"1e-", "none"},
           {"1e1.5", "none"},
           {"1e5e5", "none"},
           {"1e00005", "none"},
           {"1..2", "none"},
           {"1.2.3", "none"},
           {"--1", "none"},
           {"+-1", "none"},
           {"- 1", "none"},
           {"1 2", "none"},
           {"1 e5", "none"},
           {"1_000", "none"},
           {"1,000", "none"},
           {"0x1A", "none"},
           {"1f", "none"},
           {"12k", "none"},
           {"NaN", "none"},
           {"inf", "none"},
           {"Infinity", "none"},
           {"1e38", "none"},
           {"-1e38", "none"},
           {"9.99e-39", "none"},
           {"1" + std::string(38, '0'), "none"},
           {"1." + std::string(37, '0') + "1", "none"},
           {"1.2345678901234567890123456789012345678e-38",
            "0." + std::string(37, '0') + "12345678901234567890123456789012345678"},
           {"\uFF11", "none"},   // a full-width digit
           {"\u00A01", "none"},  // a no-break space
           {std::string("1\0", 2), "none"},
       }) {
    EXPECT_EQ(digits_text(test.text), test.number) << "'" << test.text << "'";
  }
}

TEST(OwnReaders, Decision5DigitsOfScaledIntegers) {
  constexpr auto kLowest = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(digits_of(0, 0).to_text(), "0");
  EXPECT_EQ(digits_of(0, 5).to_text(), "0");
  EXPECT_EQ(digits_of(-1, 2).to_text(), "-0.01");
  EXPECT_EQ(digits_of(1855, 2).to_text(), "18.55");
  EXPECT_EQ(digits_of(1800, 2).to_text(), "18");
  EXPECT_EQ(digits_of(1800, 0).to_text(), "1800");
  EXPECT_EQ(digits_of(100, 2).to_text(), "1");
  EXPECT_EQ(digits_of(kLowest, 0).to_text(), "-9223372036854775808");
  EXPECT_EQ(digits_of(1, 38).to_text(), "0." + std::string(37, '0') + "1");
}

TEST(OwnReaders, Decision5DigitsAreOrderedByValue) {
  const std::vector<std::string> ascending = {
      "-99999999999999999999999999999999999999",
      "-100",
      "-99.5",
      "-10",
      "-9",
      "-1.01",
      "-1.001",
      "-1",
      "-0.5",
      "-0.05",
      "-1e-38",
      "0",
      "1e-38",
      "0.05",
      "0.5",
      "0.51",
      "1",
      "1.001",
      "1.01",
      "9",
      "10",
      "99.5",
      "100",
      "1000000000",
      "1000000000.00000001",
      "99999999999999999999999999999999999999",
  };
  for (size_t i = 0; i < ascending.size(); ++i) {
    for (size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(*read_digits(ascending[i]) <=> *read_digits(ascending[j]), i <=> j)
          << ascending[i] << " against " << ascending[j];
    }
  }
  EXPECT_EQ(*read_digits("1.50"), *read_digits("15e-1"));
}

TEST(OwnReaders, Decision5TheNearestDoubleAndFloat) {
  EXPECT_EQ(read_digits("0.1")->to_double(), 0.1);
  EXPECT_EQ(read_digits("0.1")->to_float(), 0.1F);
  EXPECT_EQ(read_digits("9007199254740993")->to_double(), 9007199254740992.0);  // ties to even
  EXPECT_EQ(read_digits("16777217")->to_float(), 16777216.0F);
  EXPECT_EQ(read_digits("-1e-38")->to_float(), -1e-38F);  // below the normal floats
  EXPECT_EQ(read_digits("99999999999999999999999999999999999999")->to_float(), 1e38F);
  EXPECT_EQ(Digits().to_double(), 0.0);
}

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

TEST(OwnReaders, Decision6ReadsDates) {
  struct Case {
    std::string text;
    std::int64_t micros;
  };
  for (const Case& test : std::vector<Case>{
           {"1970-01-01", 0},
           {"1969-12-31", -kDay},
           {"1970-01-02", kDay},
           {"2000-02-29", 11016 * kDay},
           {"2024-02-29", 19782 * kDay},
           {"2025-11-22", 20414 * kDay},
           {"0001-01-01", -719162 * kDay},
           {"9999-12-31", 2932896 * kDay},
           {" \t2025-11-22\r\n", 20414 * kDay},
           {"1970-01-01 10:30", 37800 * kSecond},
           {"1970-01-01T10:30", 37800 * kSecond},
           {"1970-01-01 10:30:07", 37807 * kSecond},
           {"1970-01-01 10:30:07.5", 37807 * kSecond + 500'000},
           {"1970-01-01 10:30:07.000001", 37807 * kSecond + 1},
           {"1970-01-01T23:59:59.999999", kDay - 1},
           {"1969-12-31 23:59:59.999999", -1},
           {"1970-01-01 00:00", 0},
       }) {
    const auto instant = read_instant(test.text);
    ASSERT_TRUE(instant) << "'" << test.text << "'";
    EXPECT_EQ(instant->micros, test.micros) << "'" << test.text << "'";
  }
}

TEST(OwnReaders, Decision6RefusesWhatIsNoDate) {
  for (const std::string text : {"",
                                 " ",
                                 "2025",
                                 "2025-11",
                                 "2025-1-2",
                                 "25-11-22",
                                 "2025/11/22",
                                 "20251122",
                                 "2025-11-22 ,",
                                 "0000-01-01",
                                 "10000-01-01",
                                 "-0001-01-01",
                                 "2025-00-01",
                                 "2025-13-01",
                                 "2025-01-00",
                                 "2025-01-32",
                                 "2025-04-31",
                                 "2023-02-29",
                                 "1900-02-29",
                                 "2100-02-29",
                                 "2025-11-22 10",
                                 "2025-11-22 24:00",
                                 "2025-11-22 10:60",
                                 "2025-11-22 10:30:60",
                                 "2025-11-22 1:30",
                                 "2025-11-22  10:30",
                                 "2025-11-22t10:30",
                                 "2025-11-22T",
                                 "2025-11-22\t10:30",
                                 "2025-11-22 10:30:00.",
                                 "2025-11-22 10:30:00.0000001",
                                 "2025-11-22 10:30:00,5",
                                 "2025-11-22T10:30:00Z",
                                 "2025-11-22 10:30:00+08:00",
                                 "2025-11-22 -1:30",
                                 "+025-11-22",
                                 "2025-11- 2",
                                 "\uFF12025-11-22"}) {
    EXPECT_FALSE(read_instant(text)) << "'" << text << "'";
  }
}

TEST(OwnReaders, Decision6TheDayOfAnInstantIsItsFloor) {
  EXPECT_EQ((Instant{.micros = 0}.day()), 0);
  EXPECT_EQ((Instant{.micros = kDay - 1}.day()), 0);
  EXPECT_EQ((Instant{.micros = kDay}.day()), 1);
  EXPECT_EQ((Instant{.micros = -1}.day()), -1);
  EXPECT_EQ((Instant{.micros = -kDay}.day()), -1);
  EXPECT_EQ((Instant{.micros = -kDay - 1}.day()), -2);
  EXPECT_EQ((Instant{.micros = std::numeric_limits<std::int64_t>::min()}.day()), -106751992);
  EXPECT_EQ((Instant{.micros = std::numeric_limits<std::int64_t>::max()}.day()), 106751991);
  EXPECT_EQ(instant_of_day(std::numeric_limits<std::int32_t>::min()).day(),
            std::numeric_limits<std::int32_t>::min());
}

TEST(OwnReaders, Decision14ReadsBooleanWords) {
  for (const std::string text :
       {"true", "TRUE", "True", "t", "T", "yes", "yEs", "y", "Y", "1", " true ", "\t1\n"}) {
    EXPECT_EQ(read_word(text), true) << text;
  }
  for (const std::string text : {"false", "FALSE", "f", "F", "no", "No", "n", "N", "0", " 0\r\n"}) {
    EXPECT_EQ(read_word(text), false) << text;
  }
  for (const std::string text : {"", " ", "on", "off", "2", "00", "01", "1.0", "-1", "tru", "truee",
                                 "t rue", "wahr", "null", "\u00A01"}) {
    EXPECT_EQ(read_word(text), std::nullopt) << text;
  }
}

// Texts made of fragments that readers stumble over, near the limits of what is readable.
std::string random_text(std::mt19937& random, const std::vector<std::string>& fragments) {
  std::string text;
  for (auto count = std::uniform_int_distribution<int>(1, 7)(random); count > 0; --count) {
    text += fragments[std::uniform_int_distribution<size_t>(0, fragments.size() - 1)(random)];
  }
  return text;
}

TEST(OwnReaders, AgreeWithTheReadersOfTheEnginesOnNumbers) {
  const std::vector<std::string> fragments = {"0",
                                              "00",
                                              "1",
                                              "9",
                                              "12",
                                              "5.",
                                              ".5",
                                              ".",
                                              "-",
                                              "+",
                                              "e",
                                              "E-",
                                              "e+1",
                                              "e38",
                                              "e-38",
                                              "e37",
                                              "e-39",
                                              "e9999",
                                              "e00001",
                                              " ",
                                              "\t",
                                              std::string(37, '0'),
                                              std::string(38, '0'),
                                              std::string(37, '9'),
                                              std::string(38, '9'),
                                              std::string(19, '1'),
                                              "x",
                                              ","};
  std::mt19937 random(5);
  int readable = 0;
  for (int i = 0; i < 30'000; ++i) {
    const std::string text = random_text(random, fragments);
    const auto theirs = column::read_number(text);
    ASSERT_EQ(digits_text(text), theirs ? theirs->to_text() : "none") << "'" << text << "'";
    readable += theirs ? 1 : 0;
    if (theirs) {
      ASSERT_EQ(read_digits(text)->to_double(), theirs->to_double()) << "'" << text << "'";
      ASSERT_EQ(read_digits(text)->to_float(), theirs->to_float()) << "'" << text << "'";
    }
  }
  EXPECT_GT(readable, 3'000);
}

TEST(OwnReaders, AgreeWithTheReadersOfTheEnginesOnDates) {
  const auto pick = [](std::mt19937& random, const std::vector<std::string>& choices) {
    return choices[std::uniform_int_distribution<size_t>(0, choices.size() - 1)(random)];
  };
  std::mt19937 random(6);
  int readable = 0;
  for (int i = 0; i < 30'000; ++i) {
    const std::string text =
        pick(random, {"", "", "", " "}) +
        pick(random, {"2024", "2023", "1900", "2000", "0001", "9999", "1969", "0000", "123"}) +
        pick(random, {"-", "-", "-", "/"}) + pick(random, {"02", "12", "01", "04", "13", "2"}) +
        "-" + pick(random, {"28", "29", "30", "31", "01", "00", "1"}) +
        pick(random, {"", " ", "T", "  ", "t"}) +
        pick(random, {"", "00:00", "23:59", "24:00", "12:60", "9:30", "12"}) +
        pick(random, {"", "", ":00", ":59", ":60", ":"}) +
        pick(random, {"", "", ".0", ".999999", ".", ".1234567"}) + pick(random, {"", "", " ", "Z"});
    const auto ours = read_instant(text);
    const auto theirs = column::read_moment(text);
    ASSERT_EQ(ours.has_value(), theirs.has_value()) << "'" << text << "'";
    if (theirs) {
      ASSERT_EQ(ours->micros, theirs->micros) << "'" << text << "'";
      ++readable;
    }
  }
  EXPECT_GT(readable, 200);
}

TEST(OwnReaders, AgreeWithTheReadersOfTheEnginesOnBooleans) {
  const std::vector<std::string> fragments = {"t", "rue", "TRUE", "f", "alse", "False", "y", "es",
                                              "n", "o",   "NO",   "0", "1",    " ",     "\v"};
  std::mt19937 random(14);
  int readable = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random_text(random, fragments);
    ASSERT_EQ(read_word(text), column::read_boolean(text)) << "'" << text << "'";
    readable += read_word(text) ? 1 : 0;
  }
  EXPECT_GT(readable, 200);
}

}  // namespace
}  // namespace tagsmith::interpret
