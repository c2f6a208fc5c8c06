"""libduckdb through ctypes: as much of its C API as a benchmark needs."""

import ctypes


class _Result(ctypes.Structure):
    _fields_ = [("column_count", ctypes.c_uint64), ("row_count", ctypes.c_uint64), ("rows_changed", ctypes.c_uint64),
                ("columns", ctypes.c_void_p), ("error", ctypes.c_char_p), ("internal_data", ctypes.c_void_p)]


class Database:
    """A DuckDB database in a file, or in memory, with one connection."""

    def __init__(self, library, path=":memory:", threads=2):
        self.api = ctypes.CDLL(str(library))
        self.api.duckdb_library_version.restype = ctypes.c_char_p
        self.api.duckdb_value_varchar.restype = ctypes.c_void_p
        for name in ("duckdb_row_count", "duckdb_column_count"):
            getattr(self.api, name).restype = ctypes.c_uint64
        self.database, self.connection = ctypes.c_void_p(), ctypes.c_void_p()
        if self.api.duckdb_open(str(path).encode(), ctypes.byref(self.database)) != 0:
            raise RuntimeError(f"cannot open {path}")
        if self.api.duckdb_connect(self.database, ctypes.byref(self.connection)) != 0:
            raise RuntimeError(f"cannot connect to {path}")
        self.run(f"set threads = {threads}")
        self.run("set enable_progress_bar = false")

    @property
    def version(self):
        return self.api.duckdb_library_version().decode()

    def run(self, sql):
        """Does one statement; all cells of what it gives, as texts (None: null)."""
        result = _Result()
        try:
            if self.api.duckdb_query(self.connection, sql.encode(), ctypes.byref(result)) != 0:
                raise RuntimeError(f"{(result.error or b'').decode()}\n{sql}")
            return [[self._cell(result, column, row) for column in range(self.api.duckdb_column_count(ctypes.byref(result)))]
                    for row in range(self.api.duckdb_row_count(ctypes.byref(result)))]
        finally:
            self.api.duckdb_destroy_result(ctypes.byref(result))

    def _cell(self, result, column, row):
        text = self.api.duckdb_value_varchar(ctypes.byref(result), ctypes.c_uint64(column), ctypes.c_uint64(row))
        if not text:
            return None
        value = ctypes.string_at(text).decode()
        self.api.duckdb_free(ctypes.c_void_p(text))
        return value

    def close(self):
        self.api.duckdb_disconnect(ctypes.byref(self.connection))
        self.api.duckdb_close(ctypes.byref(self.database))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
