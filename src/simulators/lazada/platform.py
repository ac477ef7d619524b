"""Puts the simulated Lazada together and onto a web application."""

from aiohttp import web

from simulators.lazada.admin import Admin, apply_push_switches
from simulators.lazada.admin_cases import AdminCases
from simulators.lazada.admin_views import AdminViews
from simulators.lazada.buyers import Buyers
from simulators.lazada.gateway import Gateway
from simulators.lazada.notify import Notifier
from simulators.lazada.oauth import consent_page
from simulators.lazada.parcels import Couriers
from simulators.lazada.view import LazadaView
from simulators.lazada.world import World


class LazadaPlatform:
    """World, gateway, buyers, pushes and side door as one."""

    name = "lazada"

    def __init__(self, world: World) -> None:
        self.world = world
        self.notifier = Notifier(world)
        self.buyers = Buyers(world)
        self.couriers = Couriers(world)
        self.view = LazadaView(world)
        self._cases = AdminCases(world, self.couriers)
        self._gateway = Gateway(world)

    def mount(self, app: web.Application) -> None:
        """`/rest` for all sites, `/lazada/{site}/rest` for a base address of each site's own, consent, side door."""
        for base in ("/rest", "/lazada/{site:sg|my|th|ph|id|vn}/rest", "/lazada/auth/rest"):
            app.router.add_route("*", base + "/{path:.*}", self._gateway.handle)
        for path in ("/oauth/authorize", "/lazada/oauth/authorize"):
            app.router.add_get(path, self._consent)
        app.add_routes(Admin(self.world, self.buyers).routes())
        app.add_routes(AdminViews(self.world).routes())
        app.add_routes(self._cases.routes())

    async def start(self) -> None:
        """Take up the journal and begin to push."""
        self.world.replay()
        self.world.journal.open()
        apply_push_switches(self.world)
        await self.world.pushes.start()
        self.world.agenda.start()
        self.notifier.again()
        self.buyers.again()
        self.couriers.again()
        self._cases.again()

    async def stop(self) -> None:
        """Stop pushing; close the journal."""
        await self.world.agenda.stop()
        await self.world.pushes.stop()
        self.world.journal.close()

    def reset(self) -> None:
        """Forget everything but the switches."""
        self.world.reset()

    async def _consent(self, request: web.Request) -> web.Response:
        return await consent_page(self.world, request)
