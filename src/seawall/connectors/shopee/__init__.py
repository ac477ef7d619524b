"""Shopee Open Platform API v2, by documentation and measurements of 2025/2026. What other packages may use stands in
`api.py`.

Tags behind facts: [D] Shopee's own documentation, [S] seen in several SDKs, [M] measured live by a public project,
[P] notes of gated pages, [I] inferred by us, [U] unknown: then the connector stays on the safe side.
"""
