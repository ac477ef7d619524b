"""Puts the simulated TikTok Shop together and onto a web application."""

from aiohttp import web

from simulators.tiktokshop.admin import Admin
from simulators.tiktokshop.admin_cases import AdminCases
from simulators.tiktokshop.admin_views import AdminViews
from simulators.tiktokshop.events import Notifier, apply_push_switches
from simulators.tiktokshop.gateway import PREFIX, Gateway
from simulators.tiktokshop.oauth import TOKEN_PATHS, consent_page
from simulators.tiktokshop.parts import Parts
from simulators.tiktokshop.routes import FAMILIES
from simulators.tiktokshop.view import View
from simulators.tiktokshop.world import World


class TiktokShopPlatform:
    """World, gateway, buyers, couriers, pushes and side door as one."""

    name = "tiktok-shop"

    def __init__(self, world: World) -> None:
        self.world = world
        self.parts = Parts(world)
        self.notifier = Notifier(world)
        self.view = View(world)
        self._gateway = Gateway(world, self.parts.threads, self.parts.cases)

    def mount(self, app: web.Application) -> None:
        """The API at the root as on the platform's one host, and below a prefix of its own beside other platforms."""
        families = "|".join(FAMILIES)
        for base in ("", PREFIX):
            app.router.add_route("*", base + f"/{{family:{families}}}/{{path:.*}}", self._gateway.handle)
            for path in TOKEN_PATHS:
                app.router.add_route("*", base + path, self._gateway.handle)
            app.router.add_get(base + "/open/authorize", self._consent)
        for door in (
            Admin(self.world, self.parts, self.notifier),
            AdminCases(self.world, self.parts),
            AdminViews(self.world),
        ):
            app.add_routes(door.routes())

    async def start(self) -> None:
        """Take up the journal and begin to push."""
        self.world.replay()
        self.world.journal.open()
        apply_push_switches(self.world)
        await self.world.pushes.start()
        self.world.agenda.start()
        self.world.timers.start()
        self.notifier.again()
        self.parts.again()

    async def stop(self) -> None:
        """Stop pushing; close the journal."""
        await self.world.agenda.stop()
        await self.world.timers.stop()
        await self.world.pushes.stop()
        self.world.journal.close()

    def reset(self) -> None:
        """Forget everything but the switches."""
        self.world.reset()

    async def _consent(self, request: web.Request) -> web.Response:
        return await consent_page(self.world, request)
