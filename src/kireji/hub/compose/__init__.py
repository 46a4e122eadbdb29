"""The compose deployment's side of the hub: each service's start, students' containers, accounts
with approval."""
