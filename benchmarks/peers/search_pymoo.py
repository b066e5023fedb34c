"""NSGA-II of pymoo: on the cube by simulated binary crossover, with categories by mixed variables.

Population 20, which fits budgets of 100 to 300; everything else is pymoo's default.
"""

import numpy as np
import pymoo
from pymoo.algorithms.moo.nsga2 import NSGA2, RankAndCrowding
from pymoo.core.mixed import MixedVariableGA, MixedVariableMating, MixedVariableDuplicateElimination
from pymoo.core.problem import Problem as PymooProblem
from pymoo.core.variable import Choice, Integer
from pymoo.core.evaluator import Evaluator
from pymoo.problems.static import StaticProblem

from search import CONTINUOUS, Skip

VERSION = f"pymoo {pymoo.__version__}"
POPULATION = 20


class Nsga2:
    def __init__(self, problem, _costs):
        self.problem = problem
        objectives = len(problem.known)
        self.continuous = problem.all_ordinal and all(count > CONTINUOUS for _, _, count, _, _ in problem.columns)
        if self.continuous:
            d = len(problem.columns)
            self.task = PymooProblem(n_var=d, n_obj=objectives, xl=np.zeros(d), xu=np.ones(d))
            self.algorithm = NSGA2(pop_size=POPULATION)
        else:
            variables = {}
            if problem.several:
                variables["family"] = Choice(options=list(range(len(problem.families))))
            for f, i, count, ordinal, _ in problem.columns:
                variables[f"{f}.{i}"] = Integer(bounds=(0, count - 1)) if ordinal else Choice(options=list(range(count)))
            self.task = PymooProblem(vars=variables, n_obj=objectives)
            self.algorithm = MixedVariableGA(
                pop_size=POPULATION,
                mating=MixedVariableMating(eliminate_duplicates=MixedVariableDuplicateElimination()),
                survival=RankAndCrowding(),
            )
        self.algorithm.setup(self.task, termination=("n_gen", 10**9), seed=problem.seed, verbose=False)
        self.queue = []
        self.generation = None
        self.values = []

    def candidate(self, x):
        problem = self.problem
        if self.continuous:
            return problem.decode(x)
        family = int(x["family"]) if problem.several else 0
        levels = [int(x[f"{f}.{i}"]) for f, i, _, _, _ in problem.columns if f == family]
        return problem.canonical(family, levels)

    def ask(self):
        if not self.queue:
            self.generation = self.algorithm.ask()
            self.queue = [self.candidate(individual.X) for individual in self.generation]
        return [self.queue.pop(0)]

    def tell(self, candidates, values):
        if self.generation is None:
            return  # a reference student, for which pymoo's first generation has no place
        self.values.extend(values.tolist())
        if len(self.values) == len(self.generation):
            static = StaticProblem(self.task, F=np.array(self.values))
            Evaluator().eval(static, self.generation)
            self.algorithm.tell(infills=self.generation)
            self.values = []


def make(_name, problem, costs):
    if problem.batch > 1:
        raise Skip("is asked for one proposal at a time here")
    return Nsga2(problem, costs)
