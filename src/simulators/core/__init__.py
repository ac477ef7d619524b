"""What all stand-in platforms share: a clock that moves, faults, a log of calls, a journal, a sender of pushes."""
