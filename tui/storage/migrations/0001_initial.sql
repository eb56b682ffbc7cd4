CREATE TABLE chats (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    created REAL NOT NULL,
    updated REAL NOT NULL,
    message_count INTEGER NOT NULL DEFAULT 0,
    cost_microusd INTEGER,
    preview TEXT NOT NULL DEFAULT ''
);
CREATE INDEX chats_by_update ON chats (updated DESC);

CREATE TABLE turns (
    chat_id TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    began REAL NOT NULL,
    finished REAL,
    outcome TEXT,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (chat_id, id)
) WITHOUT ROWID;

CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    turn_id TEXT NOT NULL,
    role TEXT NOT NULL,
    body TEXT NOT NULL,
    text TEXT NOT NULL,
    outcome TEXT NOT NULL,
    model TEXT NOT NULL,
    usage TEXT,
    cost_microusd INTEGER,
    cost_source TEXT,
    at REAL NOT NULL
);
CREATE INDEX messages_of_chat ON messages (chat_id, seq);

CREATE TABLE calls (
    chat_id TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    turn_id TEXT NOT NULL,
    server TEXT NOT NULL,
    tool TEXT NOT NULL,
    arguments_json TEXT NOT NULL,
    started REAL NOT NULL,
    finished REAL,
    result TEXT,
    PRIMARY KEY (chat_id, id)
) WITHOUT ROWID;
CREATE INDEX calls_by_id ON calls (id);

CREATE TABLE holds (
    attempt_id TEXT PRIMARY KEY,
    request_id TEXT NOT NULL,
    turn_id TEXT,
    session_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    amount INTEGER NOT NULL,
    at REAL NOT NULL,
    owner TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE charges (
    attempt_id TEXT PRIMARY KEY,
    request_id TEXT NOT NULL,
    turn_id TEXT,
    session_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    combo TEXT,
    outcome TEXT NOT NULL,
    failure TEXT,
    status INTEGER,
    input_tokens INTEGER,
    output_tokens INTEGER,
    cached_tokens INTEGER,
    reasoning_tokens INTEGER,
    usage_estimated INTEGER NOT NULL,
    cost_microusd INTEGER,
    cost_source TEXT NOT NULL,
    latency_ms INTEGER NOT NULL,
    first_token_ms INTEGER,
    fallback INTEGER NOT NULL,
    at REAL NOT NULL,
    recovered INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX charges_by_request ON charges (request_id);

CREATE TABLE spend_by_turn (
    turn_id TEXT PRIMARY KEY,
    microusd INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE spend_by_session (
    session_id TEXT PRIMARY KEY,
    microusd INTEGER NOT NULL,
    unknown_calls INTEGER NOT NULL,
    estimated_calls INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE spend_by_minute (
    minute INTEGER PRIMARY KEY,
    microusd INTEGER NOT NULL
);

CREATE TABLE spend_by_day (
    day TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    calls INTEGER NOT NULL,
    unknown_calls INTEGER NOT NULL,
    estimated_calls INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    microusd INTEGER NOT NULL,
    PRIMARY KEY (day, provider, model)
) WITHOUT ROWID;

CREATE TABLE documents (
    key TEXT PRIMARY KEY,
    document TEXT NOT NULL
);

CREATE TABLE decisions (
    request_id TEXT PRIMARY KEY,
    document TEXT NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX decisions_by_age ON decisions (at);

CREATE TABLE tool_rules (
    server TEXT NOT NULL,
    tool TEXT NOT NULL,
    rule TEXT NOT NULL,
    PRIMARY KEY (server, tool)
) WITHOUT ROWID;

CREATE TABLE trusted_servers (
    name TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (name, fingerprint)
) WITHOUT ROWID;
