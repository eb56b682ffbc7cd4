"""The offline demo's providers: a rule-based model behind the wire format of a real endpoint."""
