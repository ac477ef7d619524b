"""The simulator's own web page: shops, orders and chats of all platforms, each chat as the buyer sees it.

Plain HTML without script, outside files or forms; everything is escaped, and the headers forbid what is not needed.
"""

import html
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from aiohttp import web

from simulators.core.views import BubbleView, ChatView, OrderView, ShopView, Viewable

PAGE = 50
PAGES_MAX = 100_000
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
STYLE = """
:root { color-scheme: light dark; --line: #d8dde3; --faint: #5d6875; --seller: #dcebff; --buyer: #eef0f2;
  --link: #0b5cad; --warn: #a4332a; --ground: #fff; --ink: #17202a; }
@media (prefers-color-scheme: dark) { :root { --line: #3a434d; --faint: #9aa6b2; --seller: #16385c; --buyer: #2a3138;
  --link: #7db6f2; --warn: #f0938b; --ground: #14191e; --ink: #e6eaee; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem 1.25rem 3rem; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
nav { color: var(--faint); padding-bottom: .5rem; border-bottom: 1px solid var(--line); }
/* A box of its own: a name that turns the direction of writing turns nothing beside it. */
nav a { display: inline-block; }
a { color: var(--link); text-decoration: none; } a:hover, a:focus { text-decoration: underline; }
h1 { font-size: 1.4rem; margin: 1rem 0 .25rem; } h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
p { margin: .25rem 0 .75rem; } .faint { color: var(--faint); }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 600; color: var(--faint); } .number { text-align: right; font-variant-numeric: tabular-nums; }
.id { font-family: ui-monospace, monospace; font-size: .85em; overflow-wrap: anywhere; }
.chat { list-style: none; margin: 1rem 0; padding: 0; display: flex; flex-direction: column; gap: .75rem; }
.chat li { max-width: 42rem; width: fit-content; min-width: 12rem; padding: .5rem .8rem; border-radius: .6rem;
  background: var(--buyer); }
.chat li.seller { background: var(--seller); } .chat li.buyer { align-self: flex-end; }
.chat li.system { align-self: center; background: none; border: 1px dashed var(--line); }
.chat p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.chat small { display: block; color: var(--faint); margin-top: .25rem; overflow-wrap: anywhere; }
.chat .hidden p { text-decoration: line-through; } .chat .note { color: var(--warn); }
"""


class Pages:
    """Routes of the page for the platforms that can be looked at."""

    def __init__(self, views: Sequence[Viewable]) -> None:
        self._views: Mapping[str, Viewable] = {view.name: view for view in views}

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.get("/", self.home),
            web.get("/_view/style.css", self.style),
            web.get("/_view/{platform}/{shop}", self.shop),
            web.get("/_view/{platform}/{shop}/chats", self.chats),
            web.get("/_view/{platform}/{shop}/chat/{chat}", self.chat),
        ]

    async def style(self, request: web.Request) -> web.Response:
        """The one style sheet."""
        return web.Response(text=STYLE, content_type="text/css", headers=HEADERS)

    async def home(self, request: web.Request) -> web.Response:
        """Platforms and their shops."""
        parts = [_shops(view) for view in self._views.values()]
        return _page("Simulated platforms", [], "<h1>Simulated platforms</h1>" + "".join(parts))

    async def shop(self, request: web.Request) -> web.Response:
        """A shop's orders, page by page."""
        view, shop = self._shop(request)
        number = _number(request)
        rows = view.orders(shop.shop_id, offset=number * PAGE, limit=PAGE + 1)
        body = (
            f"<h1>{_t(shop.name)}</h1><p class=faint>{_t(shop.market.upper())} · {shop.orders:,} orders · "
            f'<a href="{_path(view.name, shop.shop_id, "chats")}">{shop.conversations:,} conversations</a> · '
            f"{shop.messages:,} messages of the seller</p>"
            f"<h2>Orders, newest first</h2>{_orders(view.name, shop.shop_id, rows[:PAGE])}"
            f"{_turning(number, len(rows) > PAGE)}"
        )
        return _page(shop.name, [(view.name, "/")], body)

    async def chats(self, request: web.Request) -> web.Response:
        """A shop's conversations, page by page."""
        view, shop = self._shop(request)
        number = _number(request)
        found = view.chats(shop.shop_id, offset=number * PAGE, limit=PAGE + 1)
        rows = "".join(
            f'<tr><td class=id><a href="{_path(view.name, shop.shop_id, "chat", chat.conversation_id)}">'
            f"{_t(chat.conversation_id)}</a></td><td class=id>{_t(chat.buyer_id)}</td>"
            f"<td class=id>{_t(_few(chat.order_ids))}</td><td class=number>{chat.unread_by_buyer}</td></tr>"
            for chat in found[:PAGE]
        )
        heads = "<th>Conversation<th>Buyer<th>Orders<th class=number>Unread by buyer"
        body = f"<h1>Conversations of {_t(shop.name)}</h1>{_table(heads, rows)}{_turning(number, len(found) > PAGE)}"
        crumbs = [(view.name, "/"), (shop.name, _path(view.name, shop.shop_id))]
        return _page("Conversations", crumbs, body)

    async def chat(self, request: web.Request) -> web.Response:
        """A conversation as the buyer sees it; what the filter hid is struck out."""
        view, shop = self._shop(request)
        chat = view.chat(request.match_info["chat"])
        if chat is None or chat.shop_id != shop.shop_id:
            raise web.HTTPNotFound(text="no such conversation", headers=HEADERS)
        body = (
            f"<h1>Buyer <span class=id>{_t(chat.buyer_id)}</span></h1>{_about(chat)}"
            f"<ul class=chat>{''.join(map(_bubble, chat.bubbles))}</ul>"
        )
        base = _path(view.name, shop.shop_id)
        crumbs = [(view.name, "/"), (shop.name, base), ("Conversations", f"{base}/chats")]
        return _page("Conversation", crumbs, body)

    def _shop(self, request: web.Request) -> tuple[Viewable, ShopView]:
        view = self._views.get(request.match_info["platform"])
        wanted = request.match_info["shop"]
        shop = next((each for each in view.shops() if each.shop_id == wanted), None) if view else None
        if view is None or shop is None:
            raise web.HTTPNotFound(text="no such shop", headers=HEADERS)
        return view, shop


def _page(title: str, crumbs: Sequence[tuple[str, str]], body: str) -> web.Response:
    trail = " › ".join(f'<a href="{_t(path)}">{_t(name)}</a>' for name, path in [("Simulator", "/"), *crumbs])
    text = (
        '<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">'
        f'<title>{_t(title)} · simulator</title><link rel=stylesheet href="/_view/style.css">'
        f"<nav>{trail}</nav><main>{body}</main></html>"
    )
    return web.Response(text=text, content_type="text/html", headers=HEADERS)


def _shops(view: Viewable) -> str:
    rows = "".join(
        f'<tr><td><a href="{_path(view.name, shop.shop_id)}">{_t(shop.name)}</a></td>'
        f"<td class=id>{_t(shop.shop_id)}</td><td>{_t(shop.market.upper())}</td><td class=number>{shop.orders:,}</td>"
        f'<td class=number><a href="{_path(view.name, shop.shop_id, "chats")}">{shop.conversations:,}</a></td>'
        f"<td class=number>{shop.messages:,}</td></tr>"
        for shop in view.shops()
    )
    heads = "<th>Shop<th>Id<th>Market<th class=number>Orders<th class=number>Chats<th class=number>Seller's messages"
    return f"<h2>{_t(view.name)}</h2>{_table(heads, rows)}"


def _orders(platform: str, shop_id: str, orders: Sequence[OrderView]) -> str:
    rows = "".join(
        f"<tr><td class=id>{_linked(platform, shop_id, order)}</td><td>{_t(order.status)}</td>"
        f"<td class=id>{_t(order.buyer_id)}</td><td>{_t(_short(order.ordered_at))}</td></tr>"
        for order in orders
    )
    return _table("<th>Order<th>Status<th>Buyer<th>Ordered", rows)


def _linked(platform: str, shop_id: str, order: OrderView) -> str:
    if not order.conversation_id:
        return _t(order.order_id)
    return f'<a href="{_path(platform, shop_id, "chat", order.conversation_id)}">{_t(order.order_id)}</a>'


def _about(chat: ChatView) -> str:
    unread = f" · {chat.unread_by_buyer} not read by the buyer" if chat.unread_by_buyer else ""
    return f"<p class=faint>{_t(chat.conversation_id)}<br>orders {_t(_few(chat.order_ids)) or 'none'}{unread}</p>"


def _bubble(bubble: BubbleView) -> str:
    kind = "" if bubble.kind.lower() == "text" else f"{_t(bubble.kind)} · "
    hidden = " hidden" if bubble.is_hidden else ""
    note = f"<small class=note>{_t(bubble.note)}</small>" if bubble.note else ""
    return (
        f'<li class="{_t(bubble.speaker)}{hidden}"><p>{_t(bubble.text)}</p>{note}'
        f"<small>{_t(bubble.speaker)} · {kind}{_t(_short(bubble.at))} · <span class=id>{_t(bubble.message_id)}</span>"
        f"</small></li>"
    )


def _table(heads: str, rows: str) -> str:
    if not rows:
        return "<p class=faint>Nothing here yet.</p>"
    return f"<div class=wide><table><thead><tr>{heads}</thead><tbody>{rows}</tbody></table></div>"


def _turning(number: int, has_more: bool) -> str:
    links = []
    if number:
        links.append(f'<a href="?page={number - 1}">← Newer</a>')
    if has_more:
        links.append(f'<a href="?page={number + 1}">Older →</a>')
    return f"<p>{' · '.join(links)}</p>" if links else ""


def _number(request: web.Request) -> int:
    """The page asked for, from 0; the first for nonsense."""
    text = request.query.get("page", "0")
    return min(int(text), PAGES_MAX) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _few(ids: Sequence[str]) -> str:
    return ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")


def _short(at: str) -> str:
    """`2026-06-01T10:00:00.000+00:00` as people read it; other forms stay."""
    return f"{at[:10]} {at[11:19]} UTC" if len(at) == 29 and at.endswith("+00:00") else at


def _path(*parts: str) -> str:
    return "/_view/" + "/".join(quote(part, safe="") for part in parts)


def _t(text: str) -> str:
    return html.escape(text, quote=True)
