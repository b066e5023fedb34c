"""Samplers of Optuna with their defaults, TPE being multivariate with a group for each family.

TPE is given the space as it is: the family first, then its own dimensions. The others sample one fixed set of dimensions,
so they are given those of all families at once, and those of other families than the chosen one change nothing. All know
the reference students as trials, NSGA-II as the first of its first generation.
"""

from importlib.metadata import version

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from search import CONTINUOUS, Skip

VERSION = ", ".join(f"{name} {version(name)}" for name in ("optuna", "cmaes", "torch", "scipy"))
optuna.logging.set_verbosity(optuna.logging.ERROR)

SAMPLERS = {
    "optuna-tpe": lambda seed: optuna.samplers.TPESampler(multivariate=True, group=True, seed=seed),
    "optuna-cmaes": lambda seed: optuna.samplers.CmaEsSampler(seed=seed),
    "optuna-nsga2": lambda seed: optuna.samplers.NSGAIISampler(population_size=20, seed=seed),
    "optuna-gp": lambda seed: optuna.samplers.GPSampler(seed=seed),
}


class Sampler:
    def __init__(self, name, problem):
        self.problem = problem
        self.flat = name != "optuna-tpe"
        self.study = optuna.create_study(directions=["minimize"] * len(problem.known), sampler=SAMPLERS[name](problem.seed))
        self.family = CategoricalDistribution(list(range(len(problem.families))))
        self.distributions = {self.name(f, i): self.of(count, ordinal) for f, i, count, ordinal, _ in problem.columns}
        self.trials = {}
        self.generations = name == "optuna-nsga2"
        if self.generations:
            # A trial that is added belongs to no generation: they are asked for again, which costs no training.
            for candidate in problem.first:
                self.study.enqueue_trial(self.described(candidate)[0])

    @staticmethod
    def name(f, i):
        return f"{f}.{i}"

    @staticmethod
    def of(count, ordinal):
        if not ordinal:
            return CategoricalDistribution(list(range(count)))
        return FloatDistribution(0, 1) if count > CONTINUOUS else IntDistribution(0, count - 1)

    def level(self, value, count):
        return int(round(value * (count - 1))) if isinstance(value, float) else int(value)

    def ask(self):
        out = []
        for _ in range(self.problem.batch):
            trial, candidate = self.sample()
            self.trials.setdefault(candidate, []).append(trial)
            out.append(candidate)
        return out

    def sample(self):
        problem = self.problem
        fixed = dict(self.distributions) if self.flat else {}
        if problem.several:
            fixed["family"] = self.family
        trial = self.study.ask(fixed)
        family = trial.params["family"] if problem.several else 0
        levels = []
        for i, dimension in enumerate(problem.families[family]["dimensions"]):
            gate = dimension["gate"]
            if gate is not None and levels[gate[0]] not in gate[1]:
                levels.append(-1)
                continue
            distribution = self.distributions[self.name(family, i)]
            value = trial.params.get(self.name(family, i))
            if value is None:
                value = trial._suggest(self.name(family, i), distribution)
            levels.append(self.level(value, dimension["count"]))
        return trial, (family, tuple(levels))

    def tell(self, candidates, values):
        for candidate, value in zip(candidates, values):
            waiting = self.trials.get(candidate)
            if waiting:
                self.study.tell(waiting.pop(0), value.tolist())
            elif not self.generations:
                params, distributions = self.described(candidate)
                trial = optuna.trial.create_trial(params=params, distributions=distributions, values=value.tolist())
                self.study.add_trial(trial)

    def described(self, candidate):
        """What another has proposed, as parameters and their distributions."""
        family, levels = candidate
        params, distributions = {}, {}
        if self.problem.several:
            params["family"], distributions["family"] = family, self.family
        for f, i, count, _, _ in self.problem.columns:
            own = f == family and levels[i] >= 0
            if not own and not self.flat:
                continue
            name = self.name(f, i)
            distribution = self.distributions[name]
            level = levels[i] if own else 0
            distributions[name] = distribution
            params[name] = level / (count - 1) if isinstance(distribution, FloatDistribution) else level
        return params, distributions


def make(name, problem, _costs):
    if name == "optuna-cmaes" and not problem.all_ordinal:
        raise Skip("CMA-ES knows no categories")
    if name == "optuna-cmaes" and len(problem.known) > 1:
        raise Skip("CMA-ES has one objective")
    return Sampler(name, problem)
