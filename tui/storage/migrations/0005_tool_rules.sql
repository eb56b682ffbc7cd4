ALTER TABLE tool_rules RENAME TO tool_rules_by_name;

CREATE TABLE tool_rules (
    server TEXT NOT NULL,
    launch TEXT NOT NULL,
    tool TEXT NOT NULL,
    rule TEXT NOT NULL,
    PRIMARY KEY (server, launch, tool)
) WITHOUT ROWID;

INSERT INTO tool_rules SELECT server, '', tool, rule FROM tool_rules_by_name WHERE rule <> 'allow';

INSERT INTO tool_rules
SELECT server, fingerprint, tool, rule FROM tool_rules_by_name JOIN trusted_servers ON name = server WHERE rule = 'allow';

DROP TABLE tool_rules_by_name;
