"""The shop of the benchmark: three tables of Parquet and fifty tags over them, for Tagsmith and as SQL."""

import re

DAY = "2025-11-22"
TABLES = {
    "users": {
        "age": "(14 + {h} % 60)::integer",
        "level": "'VIP' || {h} % 6",
        "country": "['CN', 'US', 'DE', 'FR', 'BR', 'JP', 'IN'][1 + {h} % 7]",
        "registered": "date '2019-01-01' + ({h} % 2500)::integer",
        "verified": "{h} % 3 <> 0",
        "email": "'user' || {h} % 100000 || ['@mail.example', '@corp.example', '@school.example'][1 + {h} % 3]",
    },
    "assets": {
        "total": "(({h} % 20000000) / 100)::decimal(18, 2)",
        "cash": "(({h} % 10000000) / 100)::decimal(18, 2)",
        "risk": "({h} % 1000) / 10.0::double",
        "currency": "['USD', 'EUR', 'BTC', 'CNY'][1 + {h} % 4]",
    },
    "activity": {
        "trades": "({h} % 200)::integer",
        "refunds": "({h} % 30)::integer",
        "last_login": "date '2024-11-23' + ({h} % 365)::integer",
        "channel": "['app', 'web', 'api', 'phone'][1 + {h} % 4]",
    },
}


def rules():
    """(code, rule): comparisons, ranges, lists, texts, days, nulls, columns against columns, three tables at once."""
    yield from ((f"level_{i}", f"level = 'VIP{i}'") for i in range(6))
    yield from ((f"age_{a}", f"age between {a} and {a + 9}") for a in (18, 28, 38, 48, 58))
    yield from ((f"from_{c.lower()}", f"country = '{c}'") for c in ("CN", "US", "DE"))
    yield from ((f"assets_{n}k", f"total >= {n}000 and verified = true") for n in (10, 50, 100, 150, 190))
    yield from ((f"recent_{d}", f"last_login >= today() - {d} days") for d in (1, 7, 30, 90))
    yield from ((f"trades_{n}", f"trades >= {n} and channel in ('app', 'api')") for n in (10, 50, 100, 190))
    yield from ((f"risk_{n}", f"risk > {n}.5 or (risk is null and total > 100000)") for n in (50, 70, 90, 95))
    yield from {
        "europe": "country in ('DE', 'FR')",
        "young_trader": "age < 25 and trades > 20 and not (refunds > 10)",
        "company": "contains(email, '@corp.')",
        "school": "ends_with(email, '@school.example')",
        "user_1": "starts_with(email, 'user1')",
        "cash_rich": "cash > total",
        "mostly_invested": "total > cash and cash < 1000",
        "unverified": "verified = false or verified is null",
        "unknown_age": "age is null",
        "lost": "last_login < today() - 180 days and total < 500",
        "veteran": "registered < '2020-01-01' and trades >= 1",
        "newcomer": "registered >= '2025-06-01'",
        "refunder": "refunds > 20 and trades < 50",
        "refunds_beat_trades": "refunds > trades",
        "crypto": "currency = 'BTC' and risk >= 30",
        "calm_saver": "risk <= 20 and cash >= 5000.50 and age >= 40",
        "phone_user": "channel = 'phone' and not (country in ('US', 'JP'))",
        "whale": "total >= 180000 or cash >= 95000 or (trades >= 195 and level in ('VIP4', 'VIP5'))",
        "dormant_vip": "level in ('VIP3', 'VIP4', 'VIP5') and last_login < today() - 60 days",
    }.items()


def as_sql(rule):
    """The same condition for DuckDB."""
    return re.sub(r"today\(\) - (\d+) days", rf"(date '{DAY}' - \1)", rule)


def columns_of(rule):
    """What the rule reads, in the order of the tables."""
    return [name for columns in TABLES.values() for name in columns if re.search(rf"\b{name}\b", rule)]


def tags():
    """(id, code, rule)"""
    return [(number, code, rule) for number, (code, rule) in enumerate(rules(), 1)]


def write_tables(duckdb, folder, users):
    """A cell in nine is null, and one user in thirty lacks in a table. In `folder`/changed one user in a hundred has
    other assets."""
    (folder / "changed").mkdir(parents=True)
    for table, columns in TABLES.items():
        def select(is_changed):
            salt = "if(i % 100 = 7, '!', '')" if is_changed else "''"
            cells = ", ".join(f"if(hash(i, '{name}?') % 9 = 0, null, {text}) as {name}".format(
                h=f"(hash(i, '{name}' || {salt}) >> 1)::bigint") for name, text in columns.items())
            return (f"select 'u' || lpad(i::varchar, 9, '0') as user_id, {cells} from range({users}) r(i) "
                    f"where hash(i, '{table}') % 30 <> 0 order by hash(i, '{table}!')")
        duckdb.run(f"copy ({select(False)}) to '{folder}/{table}.parquet' (format parquet)")
        if table == "assets":
            duckdb.run(f"copy ({select(True)}) to '{folder}/changed/{table}.parquet' (format parquet)")


def write_project(folder):
    quoted = [(tag_id, code, rule.replace('"', '\\"')) for tag_id, code, rule in tags()]
    (folder / "tagsmith.yaml").write_text("project: shop\ndatasets:\n" + "".join(
        f"  {table}: {{ path: {table}.parquet }}\n" for table in TABLES) + "store: sqlite:tags.db\n")
    (folder / "tags").mkdir(exist_ok=True)
    (folder / "tags" / "tags.yaml").write_text("tags:\n" + "".join(
        f'  - {{ id: {tag_id}, code: {code}, when: "{rule}" }}\n' for tag_id, code, rule in quoted))
