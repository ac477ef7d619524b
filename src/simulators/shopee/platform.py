"""Puts the simulated Shopee together and onto a web application."""

from aiohttp import web

from simulators.shopee.admin import Admin
from simulators.shopee.admin_views import AdminViews
from simulators.shopee.buyers import Buyers
from simulators.shopee.consent import SIGNED_PATHS, UNSIGNED_PATHS, Consent
from simulators.shopee.gateway import Gateway
from simulators.shopee.moves import Moves
from simulators.shopee.notify import Notifier
from simulators.shopee.tokens import plan_end
from simulators.shopee.view import ShopeeView
from simulators.shopee.world import World


class ShopeePlatform:
    """World, gateway, buyers, pushes and side door as one."""

    name = "shopee"

    def __init__(self, world: World) -> None:
        self.world = world
        self.notifier = Notifier(world)
        self.buyers = Buyers(world)
        self.view = ShopeeView(world)
        world.push_desk = self.notifier
        self._gateway = Gateway(world)

    def mount(self, app: web.Application) -> None:
        """The API at `/api/v2` as at the platform's hosts, and below `/shopee` for a base address of its own."""
        consent = Consent(self.world)
        for base in ("", "/shopee"):
            for path in SIGNED_PATHS:
                app.router.add_get(base + path, consent.signed)
            for path in UNSIGNED_PATHS:
                app.router.add_get(base + path, consent.unsigned)
            # `/api/v2/token` is another platform's, which may be served by the same process.
            app.router.add_route("*", base + "/api/v2/{path:(?!token/).*}", self._gateway.handle)
        app.add_routes(Admin(self.world, self.buyers, self.notifier).routes())
        app.add_routes(AdminViews(self.world).routes())

    async def start(self) -> None:
        """Take up the journal and begin to push."""
        self.world.replay()
        self.world.journal.open()
        self.world.begin_run()
        await self.world.pushes.start()
        self.world.agenda.start()
        self.world.calendar.start()
        for grant in self.world.grants:
            plan_end(self.world, grant)
        Moves(self.world).again()
        self.notifier.again()
        self.buyers.again()

    async def stop(self) -> None:
        """Stop pushing; close the journal."""
        await self.world.agenda.stop()
        await self.world.calendar.stop()
        await self.world.pushes.stop()
        self.world.journal.close()

    def reset(self) -> None:
        """Forget everything but the switches."""
        self.world.reset()
