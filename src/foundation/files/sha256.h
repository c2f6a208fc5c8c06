#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace tagsmith::files {

/// The SHA-256 of bytes that come one after the other. Movable; not thread-safe.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void add(std::string_view bytes);

  /// 64 hex digits, in lower case. Once, as the last call.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The SHA-256 of `bytes` as 64 hex digits.
std::string sha256(std::string_view bytes);

/// The version of the library behind it that this process runs with: "3.0.17".
std::string crypto_version();

}  // namespace tagsmith::files
