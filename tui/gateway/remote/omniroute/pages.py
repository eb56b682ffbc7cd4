"""The pages of OmniRoute that are read, and how often.

Each poll takes a turn from the traffic it asks about: OmniRoute answers one request at a time. What a page costs was
measured with 3.7.9 and five thousand logged requests: health 30 ms, analytics 100, most others below 10. Sessions,
history and the console's log are never read.
"""

from tui.gateway.remote.omniroute import account_pages, health_page, routing_pages, use_pages
from tui.gateway.remote.pages import Page

CALLS = 200
"""How many rows of the call log are looked at."""

HEALTH = Page(("api/monitoring/health",), health_page.health, 2.0)
QUOTA = Page(("api/usage/quota",), account_pages.quota, 5.0)
COMBOS = Page(("api/combos",), routing_pages.combos, 5.0)
COMBO_COUNTS = Page(("api/combos/metrics",), routing_pages.combo_counts, 5.0)
CALL_LOG = Page(("api/usage/call-logs",), use_pages.calls, 8.0, lambda _: {"limit": CALLS})
PROVIDER_COUNTS = Page(("api/provider-metrics",), use_pages.provider_counts, 8.0)
CONNECTIONS = Page(("api/providers",), account_pages.connections, 15.0)
NODES = Page(("api/provider-nodes",), account_pages.nodes, 30.0)
RESILIENCE = Page(("api/resilience",), routing_pages.resilience, 30.0)
DAY = Page(("api/usage/analytics",), use_pages.analytics, 20.0, lambda _: {"range": "1d"})
POLLED = (HEALTH, CONNECTIONS, NODES, RESILIENCE, COMBOS, QUOTA, CALL_LOG, PROVIDER_COUNTS, DAY, COMBO_COUNTS)
