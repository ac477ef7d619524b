"""The working parts around a world, put together once."""

from simulators.tiktokshop.buyers import Buyers
from simulators.tiktokshop.cases import Cases
from simulators.tiktokshop.couriers import Couriers
from simulators.tiktokshop.lifecycle import Lifecycle
from simulators.tiktokshop.threads import Threads
from simulators.tiktokshop.world import World


class Parts:
    """Conversations, orders, couriers, cases and buyers of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.threads = Threads(world)
        self.lifecycle = Lifecycle(world)
        self.couriers = Couriers(world, self.lifecycle)
        self.lifecycle.on_transit = self.couriers.plan
        self.cases = Cases(world, self.lifecycle)
        self.couriers.on_false_delivery = self.cases.nothing_arrived
        self.buyers = Buyers(world, self.threads)

    def again(self) -> None:
        """After a restart: everybody plans anew what the dead process had planned."""
        self.threads.again()
        for order in self._world.orders.values():
            self.lifecycle.plan(order)
        self.cases.again()
        self.buyers.again()
