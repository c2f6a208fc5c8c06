#include "dataset/join.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <span>
#include <utility>

#include "base/assert.h"
#include "base/interrupt.h"
#include "base/language.h"
#include "base/problem.h"
#include "dataset/discover.h"

namespace tagsmith::dataset {
namespace {

using column::ColumnData;
using column::ColumnId;
using column::ColumnView;
using column::kKeyTable;

base::Error duplicate(const TableSource& source, std::string_view key) {
  return {.code = base::ErrorCode::kInvalidArgument,
          .message = base::message("table {} has two rows with {} = {}",
                                   base::quote(full_name(source)), source.key, base::quote(key)),
          .symbol = "E_DATA_DUPLICATE",
          .path = place_of(source),
          .hint = base::tr("make it one row a user, for example by a SELECT with group by")};
}

base::Error too_many_users() {
  return {.code = base::ErrorCode::kResourceExhausted,
          .message = base::message("the data set has more than {} users", kUsersMax)};
}

UserCodes codes_of_width(size_t width) {
  switch (width) {
    case 1:
      return std::vector<std::uint8_t>();
    case 2:
      return std::vector<std::uint16_t>();
    default:
      TAGSMITH_ASSERT(width == 4);
      return std::vector<std::uint32_t>();
  }
}

void resize(UserCodes& codes, size_t size) {
  std::visit([size](auto& vector) { vector.resize(size); }, codes);
}

void* address(UserCodes& codes, size_t user) {
  return std::visit([user](auto& vector) -> void* { return vector.data() + user; }, codes);
}

// An encoder that one table feeds, with the places of its columns in that table's batches.
struct SourceEncoder {
  const engine::Encoder* encoder = nullptr;
  UserCodes* codes = nullptr;  // of all users
  std::vector<size_t> positions;
};

// A way of reading a column of the table, whose cells are counted as they pass.
struct CountedReading {
  const engine::Reading* reading = nullptr;
  std::optional<size_t> encoder;  // of the scan, whose codes are there anyway
  size_t position = 0;            // else: of the column in that table's batches
};

// A column that an encoder over several tables needs: the cells as they came, and where each
// user's is.
struct KeptColumn {
  explicit KeptColumn(ColumnId column_id, const column::Type& type) : id(column_id), cells(type) {}

  static constexpr UserNumber kNoRow = 0xFFFF'FFFF;

  ColumnId id;
  size_t position = 0;  // in the batches of its table
  ColumnData cells;
  ColumnView view;  // of the cells, once the scans are over
  std::vector<UserNumber> row_of_user;
};

// The scan of one table. Its consumers encode on their own and put what they have into the shared
// state one at a time.
class TableScan {
 public:
  TableScan(const TableSource& source, KeyDictionary& keys) : source_(source), keys_(keys) {}

  void add(SourceEncoder encoder) { encoders_.push_back(std::move(encoder)); }
  void add(KeptColumn& column) { kept_.push_back(&column); }
  void add(CountedReading reading) {
    readings_.push_back(reading);
    cells_.emplace_back();
  }

  [[nodiscard]] const std::vector<SourceEncoder>& encoders() const { return encoders_; }
  [[nodiscard]] const std::vector<CountedReading>& readings() const { return readings_; }
  [[nodiscard]] const std::vector<engine::CellCounts>& cells() const { return cells_; }

  /// `codes` holds the codes of the batch for each encoder, `cells` its counts for each reading.
  base::Status put(const TableBatch& batch, const std::vector<UserCodes>& codes,
                   const std::vector<engine::CellCounts>& cells, std::vector<UserNumber>& users) {
    const std::lock_guard lock(mutex_);
    if (keys_.size() + batch.row_count > kUsersMax) {
      return too_many_users();
    }
    users.clear();
    for (const std::string_view key : batch.keys.first(batch.row_count)) {
      const UserNumber user = keys_.find_or_add(key);
      if (user >= seen_.size()) {
        seen_.resize(std::max<size_t>(keys_.size(), user + size_t{1}));
      }
      if (seen_[user]) {
        return duplicate(source_, key);
      }
      seen_[user] = true;
      users.push_back(user);
    }
    for (size_t i = 0; i < encoders_.size(); ++i) {
      scatter(codes[i], users, *encoders_[i].codes);
    }
    for (size_t i = 0; i < cells_.size(); ++i) {
      cells_[i] += cells[i];
    }
    for (KeptColumn* column : kept_) {
      keep(batch.columns[column->position], users, *column);
    }
    return {};
  }

 private:
  void scatter(const UserCodes& from, const std::vector<UserNumber>& users, UserCodes& to) const {
    std::visit(
        [&](auto& target) {
          using Vector = std::remove_reference_t<decltype(target)>;
          const Vector& source = std::get<Vector>(from);
          target.resize(std::max(target.size(), keys_.size()));
          for (size_t row = 0; row < users.size(); ++row) {
            target[users[row]] = source[row];
          }
        },
        to);
  }

  void keep(const ColumnView& view, const std::vector<UserNumber>& users, KeptColumn& to) const {
    to.row_of_user.resize(std::max(to.row_of_user.size(), keys_.size()), KeptColumn::kNoRow);
    for (size_t row = 0; row < users.size(); ++row) {
      to.row_of_user[users[row]] = static_cast<UserNumber>(to.cells.row_count());
      to.cells.append(view.value(row));
    }
  }

  const TableSource& source_;
  std::vector<SourceEncoder> encoders_;
  std::vector<KeptColumn*> kept_;
  std::vector<CountedReading> readings_;

  std::mutex mutex_;
  KeyDictionary& keys_;  // this and what follows by one consumer at a time
  std::vector<bool> seen_;
  std::vector<engine::CellCounts> cells_;  // of each reading
};

class EncodingConsumer final : public BatchConsumer {
 public:
  explicit EncodingConsumer(TableScan& scan) : scan_(scan) {
    for (const SourceEncoder& encoder : scan.encoders()) {
      codes_.push_back(codes_of_width(encoder.encoder->code_width()));
    }
  }

  base::Status consume(const TableBatch& batch) override {
    if (base::interrupted()) {
      return base::cancelled();
    }
    for (size_t i = 0; i < codes_.size(); ++i) {
      const SourceEncoder& encoder = scan_.encoders()[i];
      inputs_.clear();
      for (const size_t position : encoder.positions) {
        inputs_.push_back(batch.columns[position]);
      }
      resize(codes_[i], batch.row_count);
      encoder.encoder->encode(inputs_, address(codes_[i], 0));
    }
    cells_.clear();
    for (const CountedReading& counted : scan_.readings()) {
      const engine::Reading& reading = *counted.reading;
      if (counted.encoder) {
        cells_.push_back(engine::count_cells(reading, view(codes_[*counted.encoder])));
      } else {
        UserCodes codes = codes_of_width(reading.encoder->code_width());
        resize(codes, batch.row_count);
        reading.encoder->encode({&batch.columns[counted.position], 1}, address(codes, 0));
        cells_.push_back(engine::count_cells(reading, view(codes)));
      }
    }
    return scan_.put(batch, codes_, cells_, users_);
  }

 private:
  static engine::Codes view(const UserCodes& codes) {
    return std::visit([](const auto& vector) { return engine::Codes(std::span(vector)); }, codes);
  }

  TableScan& scan_;
  std::vector<UserCodes> codes_;
  std::vector<ColumnView> inputs_;
  std::vector<engine::CellCounts> cells_;  // of the batch, for each reading
  std::vector<UserNumber> users_;
};

// The table that alone feeds an encoder, or nothing: the key belongs to no table.
std::optional<size_t> one_table_of(const engine::Encoder& encoder) {
  const size_t table = encoder.inputs().front().table;
  const bool one = table != kKeyTable && std::ranges::all_of(encoder.inputs(), [&](ColumnId id) {
                     return id.table == table;
                   });
  return one ? std::optional(table) : std::nullopt;
}

// Joins in three steps: plan which encoder is fed where, scan the tables, then encode what needed
// several tables or the key.
class Join {
 public:
  Join(Reader& reader, const DataSet& data, const engine::Program& program)
      : reader_(reader), data_(data), program_(program) {
    for (const auto& encoder : program.encoders()) {
      users_.codes.push_back(codes_of_width(encoder->code_width()));
      if (one_table_of(*encoder)) {
        continue;
      }
      for (const ColumnId id : encoder->inputs()) {
        if (id.table != kKeyTable && find_kept(id) == nullptr) {
          kept_.push_back(std::make_unique<KeptColumn>(id, data.schema.type(id)));
        }
      }
    }
  }

  base::Status scan(size_t table) {
    TableScan scan(data_.sources[table], users_.keys);
    std::vector<size_t> columns;  // asked of the reader
    const auto position_of = [&](ColumnId id) {
      const auto place = std::ranges::find(columns, id.column);
      const auto position = static_cast<size_t>(place - columns.begin());
      if (place == columns.end()) {
        columns.push_back(id.column);
      }
      return position;
    };
    for (size_t i = 0; i < users_.codes.size(); ++i) {
      const engine::Encoder& encoder = *program_.encoders()[i];
      if (one_table_of(encoder) != table) {
        continue;
      }
      SourceEncoder source{.encoder = &encoder, .codes = &users_.codes[i]};
      for (const ColumnId id : encoder.inputs()) {
        source.positions.push_back(position_of(id));
      }
      scan.add(std::move(source));
    }
    for (const auto& column : kept_) {
      if (column->id.table == table) {
        column->position = position_of(column->id);
        scan.add(*column);
      }
    }
    for (const engine::Reading& reading : program_.readings()) {
      if (reading.column.table == table) {
        const auto encoded =
            std::ranges::find(scan.encoders(), reading.encoder, &SourceEncoder::encoder);
        CountedReading counted{.reading = &reading, .position = position_of(reading.column)};
        if (encoded != scan.encoders().end()) {
          counted.encoder = static_cast<size_t>(encoded - scan.encoders().begin());
        }
        scan.add(counted);
      }
    }
    ScanSpec spec{.source = data_.sources[table]};
    for (const size_t index : columns) {
      spec.columns.push_back(data_.schema.tables[table].columns[index].name);
    }
    const ScanCounts counts =
        TAGSMITH_TRY(reader_.scan(spec, [&] { return std::make_unique<EncodingConsumer>(scan); }));
    const std::string name = full_name(data_.sources[table]);
    users_.counts.push_back({name, counts, users_.keys.size()});
    for (size_t i = 0; i < scan.readings().size(); ++i) {
      const engine::Reading& reading = *scan.readings()[i].reading;
      users_.readings.push_back({.table = name,
                                 .column = data_.schema.column(reading.column).name,
                                 .as = reading.as,
                                 .cells = scan.cells()[i]});
    }
    return {};
  }

  base::Result<JoinedUsers> finish() {
    for (const auto& column : kept_) {
      column->view = column->cells.view();
    }
    for (size_t i = 0; i < users_.codes.size(); ++i) {
      resize(users_.codes[i], users_.keys.size());
      const engine::Encoder& encoder = *program_.encoders()[i];
      if (!one_table_of(encoder)) {
        TAGSMITH_TRY(encode_joined(encoder, users_.codes[i]));
      }
    }
    return std::move(users_);
  }

 private:
  [[nodiscard]] KeptColumn* find_kept(ColumnId id) const {
    const auto found =
        std::ranges::find_if(kept_, [&](const auto& column) { return column->id == id; });
    return found == kept_.end() ? nullptr : found->get();
  }

  base::Status encode_joined(const engine::Encoder& encoder, UserCodes& codes) const {
    const size_t user_count = users_.keys.size();
    for (size_t first = 0; first < user_count; first += engine::kTileRows) {
      if (base::interrupted()) {
        return base::cancelled();
      }
      const size_t row_count = std::min(engine::kTileRows, user_count - first);
      std::vector<std::string_view> keys;
      std::vector<ColumnData> gathered;
      gathered.reserve(encoder.inputs().size());  // views point into it
      std::vector<ColumnView> views;
      for (const ColumnId id : encoder.inputs()) {
        if (id.table == kKeyTable) {
          keys.clear();
          for (size_t row = 0; row < row_count; ++row) {
            keys.push_back(users_.keys.key(static_cast<UserNumber>(first + row)));
          }
          views.push_back({.type = data_.schema.key.type, .row_count = row_count, .texts = keys});
        } else {
          gathered.push_back(gather(*find_kept(id), first, row_count));
          views.push_back(gathered.back().view());
        }
      }
      encoder.encode(views, address(codes, first));
    }
    return {};
  }

  static ColumnData gather(const KeptColumn& column, size_t first, size_t row_count) {
    ColumnData data(column.cells.type());
    for (size_t user = first; user < first + row_count; ++user) {
      const bool has_row =
          user < column.row_of_user.size() && column.row_of_user[user] != KeptColumn::kNoRow;
      data.append(has_row ? column.view.value(column.row_of_user[user]) : column::Value());
    }
    return data;
  }

  Reader& reader_;
  const DataSet& data_;
  const engine::Program& program_;
  std::vector<std::unique_ptr<KeptColumn>> kept_;
  JoinedUsers users_;
};

// Takes the one row of a user.
class UserConsumer final : public BatchConsumer {
 public:
  struct Shared {
    const TableSource& source;
    const std::vector<ColumnId>& columns;
    std::mutex mutex;
    size_t row_count = 0;
    UserRow row;
  };

  explicit UserConsumer(Shared& shared) : shared_(shared) {}

  base::Status consume(const TableBatch& batch) override {
    const std::lock_guard lock(shared_.mutex);
    shared_.row_count += batch.row_count;
    if (shared_.row_count > 1) {
      return duplicate(shared_.source, batch.keys.front());
    }
    for (size_t i = 0; batch.row_count > 0 && i < shared_.columns.size(); ++i) {
      shared_.row[shared_.columns[i]] = batch.columns[i].value(0);
    }
    return {};
  }

 private:
  Shared& shared_;
};

}  // namespace

base::Result<JoinedUsers> join(Reader& reader, const DataSet& data, const engine::Program& program,
                               const std::function<void(std::string_view)>& on_table,
                               size_t first_table) {
  Join joined(reader, data, program);
  std::vector<size_t> order;
  for (size_t table = 0; table < data.sources.size(); ++table) {
    order.insert(table == first_table ? order.begin() : order.end(), table);
  }
  for (const size_t table : order) {
    if (on_table) {
      on_table(full_name(data.sources[table]));
    }
    TAGSMITH_TRY(joined.scan(table));
  }
  return joined.finish();
}

base::Result<std::optional<UserRow>> read_user(Reader& reader, const DataSet& data,
                                               const std::string& user,
                                               const std::vector<ColumnId>& columns) {
  UserRow row;
  bool found = false;
  for (size_t table = 0; table < data.sources.size(); ++table) {
    std::vector<ColumnId> of_table;
    std::ranges::copy_if(columns, std::back_inserter(of_table),
                         [&](ColumnId id) { return id.table == table; });
    ScanSpec spec{.source = data.sources[table], .only_user = user};
    for (const ColumnId id : of_table) {
      spec.columns.push_back(data.schema.column(id).name);
    }
    UserConsumer::Shared shared{.source = data.sources[table], .columns = of_table};
    TAGSMITH_TRY(reader.scan(spec, [&] { return std::make_unique<UserConsumer>(shared); }));
    found = found || shared.row_count > 0;
    row.merge(shared.row);
  }
  if (!found) {
    return std::optional<UserRow>();
  }
  row[column::kKeyColumn] = user;
  return std::optional(std::move(row));
}

}  // namespace tagsmith::dataset
