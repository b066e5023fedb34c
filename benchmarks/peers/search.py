"""Other people's optimisers for `npm run bench:search`: proposes over JSON lines, the benchmark answers.

    python search.py PEER wall|cpu

The messages are described in benchmarks/search/peers.ts. A candidate is (family, level indices), -1 where a dimension is
not active. Every value is to be minimised. One thread.

symbol   meaning                                                                                      shape
u        a candidate's place in the cube of all families' dimensions, .5 where it has none            (D,)
D        the family (where there are several), then the dimensions of all families, one after another
"""

import importlib
import json
import platform
import sys
import time
import warnings

import numpy as np

MODULES = {
    "pymoo-nsga2": "search_pymoo",
    "optuna-tpe": "search_optuna",
    "optuna-cmaes": "search_optuna",
    "optuna-nsga2": "search_optuna",
    "optuna-gp": "search_optuna",
    "turbo": "search_turbo",
    "botorch-ei": "search_botorch",
    "botorch-ehvi-known": "search_botorch",
}

#: Ordinals with more levels are continuous to a peer, and rounded.
CONTINUOUS = 100


class Skip(Exception):
    """The peer cannot play games of this kind."""


class Problem:
    """What a start message says of the space, with the ways between candidates and the cube."""

    def __init__(self, start):
        self.families = start["families"]
        self.budget = start["budget"]
        self.batch = start["batch"]
        self.seed = start["seed"]
        self.known = start["known"]
        self.reference = start["reference"]
        self.first = [(family, tuple(levels)) for family, levels in start["first"]]
        if any(family["pool"] for family in self.families):
            raise Skip("proposes freely, and this table is a sample of its space")
        self.several = len(self.families) > 1
        #: (family, dimension, count, ordinal, gate) of every dimension of the cube after the family's own.
        self.columns = [
            (f, i, dimension["count"], dimension["ordinal"], dimension["gate"])
            for f, family in enumerate(self.families)
            for i, dimension in enumerate(family["dimensions"])
        ]
        self.all_ordinal = not self.several and all(ordinal for _, _, _, ordinal, _ in self.columns)

    def canonical(self, family, levels):
        """The candidate with -1 wherever a gate is shut."""
        out = []
        for dimension, level in zip(self.families[family]["dimensions"], levels):
            gate = dimension["gate"]
            shut = gate is not None and out[gate[0]] not in gate[1]
            out.append(-1 if shut else int(level))
        return (family, tuple(out))

    def random(self, rng, family=None):
        f = int(rng.integers(len(self.families))) if family is None else family
        return self.canonical(f, [rng.integers(d["count"]) for d in self.families[f]["dimensions"]])

    def encode(self, candidate):
        """Place in the cube (D,), the family's own coordinate first where there are several."""
        family, levels = candidate
        head = [family / (len(self.families) - 1)] if self.several else []
        body = [
            0.5 if f != family or levels[i] < 0 else levels[i] / max(1, count - 1)
            for f, i, count, _, _ in self.columns
        ]
        return np.array(head + body)

    def decode(self, u):
        """The candidate nearest to a place in the cube; the coordinates of other families are not looked at."""
        u = np.clip(np.asarray(u, dtype=float), 0.0, 1.0)
        family = int(round(u[0] * (len(self.families) - 1))) if self.several else 0
        body = u[1:] if self.several else u
        levels = [int(round(x * (count - 1))) for x, (f, _, count, _, _) in zip(body, self.columns) if f == family]
        return self.canonical(family, levels)


class Channel:
    """JSON lines over standard output and input."""

    def send(self, **message):
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()

    def receive(self):
        line = sys.stdin.readline()
        if not line:
            sys.exit(0)
        return json.loads(line)


def play(make, start, channel, clock, version):
    """One game. A peer has `ask() -> [candidate]` and `tell([candidate], values (q, m))`; references come first."""
    channel.send(type="ready", version=version)
    problem = Problem(start)

    def costs(candidates):
        channel.send(type="costs", candidates=candidates)
        values = channel.receive()["values"]
        return np.array([[np.nan if value is None else value for value in row] for row in values])

    peer = make(problem, costs)
    waiting = list(problem.first)
    while True:
        since = clock()
        candidates = [waiting.pop(0)] if waiting else peer.ask()
        channel.send(type="ask", candidates=candidates, ms=1000 * (clock() - since))
        told = channel.receive()
        if told["over"]:
            return
        peer.tell(candidates, np.array(told["values"], dtype=float))


def main():
    name, clock_name = sys.argv[1:]
    warnings.filterwarnings("ignore")
    clock = time.process_time if clock_name == "cpu" else time.perf_counter
    try:
        module = importlib.import_module(MODULES[name])
    except ModuleNotFoundError as error:
        sys.exit(f"{name}: {error}; npm run bench:peers installs it")
    channel = Channel()
    version = f"{module.VERSION}, numpy {np.__version__}, python {platform.python_version()}"
    while True:
        start = channel.receive()
        try:
            play(lambda problem, costs: module.make(name, problem, costs), start, channel, clock, version)
        except Skip as skip:
            channel.send(type="skip", reason=str(skip))


if __name__ == "__main__":
    # By its name, so that the peers' modules and this one mean the same classes.
    importlib.import_module("search").main()
