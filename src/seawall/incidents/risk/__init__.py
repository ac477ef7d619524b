"""The risk sheet 风险预判: what buyers will ask, how many answer, what it costs, what it does to the shops. Pure."""
