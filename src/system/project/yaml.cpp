#include "project/yaml_internal.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <set>
#include <sstream>

#include "base/language.h"
#include "base/problem.h"
#include "project/problems.h"

namespace tagsmith::project {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The length of the UTF-8 sequence at the start of `text`, 0 when there is no valid one (also for
// surrogates, overlong forms and beyond U+10FFFF).
size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const size_t length = first < 0x80   ? 1
                        : first < 0xC2 ? 0
                        : first < 0xE0 ? 2
                        : first < 0xF0 ? 3
                        : first < 0xF5 ? 4
                                       : 0;
  if (length == 0 || length > text.size()) {
    return 0;
  }
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) {
      return 0;
    }
  }
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool surrogate = first == 0xED && byte(1) >= 0xA0;
  const bool beyond = first == 0xF4 && byte(1) >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

// The first byte that may not stand in a file. The parser takes 0x04 for the end of the file.
std::optional<YamlProblem> find_bad_byte(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool control = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
    const size_t length = utf8_length(text.substr(i));
    if (control || length == 0) {
      return YamlProblem{.byte = i,
                         .code = std::string(kProjectYaml),
                         .message = control ? base::message("control character 0x{:02X}", c)
                                            : base::message("byte 0x{:02X} is no UTF-8", c),
                         .hint = control ? base::tr("write it as an escape in a double-quoted text")
                                         : base::tr("save the file as UTF-8")};
    }
    i += length;
  }
  return std::nullopt;
}

// Builds the tree. The parser calls it in the order of the text.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(size_t first_byte, std::vector<YamlProblem>& problems)
      : first_byte_(first_byte), problems_(problems) {}

  [[nodiscard]] YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add({.kind = YamlNode::Kind::kNull, .byte = byte_of(mark)});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    problems_.push_back({byte_of(mark), std::string(kProjectYaml),
                         base::tr("an alias (*name) is not read"),
                         base::tr("write the value again")});
    add({.kind = YamlNode::Kind::kNull, .byte = byte_of(mark)});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    add({.kind = tag == "?" ? YamlNode::Kind::kPlain : YamlNode::Kind::kQuoted,
         .byte = byte_of(mark),
         .text = value});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    start(YamlNode::Kind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    start(YamlNode::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { end(); }

 private:
  // A list or map that is not at its end yet.
  struct Open {
    YamlNode node;
    std::optional<YamlNode> key;
    std::set<std::string> keys;
  };

  [[nodiscard]] size_t byte_of(const YAML::Mark& mark) const {
    return first_byte_ + static_cast<size_t>(std::max(mark.pos, 0));
  }

  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) {
      problems_.push_back({byte_of(mark), std::string(kProjectYaml),
                           base::tr("an anchor (&name) is not read"),
                           base::tr("write the value without it")});
    }
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") {
      problems_.push_back({byte_of(mark), std::string(kProjectYaml),
                           base::message("the tag {} is not read", base::quote(tag)),
                           base::tr("write the value without it; a quoted scalar is a text")});
    }
  }

  void start(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
             YAML::anchor_t anchor) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (open_.size() == kYamlNestingMax) {
      problems_.push_back(
          {byte_of(mark), std::string(kProjectYaml),
           base::message("more than {} lists and maps inside each other", kYamlNestingMax),
           base::tr("nothing in a project is so deep")});
    }
    open_.push_back({.node = {.kind = kind, .byte = byte_of(mark)}});
  }

  void end() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    if (open_.size() < kYamlNestingMax) {
      add(std::move(node));
    }
  }

  void add(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::kList) {
      parent.node.list.push_back(std::move(node));
    } else if (!parent.key) {
      add_key(parent, std::move(node));
    } else {
      YamlNode key = std::move(*parent.key);
      parent.key.reset();
      add_member(parent, std::move(key), std::move(node));
    }
  }

  void add_key(Open& parent, YamlNode key) {
    if (!key.is_scalar()) {
      problems_.push_back({key.byte, std::string(kProjectYaml), base::tr("a key that is no text"),
                           base::tr("a key is a name before a colon")});
      key.text.clear();
    }
    parent.key = std::move(key);
  }

  void add_member(Open& parent, YamlNode key, YamlNode value) {
    if (!parent.keys.insert(key.text).second) {
      problems_.push_back(
          {key.byte, std::string(kDuplicateKey),
           base::message("the key {} stands here for the second time", base::quote(key.text)),
           base::tr("remove one of them")});
      return;
    }
    parent.node.members.push_back({std::move(key), std::move(value)});
  }

  size_t first_byte_;
  std::vector<YamlProblem>& problems_;
  YamlNode root_;
  std::vector<Open> open_;
};

// Whether the quote at `start` has its partner.
bool is_closed(std::string_view text, size_t start) {
  const char quote = text[start];
  for (size_t i = start + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 == text.size() || text[i + 1] != quote) {
        return true;
      }
      ++i;  // two single quotes stand for one
    }
  }
  return false;
}

// The parser takes a quoted text without its last quote as one that ends with the file.
void find_open_quotes(const YamlNode& node, std::string_view text,
                      std::vector<YamlProblem>& problems) {
  const char quote = node.byte < text.size() ? text[node.byte] : '\0';
  if (node.kind == YamlNode::Kind::kQuoted && (quote == '\'' || quote == '"') &&
      !is_closed(text, node.byte)) {
    problems.push_back({node.byte, std::string(kProjectYaml),
                        base::tr("no YAML: a quote that never ends"),
                        base::message("put {} at the end of the text", quote)});
  }
  for (const YamlNode& part : node.list) {
    find_open_quotes(part, text, problems);
  }
  for (const auto& [key, value] : node.members) {
    find_open_quotes(key, text, problems);
    find_open_quotes(value, text, problems);
  }
}

bool has_tab_before(std::string_view text, size_t byte) {
  const size_t line = text.rfind('\n', byte == 0 ? 0 : byte - 1);
  const size_t start = line == std::string_view::npos ? 0 : line + 1;
  const std::string_view indent = text.substr(start, byte + 1 - std::min(start, byte + 1));
  return indent.find_first_not_of(" \t") >= indent.find('\t') &&
         indent.find('\t') != std::string_view::npos;
}

YamlProblem syntax_problem(std::string_view text, size_t first_byte,
                           const YAML::ParserException& error) {
  const size_t byte =
      error.mark.is_null() ? 0 : first_byte + static_cast<size_t>(std::max(error.mark.pos, 0));
  return {
      .byte = std::min(byte, text.size()),
      .code = std::string(kProjectYaml),
      .message = base::message("no YAML: {}", error.msg),
      .hint = has_tab_before(text, std::min(byte, text.size()))
                  ? base::tr("indent by blanks, not by tabs")
                  : base::tr("look at quotes, colons and indentation at and before this place")};
}

bool all_of(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

// A number as JSON writes it.
bool is_json_number(std::string_view text) {
  const auto digits = [&] {
    const size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count;
  };
  if (text.starts_with('-')) {
    text.remove_prefix(1);
  }
  const bool zero = text.starts_with('0');
  const size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) {
    return false;
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (digits() == 0) {
      return false;
    }
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) {
      text.remove_prefix(1);
    }
    if (digits() == 0) {
      return false;
    }
  }
  return text.empty();
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool is_number_of_some_yaml(std::string_view text) {
  const std::string_view unsigned_text =
      text.starts_with('+') || text.starts_with('-') ? text.substr(1) : text;
  if (unsigned_text.empty()) {
    return false;
  }
  const std::string low = lower(unsigned_text);
  if (low == ".inf" || low == ".nan") {
    return true;
  }
  if (low.starts_with("0x") || low.starts_with("0o") || low.starts_with("0b")) {
    return all_of(std::string_view(low).substr(2), "0123456789abcdef_");
  }
  const bool begins = (low[0] >= '0' && low[0] <= '9') ||
                      (low[0] == '.' && low.size() > 1 && low[1] >= '0' && low[1] <= '9');
  if (!begins) {
    return false;
  }
  const size_t exponent = low.find('e');
  const std::string_view mantissa = std::string_view(low).substr(0, exponent);
  const bool with_colons = mantissa.find(':') != std::string_view::npos;
  if (!all_of(mantissa, "0123456789_.:") || std::ranges::count(mantissa, '.') > 1) {
    return false;
  }
  if (with_colons && exponent != std::string::npos) {
    return false;
  }
  return exponent == std::string::npos ||
         (exponent + 1 < low.size() &&
          all_of(std::string_view(low).substr(exponent + 1), "0123456789_+-"));
}

// Follows the text of a scalar through the file.
class Walk {
 public:
  Walk(std::string_view raw, const YamlNode& scalar) : raw_(raw), text_(scalar.text) {
    byte_ = scalar.byte;
    const char first = byte_ < raw_.size() ? raw_[byte_] : '\0';
    if (scalar.kind == YamlNode::Kind::kQuoted) {
      if (first == '\'' || first == '"') {
        quote_ = first;
        ++byte_;
      } else if (first == '|' || first == '>') {
        enter_block();
      }
    }
  }

  // The byte of `offset` of the text, or nothing when the way is lost.
  std::optional<size_t> find(size_t offset) {
    while (at_ < offset && at_ < text_.size()) {
      if (!step()) {
        return std::nullopt;
      }
    }
    skip_fold_before_text();
    return byte_;
  }

 private:
  [[nodiscard]] char raw(size_t ahead = 0) const {
    return byte_ + ahead < raw_.size() ? raw_[byte_ + ahead] : '\0';
  }

  void enter_block() {
    byte_ = std::min(raw_.find('\n', byte_), raw_.size());
    size_t line = byte_;
    while (line < raw_.size()) {  // the first line that is not empty gives the indentation
      const size_t text = raw_.find_first_not_of(' ', line + 1);
      if (text == std::string_view::npos) {
        break;
      }
      if (raw_[text] != '\n' && raw_[text] != '\r') {
        // with an explicit indentation the first line of the text may start with blanks itself
        const size_t first = std::min(text_.find_first_not_of('\n'), text_.size());
        const size_t own = std::min(text_.find_first_not_of(' ', first), text_.size()) - first;
        indent_ = text - line - 1 - std::min(own, text - line - 1);
        byte_ = line + 1 + indent_;
        at_ = 0;
        // empty lines before it are part of the text
        while (at_ < text_.size() && text_[at_] == '\n') {
          ++at_;
        }
        return;
      }
      line = raw_.find('\n', text);
    }
  }

  bool step() {
    if (quote_ == '\'' && raw() == '\'' && raw(1) == '\'') {
      byte_ += 2;
      ++at_;
      return text_[at_ - 1] == '\'';
    }
    if (quote_ == '"' && raw() == '\\') {
      return step_escape();
    }
    if (raw() == text_[at_] && raw() != '\n' && !(is_blank(raw()) && ends_line())) {
      ++byte_;
      ++at_;
      return true;
    }
    return step_fold();
  }

  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

  // Whether only blanks stand between here and the end of the line.
  [[nodiscard]] bool ends_line() const {
    const size_t next = raw_.find_first_not_of(" \t\r", byte_);
    return indent_ == 0 && (next == std::string_view::npos || raw_[next] == '\n');
  }

  bool step_escape() {
    constexpr std::string_view kLong = "xuU";
    const size_t kind = kLong.find(raw(1));
    if (raw(1) == '\n' || raw(1) == '\r') {
      byte_ = std::min(raw_.find_first_not_of(" \t\r\n", byte_ + 1), raw_.size());
      return true;
    }
    byte_ += kind == std::string_view::npos ? 2 : 2 + (size_t{2} << kind);
    at_ += std::max<size_t>(utf8_length(text_.substr(at_)), 1);
    return true;
  }

  // A line break with the blanks around it is one blank, or as many line breaks as follow it.
  bool step_fold() {
    const size_t breaks = skip_lines();
    if (breaks == 0) {
      return false;
    }
    if (text_[at_] == ' ') {
      ++at_;
      return true;
    }
    size_t taken = 0;
    while (taken < breaks && at_ < text_.size() && text_[at_] == '\n') {
      ++at_;
      ++taken;
    }
    return taken > 0;
  }

  size_t skip_lines() {
    size_t breaks = 0;
    while (true) {
      const size_t next = std::min(raw_.find_first_not_of(" \t\r", byte_), raw_.size());
      if (next == raw_.size() || raw_[next] != '\n') {
        if (breaks > 0) {
          byte_ = indent_ > 0 ? std::min(byte_ + indent_, next) : next;
        }
        return breaks;
      }
      byte_ = next + 1;
      ++breaks;
    }
  }

  // At the end of the way the place is that of the next character, not of the break before it.
  void skip_fold_before_text() {
    if (quote_ == '"' && raw() == '\\' && (raw(1) == '\n' || raw(1) == '\r')) {
      step_escape();
    }
    if (at_ < text_.size() && text_[at_] != '\n' && text_[at_] != ' ' && raw() != text_[at_]) {
      skip_lines();
    }
  }

  std::string_view raw_;
  std::string_view text_;
  char quote_ = '\0';
  size_t indent_ = 0;  // of a block; 0 for other scalars
  size_t byte_ = 0;
  size_t at_ = 0;
};

}  // namespace

SourceText::SourceText(std::string text) : text_(std::move(text)) {
  line_starts_.push_back(0);
  for (size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') {
      line_starts_.push_back(i + 1);
    }
  }
}

Position SourceText::position(size_t byte) const {
  const auto line = std::ranges::upper_bound(line_starts_, std::min(byte, text_.size())) - 1;
  const std::string_view before =
      std::string_view(text_).substr(*line, std::min(byte, text_.size()) - *line);
  const auto characters = static_cast<size_t>(std::ranges::count_if(
      before, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  const bool marked = *line == 0 && before.starts_with(kByteOrderMark);
  return {.line = static_cast<size_t>(line - line_starts_.begin()) + 1,
          .column = characters + 1 - (marked ? 1 : 0)};
}

const YamlNode* YamlNode::find(std::string_view key) const {
  const auto member =
      std::ranges::find_if(members, [&](const auto& one) { return one.key.text == key; });
  return member == members.end() ? nullptr : &member->value;
}

std::optional<YamlNode> parse_yaml(const SourceText& source, std::vector<YamlProblem>& problems) {
  const std::string& text = source.text();
  if (auto bad = find_bad_byte(text)) {
    problems.push_back(std::move(*bad));
    return std::nullopt;
  }
  const size_t first_byte = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  try {
    std::istringstream stream(text.substr(first_byte));
    YAML::Parser parser(stream);
    TreeBuilder tree(first_byte, problems);
    if (!parser.HandleNextDocument(tree)) {
      return YamlNode();
    }
    YamlNode root = tree.take();
    find_open_quotes(root, text, problems);
    std::vector<YamlProblem> ignored;
    TreeBuilder second(first_byte, ignored);
    if (parser.HandleNextDocument(second)) {
      problems.push_back(
          {second.take().byte, std::string(kProjectYaml),
           base::tr("a second document: one file holds one"),
           base::tr("remove the line ---, or indent what belongs to what stands above")});
    }
    return root;
  } catch (const YAML::ParserException& error) {
    problems.push_back(syntax_problem(text, first_byte, error));
  } catch (const std::exception& error) {  // the library's own bugs, memory
    problems.push_back(
        {0, std::string(kProjectYaml), base::message("no YAML: {}", error.what()), ""});
  }
  return std::nullopt;
}

std::optional<std::pair<std::string, std::string>> ambiguity(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kPlain) {
    return std::nullopt;
  }
  const std::string low = lower(node.text);
  static const std::set<std::string> words = {"yes", "no", "on", "off", "y", "n"};
  if (words.contains(low)) {
    return std::pair(base::message("{} is a boolean in some versions of YAML and a text in others",
                                   base::quote(node.text)),
                     base::message("write true or false, or the text '{}' in quotes", node.text));
  }
  if ((low == "true" || low == "false") && node.text != low) {
    return std::pair(base::message("{} is a boolean in some versions of YAML and a text in others",
                                   base::quote(node.text)),
                     base::message("write {}, or the text '{}' in quotes", low, node.text));
  }
  if (!is_json_number(node.text) && is_number_of_some_yaml(node.text)) {
    return std::pair(
        base::message("{} is a number in some versions of YAML and a text in others",
                      base::quote(node.text)),
        base::message("write a plain number like 10 or 0.5, or the text '{}' in quotes",
                      node.text));
  }
  return std::nullopt;
}

base::Json to_json_value(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return base::Json();
    case YamlNode::Kind::kQuoted:
      return base::Json(node.text);
    case YamlNode::Kind::kPlain:
      if (node.text == "true" || node.text == "false") {
        return base::Json(node.text == "true");
      }
      return is_json_number(node.text) ? base::Json(base::Json::Number{node.text})
                                       : base::Json(node.text);
    case YamlNode::Kind::kList: {
      base::Json::List list;
      for (const YamlNode& part : node.list) {
        list.push_back(to_json_value(part));
      }
      return base::Json(std::move(list));
    }
    case YamlNode::Kind::kMap:
      break;
  }
  base::Json::Object object;
  for (const auto& [key, value] : node.members) {
    object.emplace_back(key.text, to_json_value(value));
  }
  return base::Json(std::move(object));
}

size_t byte_of_text(const SourceText& source, const YamlNode& scalar, size_t offset) {
  return Walk(source.text(), scalar).find(offset).value_or(scalar.byte);
}

}  // namespace tagsmith::project
