"""The same tags by DuckDB alone: one SQL statement in each of three forms, and what it takes to keep a table with it."""

import csv
import sqlite3

import shop

TIME = f"{shop.DAY} 10:30:00.000000"
ALL = "users full join assets using (user_id) full join activity using (user_id)"
CHANGED = f"(select * from {ALL} where user_id in (select user_id from changes))"


def _detail(rule):
    """The evidence that a row keeps of one tag: an expression of SQL."""
    cells = ", ".join(f"{name} := {name}" for name in shop.columns_of(rule))
    reason = rule.replace("'", "''").replace('"', '\\"')
    return (f"""'{{"value":' || to_json(struct_pack({cells})) || ',"reason":"{reason}","source":"rule","""
            f""""hit_time":"{TIME}","rule_version":1}}'""")


def _cells(tags, with_details):
    """For each rule what a user gets by it, else null: the tag's id, or its member of tag_details."""
    for tag, _, rule in tags:
        value = f"""'"{tag}":' || {_detail(rule)}""" if with_details else str(tag)
        yield tag, f"case when {shop.as_sql(rule)} then {value} end"


def list_of_cases(tags, source, with_details):
    """One row a user: a list with a CASE for each rule, without its nulls."""
    def members(details):
        return f"list_filter([{', '.join(cell for _, cell in _cells(tags, details))}], lambda x: x is not null)"

    lists = f"{members(False)} as ids" + (f", {members(True)} as details" if with_details else "")
    details = ", '{' || array_to_string(details, ',') || '}' as tag_details" if with_details else ""
    return (f"select user_id, '[' || array_to_string(ids, ',') || ']' as tag_ids{details} "
            f"from (select user_id, {lists} from {source}) where len(ids) > 0")


def _grouped(rows, with_details):
    """`rows` has user_id, tag and, with details, member."""
    details = ", '{' || string_agg(member, ',' order by tag) || '}' as tag_details" if with_details else ""
    return (f"select user_id, '[' || string_agg(tag::varchar, ',' order by tag) || ']' as tag_ids{details} "
            f"from ({rows}) group by user_id")


def union_of_rules(tags, source, with_details):
    """A SELECT for each rule, then a group for each user."""
    selects = " union all ".join(f"select user_id, {tag} as tag, {cell} as member from everything where member is not null"
                                 for tag, cell in _cells(tags, with_details))
    return f"with everything as materialized (select * from {source}) {_grouped(selects, with_details)}"


def unpivot(tags, source, with_details):
    """A column for each rule, turned into rows, then a group for each user."""
    columns = ", ".join(f'{cell} as "{tag}"' for tag, cell in _cells(tags, with_details))
    return _grouped(f"select user_id, tag::integer as tag, member from (unpivot (select user_id, {columns} from {source}) "
                    "on columns(* exclude (user_id)) into name tag value member)", with_details)


FORMS = {"list of CASEs": list_of_cases, "UNION ALL": union_of_rules, "UNPIVOT": unpivot}
SCHEMA = """create table user_tags (id integer primary key, user_id text not null, tag_ids text not null,
            tag_details text not null, created_time text not null, updated_time text not null)"""
INDEXES = ["create unique index user_tags_user_id on user_tags (user_id)",
           "create index user_tags_created_time on user_tags (created_time)",
           "create index user_tags_updated_time on user_tags (updated_time)"]


def see_tables(duckdb, folder):
    for table in shop.TABLES:
        duckdb.run(f"create or replace view {table} as from '{folder}/{table}.parquet'")


def first(duckdb, form):
    """Computes and writes the whole table."""
    duckdb.run(f"create or replace table user_tags as select row_number() over () as id, *, '{TIME}' as created_time, "
               f"'{TIME}' as updated_time from ({FORMS[form](shop.tags(), ALL, True)})")


def again(duckdb, form):
    """Computes the ids anew, for users whose ids differ also the details, and writes these rows; how many.

    A user who lost every tag keeps a row.
    """
    duckdb.run(f"create or replace temp table now as {FORMS[form](shop.tags(), ALL, False)}")
    duckdb.run("""create or replace temp table changes as
                  select coalesce(now.user_id, old.user_id) as user_id, old.user_id is null as is_new
                  from now full join user_tags old on now.user_id = old.user_id
                  where coalesce(now.tag_ids, '[]') is distinct from old.tag_ids""")
    count = int(duckdb.run("select count(*) from changes")[0][0])
    if count == 0:
        return 0
    duckdb.run(f"""create or replace temp table changes as
                   select user_id, coalesce(tag_ids, '[]') as tag_ids, coalesce(tag_details, '{{}}') as tag_details, is_new
                   from changes left join ({FORMS[form](shop.tags(), CHANGED, True)}) using (user_id)""")
    duckdb.run(f"""update user_tags set tag_ids = changes.tag_ids, tag_details = changes.tag_details,
                   updated_time = '{TIME}' from changes where changes.user_id = user_tags.user_id and not is_new""")
    duckdb.run(f"""insert into user_tags select (select max(id) from user_tags) + row_number() over (), user_id, tag_ids,
                   tag_details, '{TIME}', '{TIME}' from changes where is_new""")
    return count


def _rows(path):
    csv.field_size_limit(1 << 24)
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def copy_to_sqlite(duckdb, store, folder):
    """The whole table into a new SQLite file, in one transaction, as safe as Tagsmith writes: WAL, synced."""
    duckdb.run(f"copy user_tags to '{folder}/rows.csv' (header false)")
    connection = sqlite3.connect(store, isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("begin")
    connection.execute(SCHEMA)
    connection.executemany("insert into user_tags values (?, ?, ?, ?, ?, ?)", _rows(folder / "rows.csv"))
    for index in INDEXES:
        connection.execute(index)
    connection.execute("commit")
    connection.close()


def copy_changes_to_sqlite(duckdb, store, folder):
    """Those of again(); what SQLite holds is known from the table in DuckDB."""
    duckdb.run(f"copy (select tag_ids, tag_details, user_id from changes where not is_new) to '{folder}/old.csv' (header false)")
    duckdb.run(f"""copy (select user_id, tag_ids, tag_details, '{TIME}', '{TIME}' from changes where is_new)
                   to '{folder}/new.csv' (header false)""")
    connection = sqlite3.connect(store, isolation_level=None)
    connection.execute("pragma synchronous = full")
    connection.execute("begin")
    connection.executemany(f"update user_tags set tag_ids = ?, tag_details = ?, updated_time = '{TIME}' where user_id = ?",
                           _rows(folder / "old.csv"))
    connection.executemany("insert into user_tags (user_id, tag_ids, tag_details, created_time, updated_time) "
                           "values (?, ?, ?, ?, ?)", _rows(folder / "new.csv"))
    connection.execute("commit")
    connection.close()
