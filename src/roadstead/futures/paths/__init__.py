"""Joint paths of policy, demand, batteries, currencies and freight."""
