CREATE TABLE access_keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    scopes TEXT NOT NULL,
    day_budget_microusd INTEGER,
    created REAL NOT NULL,
    revoked REAL
) WITHOUT ROWID;
CREATE UNIQUE INDEX access_keys_by_name ON access_keys (name) WHERE revoked IS NULL;

CREATE TABLE caller_holds (
    call_id TEXT PRIMARY KEY,
    key_id TEXT NOT NULL,
    amount INTEGER NOT NULL,
    at REAL NOT NULL,
    owner TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX caller_holds_by_key ON caller_holds (key_id);

CREATE TABLE caller_spend (
    key_id TEXT NOT NULL,
    day TEXT NOT NULL,
    microusd INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (key_id, day)
) WITHOUT ROWID;

CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    caller TEXT NOT NULL,
    key_id TEXT NOT NULL,
    tool TEXT NOT NULL,
    outcome TEXT NOT NULL,
    duration_ms INTEGER NOT NULL,
    cost_microusd INTEGER,
    cost_source TEXT NOT NULL,
    input_hmac TEXT NOT NULL,
    transport TEXT NOT NULL,
    chain TEXT NOT NULL
);
