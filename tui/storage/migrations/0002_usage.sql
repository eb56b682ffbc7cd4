CREATE INDEX charges_by_provider ON charges (provider, at);
CREATE INDEX charges_by_combo ON charges (combo, at);
CREATE INDEX charges_failed ON charges (provider, at) WHERE failure IS NOT NULL;
CREATE INDEX charges_by_session ON charges (session_id, at);

DROP TABLE spend_by_day;
CREATE TABLE spend_by_day (
    day TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    cost_source TEXT NOT NULL,
    requests INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    microusd INTEGER NOT NULL,
    PRIMARY KEY (day, provider, model, cost_source)
) WITHOUT ROWID;
INSERT INTO spend_by_day
    SELECT date(CAST(at AS INTEGER), 'unixepoch'), provider, model, cost_source, SUM(NOT fallback), COUNT(*),
           SUM(COALESCE(input_tokens, 0)), SUM(COALESCE(output_tokens, 0)), SUM(COALESCE(cost_microusd, 0))
    FROM charges GROUP BY 1, 2, 3, 4;

CREATE TABLE spend_by_session_model (
    session_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    cost_source TEXT NOT NULL,
    requests INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    microusd INTEGER NOT NULL,
    PRIMARY KEY (session_id, provider, model, cost_source)
) WITHOUT ROWID;
INSERT INTO spend_by_session_model
    SELECT session_id, provider, model, cost_source, SUM(NOT fallback), COUNT(*),
           SUM(COALESCE(input_tokens, 0)), SUM(COALESCE(output_tokens, 0)), SUM(COALESCE(cost_microusd, 0))
    FROM charges GROUP BY 1, 2, 3, 4;
