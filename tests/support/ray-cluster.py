"""A cluster of Ray on loopback, of nodes with one core each. Says its addresses in a line of JSON,
then obeys lines on standard input: `kill N` and `add` of nodes; it ends with its input."""

import json
import os
import sys

from ray.cluster_utils import Cluster

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
nodes, client_port = int(sys.argv[1]), int(sys.argv[2])
room = {"object_store_memory": 150 * 2**20}
first = {"num_cpus": 1, "include_dashboard": False, **room}
if client_port:
    first["ray_client_server_port"] = client_port
cluster = Cluster(initialize_head=True, head_node_args=first)
others = [cluster.add_node(num_cpus=1, **room) for _ in range(nodes - 1)]


def say(what: dict) -> None:
    out.write(json.dumps(what) + "\n")
    out.flush()


say({"address": cluster.address})
for line in sys.stdin:
    order, *rest = line.split()
    if order == "kill":
        cluster.remove_node(others.pop(int(rest[0])), allow_graceful=False)
    elif order == "add":
        others.append(cluster.add_node(num_cpus=1, **room))
    say({"done": order})
cluster.shutdown()
