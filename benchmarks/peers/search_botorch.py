"""Global Gaussian processes of BoTorch: expected improvement, and expected hypervolume improvement with known costs.

Both fit SingleTaskGP with its defaults (Gaussian kernel with a length scale a dimension, log-normal priors that grow with the
dimension: C. Hvarfner, E. O. Hellsten, L. Nardi, ICML 2024) to all that was told, after a random first design. Categories go
one-hot, ordinals by rank; a dimension that a candidate does not have stands at 0 everywhere or at .5.

botorch-ei          one objective. Where all dimensions are continuous, LogEI is climbed by `optimize_acqf`; else it is taken
                    over a list of candidates.
botorch-ehvi-known  several. Each unknown objective has a process of its own; known ones enter the gain with their exact
                    values, so that it is a closed form over the boxes that BoTorch divides the space above the front into:
                    the sum over boxes of a product over objectives, of E max(0, min(y, u) - l) where unknown and of the
                    side itself where known. Taken over a list of candidates.

The list of candidates: families of up to LISTED members whole, of larger ones DRAWN random members and all that differ in
one dimension from one of the front (with one objective: the best). What was told already is left out.

symbol   meaning                                                                                        shape
z        features of candidates                                                                         (n, k)
l, u     lower and upper corners of the free boxes, every objective turned round to be maximised        (boxes, m)
"""

import itertools

import botorch
import gpytorch
import numpy as np
import torch
from botorch.acquisition import LogExpectedImprovement
from botorch.exceptions import ModelFittingError
from botorch.fit import fit_gpytorch_mll
from botorch.models import SingleTaskGP
from botorch.optim import optimize_acqf
from botorch.utils.multi_objective.box_decompositions import FastNondominatedPartitioning
from gpytorch.mlls import ExactMarginalLogLikelihood

from search import CONTINUOUS, Skip

VERSION = f"botorch {botorch.__version__}, gpytorch {gpytorch.__version__}, torch {torch.__version__}"
torch.set_num_threads(1)
torch.set_default_dtype(torch.double)

LISTED, DRAWN = 20_000, 2_000
RESTARTS, RAW = 5, 256
#: Steps of a fit, which starts where the last one ended.
STEPS = 50
CHUNK = 4_000


class Features:
    """Candidates as the processes see them."""

    def __init__(self, problem):
        self.problem = problem
        self.columns = {(f, i): (count, ordinal) for f, i, count, ordinal, _ in problem.columns}

    def __call__(self, candidates):
        """(n, k) of n candidates."""
        rows = np.array([self.row(candidate) for candidate in candidates])
        return torch.tensor(rows)

    def row(self, candidate):
        family, levels = candidate
        out = [float(f == family) for f in range(len(self.problem.families))] if self.problem.several else []
        for (f, i), (count, ordinal) in self.columns.items():
            level = levels[i] if f == family else -1
            if ordinal:
                out.append(0.5 if level < 0 else level / max(1, count - 1))
            else:
                out.extend(float(level == k) for k in range(count))
        return out


class Process:
    """A process for one objective, fitted again at every ask from where it was."""

    def __init__(self):
        self.state = None

    def fit(self, z, y):
        model = SingleTaskGP(z, y[:, None])
        if self.state is not None:
            parameters = {name: value for name, value in self.state.items() if not name.startswith("outcome_transform")}
            model.load_state_dict(parameters, strict=False)
        mll = ExactMarginalLogLikelihood(model.likelihood, model)
        try:
            fit_gpytorch_mll(mll, optimizer_kwargs={"options": {"maxiter": STEPS}})
        except ModelFittingError:
            pass  # it stays where the last fit ended
        self.state = model.state_dict()
        return model.eval()


def moments(model, z):
    """Means and deviations (n,) of single candidates, their covariances left out."""
    x, y = model.train_inputs[0], model.train_targets
    with torch.no_grad():
        k = model.covar_module(x).to_dense() + model.likelihood.noise * torch.eye(len(x))
        factor = torch.linalg.cholesky(k)
        constant = model.mean_module.constant
        weights = torch.cholesky_solve((y - constant)[:, None], factor)[:, 0]
        means, deviations = [], []
        for part in z.split(CHUNK):
            cross = model.covar_module(part, x).to_dense()
            explained = torch.linalg.solve_triangular(factor, cross.T, upper=False).square().sum(0)
            means.append(constant + cross @ weights)
            variance = model.covar_module(part, diag=True) - explained
            deviations.append(variance.clamp_min(1e-12).sqrt())
        scale = model.outcome_transform
        mean, deviation = torch.cat(means), torch.cat(deviations)
        return mean * scale.stdvs.squeeze() + scale.means.squeeze(), deviation * scale.stdvs.squeeze()


def excess(level, mean, deviation):
    """E max(0, y - level) of a normal y; 0 over an infinite level."""
    normal = torch.distributions.Normal(0.0, 1.0)
    z = (mean - level) / deviation
    return (deviation * (normal.log_prob(z).exp() + z * normal.cdf(z))).nan_to_num(0.0)


def sides(low, high, known, mean, deviation):
    """Expected extent in one objective of what lies between `low` and both `high` and the value, (n, boxes)."""
    mean, deviation = mean[:, None], deviation[:, None]
    if known:
        return (torch.minimum(mean, high) - low).clamp_min(0)
    return excess(low, mean, deviation) - excess(high, mean, deviation)


class Lists:
    """Candidates to choose from, with their features and known costs (n, m), turned round to be maximised."""

    def __init__(self, problem, costs, rng):
        self.problem, self.costs, self.rng = problem, costs, rng
        self.features = Features(problem)
        self.large, members = [], []
        for f, family in enumerate(problem.families):
            counts = [dimension["count"] for dimension in family["dimensions"]]
            if np.prod(counts) > LISTED:
                self.large.append(f)
            else:
                members.extend(dict.fromkeys(problem.canonical(f, levels) for levels in itertools.product(*map(range, counts))))
        self.members = self.described(members)

    def described(self, candidates):
        if not candidates:
            return candidates, torch.empty(0, 0), torch.empty(0, 0)
        values = -torch.tensor(self.costs(candidates)) if any(self.problem.known) else torch.zeros(len(candidates), 1)
        return candidates, self.features(candidates), values

    def neighbours(self, candidate):
        family, levels = candidate
        dimensions = self.problem.families[family]["dimensions"]
        # By chance what the change of another dimension brings to life.
        levels = [self.rng.integers(d["count"]) if level < 0 else level for d, level in zip(dimensions, levels)]
        for i, dimension in enumerate(dimensions):
            for level in range(dimension["count"]):
                yield self.problem.canonical(family, [*levels[:i], level, *levels[i + 1 :]])

    def choice(self, told, good):
        """What was not told yet; `good` are those whose neighbours are looked at."""
        drawn = [self.problem.random(self.rng, f) for f in self.large for _ in range(DRAWN)]
        near = [other for candidate in good if candidate[0] in self.large for other in self.neighbours(candidate)]
        parts = [self.members, self.described([c for c in dict.fromkeys(drawn + near) if c not in told])]
        candidates = [c for part, _, _ in parts for c in part]
        free = [i for i, c in enumerate(candidates) if c not in told]
        z, values = (torch.cat([part[j] for part in parts if part[0]]) for j in (1, 2))
        return [candidates[i] for i in free], z[free], values[free]


class Global:
    """What both have in common: the first design, the log, the fits."""

    def __init__(self, problem, costs):
        self.problem = problem
        self.rng = np.random.default_rng(problem.seed)
        torch.manual_seed(problem.seed)
        self.features = Features(problem)
        self.continuous = problem.all_ordinal and all(count > CONTINUOUS for _, _, count, _, _ in problem.columns)
        self.lists = None if self.continuous else Lists(problem, costs, self.rng)
        self.initial = 2 * max(len(family["dimensions"]) for family in problem.families)
        self.told, self.values = [], []
        self.processes = [Process() for _ in problem.known]

    def ask(self):
        if len(self.told) < self.initial:
            return [self.problem.random(self.rng)]
        return [self.propose(self.features(self.told), -torch.tensor(np.array(self.values)))]

    def tell(self, candidates, values):
        self.told.extend(candidates)
        self.values.extend(values)


class ExpectedImprovement(Global):
    def propose(self, z, y):
        model = self.processes[0].fit(z, y[:, 0])
        acquisition = LogExpectedImprovement(model, best_f=y.max())
        if self.continuous:
            box = torch.tensor([[0.0], [1.0]]).expand(2, z.shape[1])
            place, _ = optimize_acqf(acquisition, box, q=1, num_restarts=RESTARTS, raw_samples=RAW)
            return self.problem.decode(place[0].numpy())
        candidates, features, _ = self.lists.choice(set(self.told), [self.told[y[:, 0].argmax()]])
        mean, deviation = moments(model, features)
        return candidates[excess(y.max(), mean, deviation).argmax()]


class KnownCosts(Global):
    def propose(self, z, y):
        reference = -torch.tensor(self.problem.reference)
        boxes = FastNondominatedPartitioning(reference, Y=y)
        good = [self.told[i] for i in torch.where((y[:, None] == boxes.pareto_Y).all(-1).any(1))[0]]
        candidates, features, costs = self.lists.choice(set(self.told), good)
        low, high = boxes.get_hypercell_bounds()
        gain = torch.ones(len(candidates), low.shape[0])
        for j, known in enumerate(self.problem.known):
            if known:
                mean, deviation = costs[:, j], torch.zeros(len(candidates))
            else:
                mean, deviation = moments(self.processes[j].fit(z, y[:, j]), features)
            gain *= sides(low[:, j], high[:, j], known, mean, deviation)
        return candidates[gain.sum(1).argmax()]


def make(name, problem, costs):
    if problem.batch > 1:
        raise Skip("is asked for one proposal at a time here")
    if name == "botorch-ei":
        if len(problem.known) > 1:
            raise Skip("expected improvement has one objective")
        return ExpectedImprovement(problem, costs)
    if len(problem.known) == 1:
        raise Skip("expected hypervolume improvement has several objectives")
    return KnownCosts(problem, costs)
