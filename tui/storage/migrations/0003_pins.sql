CREATE TABLE pin_sets (
    server TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE pins (
    server TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (server, kind, name)
) WITHOUT ROWID;

CREATE TABLE switched_off (
    server TEXT NOT NULL,
    tool TEXT NOT NULL,
    PRIMARY KEY (server, tool)
) WITHOUT ROWID;

CREATE TABLE agreed_launches (
    server TEXT PRIMARY KEY,
    lines TEXT NOT NULL,
    typed INTEGER NOT NULL
) WITHOUT ROWID;
