"""The surrogate's numbers once more, from GPyTorch, and the acquisition's, from BoTorch.

    python -m venv venv && venv/bin/pip install botorch && venv/bin/python tests/oracle/surrogate_gpytorch.py

takes the space, the data and the hyperparameters of surrogate.json and writes surrogate_gpytorch.json. The kernel of
docs/trade.md, step 3, is put together from GPyTorch's and BoTorch's own: constant, Matern, categorical, rational quadratic, and
a linear kernel on the indicator of a family, which is 1 where both points are members and 0 elsewhere. Double precision,
Cholesky, gradients by autograd. Expected hypervolume improvement is BoTorch's analytic one, with the cost as a second objective of (next to) no
variance; expected improvement is its LogExpectedImprovement.
"""

import itertools
import json
import pathlib
import platform

import botorch
import gpytorch
import numpy as np
import torch
from botorch.acquisition import LogExpectedImprovement
from botorch.acquisition.multi_objective.analytic import ExpectedHypervolumeImprovement
from botorch.models.kernels import CategoricalKernel
from botorch.utils.multi_objective.box_decompositions import NondominatedPartitioning
from botorch.utils.testing import MockModel, MockPosterior
from gpytorch.constraints import Positive
from gpytorch.kernels import AdditiveKernel, ConstantKernel, LinearKernel, MaternKernel, RQKernel, ScaleKernel

torch.set_default_dtype(torch.double)
FOLDER = pathlib.Path(__file__).parent
given = json.loads((FOLDER / "surrogate.json").read_text())
FAMILIES, CANDIDATES = given["families"], given["candidates"]
METRICS = ["macs", "params"]
THETA = given["logHyperparameters"]
#: A parameter is kept as its logarithm, so that autograd's derivative is by that.
LOGARITHMIC = Positive(transform=torch.exp, inv_transform=torch.log)
#: Of an ordinal from a dimension that is not there, squared and in length scales, past the middle that it stands at.
ABSENT = 0.75
#: Prior median of an ordinal's length scale, over the root of the number of dimensions.
USUAL_LENGTH = 0.6


def unit_costs():
    """Log costs of all candidates (n, m), standardised so that every family weighs the same."""
    logs = np.log([[candidate["costs"][metric] for metric in METRICS] for candidate in CANDIDATES])
    owner = np.array([candidate["family"] for candidate in CANDIDATES])
    parts = [logs[owner == family["name"]] for family in FAMILIES]
    centre = np.mean([part.mean(0) for part in parts], axis=0)
    spread = np.sqrt(np.mean([((part - centre) ** 2).mean(0) for part in parts], axis=0))
    return (logs - centre) / spread


def places(family, dimension, costs):
    """Where each level stands in [0, 1]: ordinals by rank, categories by the mean cost of the members that have it."""
    name, levels = dimension["name"], dimension["levels"]
    if dimension["type"] == "ordinal":
        return np.arange(len(levels)) / (len(levels) - 1)
    members = [(c["config"], row.mean()) for c, row in zip(CANDIDATES, costs) if c["family"] == family["name"]]
    means = np.array([np.mean([cost for config, cost in members if config.get(name) == level]) for level in levels])
    return (means - means.min()) / (means.max() - means.min())


class Columns:
    """The matrix of inputs, column by column, each under a name."""

    def __init__(self):
        self.names, self.values = [], []

    def add(self, name, values):
        self.names.append(name)
        self.values.append(np.asarray(values, dtype=float))
        return len(self.names) - 1

    def tensor(self):
        return torch.tensor(np.stack(self.values, axis=1))


def scaled(kernel, log_scale):
    out = ScaleKernel(kernel, outputscale_constraint=LOGARITHMIC)
    out.raw_outputscale.data.fill_(log_scale)
    return out


def with_lengths(kernel, log_lengths):
    kernel.raw_lengthscale.data.copy_(torch.tensor([log_lengths]))
    return kernel


def matern(columns, log_lengths):
    kernel = MaternKernel(nu=2.5, ard_num_dims=len(columns), active_dims=columns, lengthscale_constraint=LOGARITHMIC)
    return with_lengths(kernel, log_lengths)


def categorical(columns, log_rates):
    """exp(-sum of rates where levels differ); BoTorch's takes the mean over columns of 1 / length scale."""
    kernel = CategoricalKernel(ard_num_dims=len(columns), active_dims=columns, lengthscale_constraint=LOGARITHMIC)
    return with_lengths(kernel, [-rate - np.log(len(columns)) for rate in log_rates])


def main_effect(column, log_length):
    """1 / (1 + square / 2), the square in length scales."""
    kernel = RQKernel(active_dims=[column], lengthscale_constraint=LOGARITHMIC)
    kernel.alpha = 1.0
    kernel.raw_alpha.requires_grad_(False)
    return with_lengths(kernel, [log_length])


def same_level(column):
    """1 where levels are the same, 0 elsewhere: so short a length scale that the exponential underflows."""
    kernel = CategoricalKernel(active_dims=[column], lengthscale_constraint=LOGARITHMIC)
    kernel.raw_lengthscale.requires_grad_(False)
    return with_lengths(kernel, [-10.0])


def members_only(column):
    kernel = LinearKernel(active_dims=[column])
    kernel.variance = 1.0
    kernel.raw_variance.requires_grad_(False)
    return kernel


class Kernel:
    """The whole kernel, its inputs, and which of our hyperparameters each raw parameter's gradient belongs to."""

    def __init__(self):
        self.columns = Columns()
        self.owners = []
        costs = unit_costs()
        self.cost_columns = [self.columns.add(metric, costs[:, j]) for j, metric in enumerate(METRICS)]
        mean = ConstantKernel()
        mean.constant = torch.ones(1)
        mean.raw_constant.requires_grad_(False)
        self.sum = mean + self.scale(self.cost(), "sharedCost")
        for family in FAMILIES:
            self.sum = self.sum + self.of_family(family, costs)

    def scale(self, kernel, *names, parts=1):
        """Times the product of the hyperparameters, over a number."""
        out = scaled(kernel, sum(THETA[name] for name in names) - np.log(parts))
        self.owners.append((out.raw_outputscale, [[(name, 1) for name in names]]))
        return out

    def cost(self):
        names = [f"costLength.{metric}" for metric in METRICS]
        kernel = matern(self.cost_columns, [THETA[name] for name in names])
        self.owners.append((kernel.raw_lengthscale, [[(name, 1)] for name in names]))
        return kernel

    def of_family(self, family, costs):
        f = family["name"]
        own = [candidate["family"] == f for candidate in CANDIDATES]
        member = self.columns.add(f, own)
        within, main, parts = self.own_dimensions(family, costs)
        return (
            self.scale(members_only(member), "family")
            + self.scale(members_only(member) * self.cost(), f"amplitude.{f}", "familyCost")
            + self.scale(members_only(member) * within, f"amplitude.{f}", "within")
            + self.scale(members_only(member) * main, f"amplitude.{f}", "main", parts=parts)
        )

    def own_dimensions(self, family, costs):
        """Kernels of all columns together and of each alone, the latter summed, with how many they are."""
        f = family["name"]
        lengths, ordinals, rates, categories = [], [], [], []
        for dimension in family["dimensions"]:
            name, levels = dimension["name"], dimension["levels"]
            at = places(family, dimension, costs)
            index = [levels.index(c["config"][name]) if c["family"] == f and name in c["config"] else -1 for c in CANDIDATES]
            columns = [self.columns.add(f"{f}.{name}", [0.5 if i < 0 else at[i] for i in index])]
            if "activeWhen" in dimension:
                columns.append(self.columns.add(f"{f}.{name}?", [0.0 if i < 0 else np.sqrt(ABSENT) for i in index]))
            ordinals += columns
            lengths += [f"length.{f}.{name}"] * len(columns)
            if dimension["type"] == "categorical":
                categories.append(self.columns.add(f"{f}.{name}=", index))
                rates.append(f"rate.{f}.{name}")
        smooth = matern(ordinals, [THETA[name] for name in lengths])
        apart = categorical(categories, [THETA[name] for name in rates])
        self.owners.append((smooth.raw_lengthscale, [[(name, 1)] for name in lengths]))
        self.owners.append((apart.raw_lengthscale, [[(name, -1)] for name in rates]))
        # A column alone has its length scale times one ratio, that of `mainLength` to the prior median of the lengths.
        usual = np.log(USUAL_LENGTH * np.sqrt(len(family["dimensions"])))
        alone = [main_effect(column, THETA[name] + THETA["mainLength"] - usual) for column, name in zip(ordinals, lengths)]
        self.owners += [(k.raw_lengthscale, [[(n, 1), ("mainLength", 1)]]) for k, n in zip(alone, lengths)]
        alone += [same_level(column) for column in categories]
        return smooth * apart, AdditiveKernel(*alone), len(alone)

    def gradient(self):
        """By each logarithm of ours, from the gradients that a backward pass has left."""
        out = dict.fromkeys(THETA, 0.0)
        for parameter, names in self.owners:
            for value, owners in zip(parameter.grad.reshape(-1).tolist(), names):
                for name, sign in owners:
                    out[name] += sign * value
        return out


class Model(gpytorch.models.ExactGP):
    def __init__(self, x, y, kernel, likelihood):
        super().__init__(x, y, likelihood)
        self.mean_module = gpytorch.means.ZeroMean()
        self.covar_module = kernel

    def forward(self, x):
        return gpytorch.distributions.MultivariateNormal(self.mean_module(x), self.covar_module(x))


def surrogate():
    kernel = Kernel()
    x = kernel.columns.tensor()
    y = torch.tensor(given["y"])
    likelihood = gpytorch.likelihoods.GaussianLikelihood(noise_constraint=LOGARITHMIC)
    likelihood.noise_covar.raw_noise.data.fill_(THETA["noise"])
    kernel.owners.append((likelihood.noise_covar.raw_noise, [[("noise", 1)]]))
    model = Model(x[given["train"]], y, kernel.sum, likelihood)
    mll = gpytorch.mlls.ExactMarginalLogLikelihood(likelihood, model).train()
    value = mll(model(model.train_inputs[0]), y) * len(y)
    value.backward()
    model.eval()
    with torch.no_grad():
        posterior = model(x[given["test"]])
        return {
            "mean": posterior.mean.tolist(),
            "variance": posterior.variance.tolist(),
            "logMarginalLikelihood": value.item(),
            "gradient": kernel.gradient(),
        }


def predicted(mean, variance):
    return MockModel(MockPosterior(mean=torch.tensor([[mean]]), variance=torch.tensor([[variance]])))


#: Variance of a known cost: BoTorch divides by the deviation.
EXACT = 1e-12


def hypervolume_gains():
    """Outcomes of value (more is better) and one cost; the values are plain, without a scale between."""
    front = [(-0.4, 90.0), (0.3, 250.0), (0.9, 400.0), (1.6, 800.0)]
    reference = (-1.0, 1000.0)
    y = torch.tensor([[value, -cost] for value, cost in front])
    point = [reference[0], -reference[1]]
    partitioning = NondominatedPartitioning(torch.tensor(point), Y=y)
    cases = []
    for mean, deviation, cost in itertools.product((-2.0, 0.1, 1.4, 2.5), (0.05, 0.6), (40.0, 320.0, 950.0)):
        model = predicted([mean, -cost], [deviation**2, EXACT])
        gain = ExpectedHypervolumeImprovement(model, point, partitioning)(torch.zeros(1, 1, 1))
        cases.append({"mean": mean, "deviation": deviation, "cost": cost, "value": gain.item()})
    return {
        "front": [{"value": value, "costs": [cost]} for value, cost in front],
        "reference": {"value": reference[0], "costs": [reference[1]]},
        "cases": cases,
    }


def improvements():
    """Logarithms, deep into the tail."""
    best, cases = 0.7, []
    for mean, deviation in itertools.product((-30.0, -3.0, 0.2, 0.7, 2.0), (0.02, 0.4, 3.0)):
        value = LogExpectedImprovement(predicted([mean], [deviation**2]), best_f=best)(torch.zeros(1, 1, 1))
        cases.append({"mean": mean, "deviation": deviation, "value": value.item()})
    return {"best": best, "cases": cases}


result = {
    "versions": {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "gpytorch": gpytorch.__version__,
        "botorch": botorch.__version__,
    },
    **surrogate(),
    "ehvi": hypervolume_gains(),
    "logEi": improvements(),
}
path = FOLDER / "surrogate_gpytorch.json"
path.write_text(json.dumps(result) + "\n")
print(path)
