"""TuRBO-1 as BoTorch's tutorial of it builds it: one trust region, Thompson sampling, restarts.

D. Eriksson, M. Pearce, J. Gardner, R. Turner, M. Poloczek: Scalable Global Optimization via Local Bayesian Optimization,
NeurIPS 2019. Constants are the paper's. Written anew after https://botorch.org/docs/tutorials/turbo_1 with one proposal at a
time. The cube's points are rounded to the lattice before they are told.

symbol   meaning                                                                    shape
x        places told since the last restart, in [0, 1]                              (n, d)
y        what they told, turned round to be maximised and standardised              (n,)
length   side of the region before each is stretched by the kernel's length scale
"""

import math
import warnings

import botorch
import gpytorch
import numpy as np
import torch
from botorch.exceptions import ModelFittingError
from botorch.fit import fit_gpytorch_mll
from botorch.generation import MaxPosteriorSampling
from botorch.models import SingleTaskGP
from gpytorch.constraints import Interval
from gpytorch.kernels import MaternKernel, ScaleKernel
from gpytorch.likelihoods import GaussianLikelihood
from gpytorch.mlls import ExactMarginalLogLikelihood
from torch.quasirandom import SobolEngine

from search import Skip

VERSION = f"botorch {botorch.__version__}, gpytorch {gpytorch.__version__}, torch {torch.__version__}"
torch.set_num_threads(1)
torch.set_default_dtype(torch.double)

LENGTH, LENGTH_MIN, LENGTH_MAX = 0.8, 0.5**7, 1.6
SUCCESSES = 3
#: By how much of its own size the best must be beaten.
IMPROVEMENT = 1e-3
CANDIDATES_PER_DIMENSION, CANDIDATES = 100, 5000
PERTURBED = 20
LENGTH_SCALES, NOISE = (0.005, 4.0), (1e-8, 1e-3)


class Turbo:
    def __init__(self, problem):
        self.problem = problem
        self.d = len(problem.columns)
        self.failures_allowed = max(4, self.d)
        self.rng = np.random.default_rng(problem.seed)
        torch.manual_seed(problem.seed)
        self.restart()

    def restart(self):
        self.x, self.y = torch.empty(0, self.d), torch.empty(0)
        self.initial = list(self.sobol().draw(2 * self.d))
        self.length, self.successes, self.failures = LENGTH, 0, 0

    def sobol(self):
        return SobolEngine(self.d, scramble=True, seed=int(self.rng.integers(2**31)))

    def ask(self):
        # Told once the first design is: only what comes of the region counts as its success or failure.
        self.in_region = not self.initial
        place = self.initial.pop(0) if self.initial else self.sample()
        return [self.problem.decode(place.numpy())]

    def tell(self, candidates, values):
        (candidate,), ((value,),) = candidates, values
        if self.in_region:
            self.adapt(-value)
            if self.length < LENGTH_MIN:
                return self.restart()
        self.x = torch.cat([self.x, torch.tensor(self.problem.encode(candidate))[None]])
        self.y = torch.cat([self.y, torch.tensor([-value])])

    def adapt(self, value):
        """The law of the region."""
        best = self.y.max().item()
        success = value > best + IMPROVEMENT * abs(best)
        self.successes, self.failures = (self.successes + 1, 0) if success else (0, self.failures + 1)
        if self.successes == SUCCESSES:
            self.length, self.successes = min(2 * self.length, LENGTH_MAX), 0
        elif self.failures == self.failures_allowed:
            self.length, self.failures = self.length / 2, 0

    def fit(self):
        y = (self.y - self.y.mean()) / self.y.std().clamp_min(1e-12)
        matern = MaternKernel(nu=2.5, ard_num_dims=self.d, lengthscale_constraint=Interval(*LENGTH_SCALES))
        likelihood = GaussianLikelihood(noise_constraint=Interval(*NOISE))
        model = SingleTaskGP(
            self.x, y[:, None], covar_module=ScaleKernel(matern), likelihood=likelihood, outcome_transform=None
        )
        try:
            fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
        except ModelFittingError:
            warnings.warn("TuRBO goes on with the hyperparameters where the fit broke off")
        return model.eval()

    def sample(self):
        """The best of one draw from the posterior over candidates of the region."""
        with gpytorch.settings.max_cholesky_size(float("inf")):
            model = self.fit()
            centre = self.x[self.y.argmax()]
            stretch = model.covar_module.base_kernel.lengthscale.detach().squeeze(0)
            stretch = stretch / stretch.log().mean().exp()
            low = (centre - stretch * self.length / 2).clamp(0, 1)
            high = (centre + stretch * self.length / 2).clamp(0, 1)
            count = min(CANDIDATES_PER_DIMENSION * self.d, CANDIDATES)
            moved = torch.rand(count, self.d) <= min(PERTURBED / self.d, 1)
            still = torch.where(~moved.any(dim=1))[0]
            moved[still, torch.randint(self.d, (len(still),))] = True
            candidates = torch.where(moved, low + (high - low) * self.sobol().draw(count), centre)
            with torch.no_grad():
                return MaxPosteriorSampling(model, replacement=False)(candidates, num_samples=1)[0]


def make(_name, problem, _costs):
    if len(problem.known) > 1:
        raise Skip("TuRBO has one objective")
    if not problem.all_ordinal:
        raise Skip("TuRBO knows no categories")
    if problem.batch > 1:
        raise Skip("is asked for one proposal at a time here")
    return Turbo(problem)
