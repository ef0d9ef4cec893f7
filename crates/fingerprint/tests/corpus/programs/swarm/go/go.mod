module acme.dev/swarm

go 1.22
