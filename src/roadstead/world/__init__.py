"""Facts: who makes, buys and ships what, where and at what cost, each with its source."""
