#include <sqlite3.h>

/// `SQLITE_TRANSIENT`, a cast that Swift does not import: the bytes are copied before the call returns.
static inline sqlite3_destructor_type linnet_sqlite_transient(void) { return SQLITE_TRANSIENT; }

/// Sets a switch of `sqlite3_db_config`, whose variable arguments Swift does not import.
static inline int linnet_sqlite_switch(sqlite3 *database, int option, int value) {
    return sqlite3_db_config(database, option, value, (int *)0);
}
