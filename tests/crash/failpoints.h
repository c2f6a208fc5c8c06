#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tagsmith::crash {

/// Numbered points at which the world may end: 1, 2, ... in the order in which they are come to.
/// Something is done between the two moments of a point.
class Failpoints {
 public:
  enum class Moment { kBefore, kAfter };

  /// At this moment of this point `happens` is called. Point 0 is never come to.
  void arm(std::uint64_t point, Moment moment, std::function<void()> happens) {
    point_ = point;
    moment_ = moment;
    happens_ = std::move(happens);
    trail_.clear();
  }

  void before(std::string_view what) {
    trail_.emplace_back(what);
    come(Moment::kBefore);
  }
  void after() { come(Moment::kAfter); }

  /// What was done at each point so far.
  [[nodiscard]] const std::vector<std::string>& trail() const { return trail_; }

 private:
  void come(Moment moment) {
    if (trail_.size() == point_ && moment == moment_ && happens_) {
      happens_();
    }
  }

  std::uint64_t point_ = 0;
  Moment moment_ = Moment::kBefore;
  std::function<void()> happens_;
  std::vector<std::string> trail_;
};

/// The failpoints that the calls of the operating system in watched_files.cpp pass; null: none.
inline Failpoints* watched_files = nullptr;

}  // namespace tagsmith::crash
