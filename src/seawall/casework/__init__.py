"""After the message: cancellations, buyers' requests to cancel, orders that resolve by themselves."""
