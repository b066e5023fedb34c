"""Reference numbers for the surrogate and the acquisition, from an independent reading of docs/trade.md.

    python -m venv venv && venv/bin/pip install numpy scipy mpmath && venv/bin/python tests/oracle/surrogate.py

writes tests/oracle/surrogate.json. Gradients are complex-step derivatives, normal tails come from mpmath at 60 digits,
expected hypervolume improvement from adaptive quadrature of the improvement itself (no closed form).
"""
import json, pathlib, platform
import mpmath, numpy as np, scipy
from scipy import integrate, stats

rng = np.random.default_rng(20240607)

FAMILIES = [
    {"name": "plain", "dimensions": [
        {"name": "width", "role": "width", "type": "ordinal", "levels": [4, 8, 16, 32]},
        {"name": "depth", "role": "depth", "type": "ordinal", "levels": [1, 2, 3]},
        {"name": "act", "role": "other", "type": "categorical", "levels": ["relu", "gelu", "tanh"]}]},
    {"name": "blocks", "dimensions": [
        {"name": "width", "role": "width", "type": "ordinal", "levels": [8, 16, 24]},
        {"name": "se", "role": "attention", "type": "categorical", "levels": [False, True]},
        {"name": "ratio", "role": "expansion", "type": "ordinal", "levels": [2, 4, 8],
         "activeWhen": {"dimension": "se", "levels": [True]}}]},
]

def costs_of(family, c):
    if family == "plain":
        params = 50 + c["width"] ** 2 * c["depth"] * {"relu": 1.0, "gelu": 1.3, "tanh": 1.1}[c["act"]]
        macs = params * 20
    else:
        params = 90 + 3 * c["width"] ** 2 + (c["width"] ** 2 / c["ratio"] if c["se"] else 0)
        macs = params * 35 - 500
    return {"params": params, "macs": macs}

def enumerate_family(family):
    configs = [{}]
    for d in family["dimensions"]:
        grown = []
        for c in configs:
            gate = d.get("activeWhen")
            if gate and c.get(gate["dimension"]) not in gate["levels"]:
                grown.append(c)
            else:
                grown += [{**c, d["name"]: level} for level in d["levels"]]
        configs = grown
    return configs

everything = {f["name"]: enumerate_family(f) for f in FAMILIES}
METRICS = ["macs", "params"]
logs = {f: {m: np.log([costs_of(f, c)[m] for c in cs]) for m in METRICS} for f, cs in everything.items()}
scale = {}
for m in METRICS:  # every family weighs the same
    centre = np.mean([logs[f][m].mean() for f in logs])
    scale[m] = (centre, np.sqrt(np.mean([((logs[f][m] - centre) ** 2).mean() for f in logs])))
unit_cost = lambda f, c: np.array([(np.log(costs_of(f, c)[m]) - scale[m][0]) / scale[m][1] for m in METRICS])

def level_positions(family, d):
    """Mean normalised log cost of the level's candidates, scaled to [0, 1] over the levels."""
    f = family["name"]
    means = {lv: np.mean([unit_cost(f, c).mean() for c in everything[f] if c.get(d["name"], None) == lv and d["name"] in c])
             for lv in d["levels"]}
    low, high = min(means.values()), max(means.values())
    return {lv: (v - low) / (high - low) for lv, v in means.items()}

MEAN_VARIANCE = 1.0

def m52(square):
    r = np.sqrt(5 * square)
    return (1 + r + r ** 2 / 3) * np.exp(-r)

def kernel(a, b, th):
    (fa, ca), (fb, cb) = a, b
    dc = (unit_cost(fa, ca) - unit_cost(fb, cb)) / np.array([np.exp(th[f"costLength.{m}"]) for m in METRICS])
    mc = m52((dc ** 2).sum())
    amplitude = np.exp(th[f"amplitude.{fa}"])
    k = MEAN_VARIANCE + np.exp(th["sharedCost"]) * mc
    if fa != fb:
        return k
    family = next(f for f in FAMILIES if f["name"] == fa)
    # Length scales of main effects are those of the columns times one ratio: that of the prior medians, .4, to .6 sqrt(d).
    ratio = np.exp(th["mainLength"]) / (.6 * np.sqrt(len(family["dimensions"])))
    square, apart, effects, columns = 0.0, 0.0, 0.0, 0
    for d in family["dimensions"]:
        n = d["name"]
        length = np.exp(th[f"length.{fa}.{n}"])
        place = level_positions(family, d) if d["type"] == "categorical" else {lv: i / (len(d["levels"]) - 1) for i, lv in enumerate(d["levels"])}
        ua, ub = (place[c[n]] if n in c else .5 for c in (ca, cb))
        square = square + ((ua - ub) / length) ** 2
        effects, columns = effects + 1 / (1 + ((ua - ub) / length / ratio) ** 2 / 2), columns + 1
        if "activeWhen" in d:
            gone = .75 if (n in ca) != (n in cb) else 0.0
            square = square + gone / length ** 2
            effects, columns = effects + 1 / (1 + gone / (length * ratio) ** 2 / 2), columns + 1
        if d["type"] == "categorical":
            columns = columns + 1
            if ca.get(n) == cb.get(n):
                effects = effects + 1
            else:
                apart = apart + np.exp(th[f"rate.{fa}.{n}"])
    k = k + amplitude * np.exp(th["main"]) * effects / columns
    k = k + np.exp(th["family"]) + amplitude * np.exp(th["familyCost"]) * mc
    return k + amplitude * np.exp(th["within"]) * m52(square) * np.exp(-apart)

# Logarithms of the hyperparameters themselves: no prior of ours enters the reference.
theta = {"sharedCost": .4, "family": .15, "familyCost": .3, "within": .6, "main": .35, "mainLength": .5, "noise": .02, **{f"costLength.{m}": 1.5 + .4 * i for i, m in enumerate(METRICS)}}
for f in FAMILIES:
    theta[f"amplitude.{f['name']}"] = float(np.round(rng.uniform(.5, 2), 3))
    for d in f["dimensions"]:
        theta[f"length.{f['name']}.{d['name']}"] = float(np.round(rng.uniform(.3, 1.5), 3))
        if d["type"] == "categorical":
            theta[f"rate.{f['name']}.{d['name']}"] = float(np.round(rng.uniform(.1, .8), 3))
theta = {n: float(np.log(v)) for n, v in theta.items()}
names = list(theta)

def gram(points, th):
    noise = np.exp(th["noise"])
    return np.array([[kernel(a, b, th) for b in points] for a in points]) + noise * np.eye(len(points))

pool = [(f, c) for f, cs in everything.items() for c in cs]
order = rng.permutation(len(pool))
train, test = [pool[i] for i in order[:14]], [pool[i] for i in order[14:22]]
y = np.round(rng.normal(size=len(train)), 4)

K = gram(train, theta)
L = np.linalg.cholesky(K)
alpha = scipy.linalg.cho_solve((L, True), y)
cross = np.array([[kernel(t, p, theta) for p in train] for t in test])
mean = cross @ alpha
variance = np.array([kernel(t, t, theta) for t in test]) - np.einsum("ij,ij->i", cross, scipy.linalg.cho_solve((L, True), cross.T).T)
mll = -.5 * y @ alpha - np.log(np.diag(L)).sum() - .5 * len(y) * np.log(2 * np.pi)

def mll_complex(th):
    Kc = gram(train, th)
    P, lower, upper = scipy.linalg.lu(Kc)
    logdet = np.log(np.diag(upper)).sum()  # the permutation's sign only adds multiples of i*pi
    return -.5 * y @ np.linalg.solve(Kc, y) - .5 * logdet
gradient = {n: float(np.imag(mll_complex({**theta, n: theta[n] + 1e-30j})) / 1e-30) for n in names}
loo = []
for i in range(len(train)):
    keep = [j for j in range(len(train)) if j != i]
    Ki = np.linalg.inv(K[np.ix_(keep, keep)])
    loo.append({"mean": float(K[i, keep] @ Ki @ y[keep]), "variance": float(K[i, i] - K[i, keep] @ Ki @ K[keep, i])})

mpmath.mp.dps = 60
def tails(z):
    z = mpmath.mpf(z)
    phi = mpmath.exp(-z * z / 2) / mpmath.sqrt(2 * mpmath.pi)
    Phi = mpmath.erfc(-z / mpmath.sqrt(2)) / 2
    return {"z": float(z), "logCdf": float(mpmath.log(Phi)), "logH": float(mpmath.log(phi + z * Phi)), "erfc": float(mpmath.erfc(z))}
normal = [tails(z) for z in ["-150", "-101", "-99", "-37.5", "-12", "-5.5", "-2", "-1.01", "-0.99", "-0.3", "0", "0.4", "0.5", "1.7", "3.9", "6"]]

front = [{"value": .62, "costs": [900.0]}, {"value": .81, "costs": [2500.0]}, {"value": .88, "costs": [7000.0]}]
reference = {"value": .5, "costs": [10000.0]}
transform = {"kneeValue": .7, "kneeOutput": -.8, "unit": .05, "lowUnit": .25, "floorOutput": -1000}
def to_value(z):
    above = z - transform["kneeOutput"]
    return transform["kneeValue"] + above * (transform["unit"] if above >= 0 else transform["lowUnit"])
def gain(value, cost):
    """Area between the outcome and the front by integrating over cost, from the definition."""
    edges = sorted({cost, reference["costs"][0], *[p["costs"][0] for p in front if p["costs"][0] > cost]})
    total = 0.0
    for a, b in zip(edges, edges[1:]):
        level = max([reference["value"], *[p["value"] for p in front if p["costs"][0] <= a]])
        total += (b - a) * max(0.0, value - level)
    return total
ehvi = []
for mu, sd, cost in [(.2, .6, 300.0), (2.4, .3, 1200.0), (-1.2, .4, 600.0), (1.0, 1.2, 9000.0), (3.2, .05, 7000.0), (-2.0, .2, 2000.0)]:
    value_levels = [.5, .62, .7, .81, .88]
    breaks = [transform["kneeOutput"] + (v - .7) / (.05 if v >= .7 else .25) for v in value_levels]
    points = sorted(b for b in breaks if abs(b - mu) < 12 * sd)
    edges = [mu - 12 * sd, *points, mu + 12 * sd]
    value = sum(integrate.quad(lambda z: gain(to_value(z), cost) * stats.norm.pdf(z, mu, sd), a, b, epsabs=0, epsrel=1e-11, limit=200)[0]
                for a, b in zip(edges, edges[1:]))
    ehvi.append({"mean": mu, "deviation": sd, "cost": cost, "value": value})

result = {
    "versions": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__, "mpmath": mpmath.__version__},
    "families": FAMILIES,
    "candidates": [{"family": f, "config": c, "costs": costs_of(f, c)} for f, c in pool],
    "logHyperparameters": theta,
    "train": [int(i) for i in order[:14]], "test": [int(i) for i in order[14:22]], "y": y.tolist(),
    "mean": mean.tolist(), "variance": variance.tolist(), "logMarginalLikelihood": float(mll), "gradient": gradient, "leaveOneOut": loo,
    "normal": normal,
    "ehvi": {"front": front, "reference": reference, "scale": transform, "cases": ehvi},
}
path = pathlib.Path(__file__).with_name("surrogate.json")
path.write_text(json.dumps(result) + "\n")
print(path, len(pool), "candidates")
