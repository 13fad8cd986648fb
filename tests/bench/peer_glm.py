# SPDX-License-Identifier: GPL-3.0-or-later
"""peer_glm.py FILE RUNS CASE... - fits of the benchmark by glum, scikit-learn and statsmodels, one JSON line each.

A CASE is family:columns, columns being 9, 107 or 685. Each gets the data as it likes them best before the clock
starts: glum a tabmat matrix with categoricals (split by type), scikit-learn a sparse one-hot matrix, statsmodels a
dense one (only where that is below 1 GB). glum's tolerance is the loosest that settles the deviance to 1e-8.
"""
import json
import statistics
import sys
import time
import warnings

import numpy
import pandas

NUMBERS = [f"x{i}" for i in range(1, 9)]
FACTORS = {9: [], 107: "gender device lang hour country".split(),
           685: "gender device lang hour country tag author".split()}
RESPONSE = {"binomial": "viewed", "poisson": "visits"}


def deviance(family, y, mu):
    if family == "binomial":
        return -2 * float(numpy.sum(y * numpy.log(mu) + (1 - y) * numpy.log1p(-mu)))
    with numpy.errstate(divide="ignore", invalid="ignore"):
        return 2 * float(numpy.sum(numpy.where(y > 0, y * numpy.log(y / mu), 0) - (y - mu)))


def glum_fit(family, x, y):
    import tabmat
    from glum import GeneralizedLinearRegressor
    matrix = tabmat.from_pandas(x, drop_first=True)

    def fit(tolerance=1e-4):
        return GeneralizedLinearRegressor(family=family, alpha=0, solver="irls-ls", gradient_tol=tolerance).fit(matrix, y)

    best = deviance(family, y, fit(1e-8).predict(matrix))
    tolerance = next(t for t in (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
                     if abs(deviance(family, y, fit(t).predict(matrix)) / best - 1) < 1e-8)
    return lambda: fit(tolerance), lambda m: deviance(family, y, m.predict(matrix))


def sklearn_fit(family, x, y):
    from sklearn.linear_model import LogisticRegression, PoissonRegressor
    from sklearn.preprocessing import OneHotEncoder
    import scipy.sparse
    factors = [c for c in x if c not in NUMBERS]
    dense = x[NUMBERS].to_numpy(float)
    matrix = dense
    if factors:
        hot = OneHotEncoder(drop="first").fit_transform(x[factors])
        matrix = scipy.sparse.hstack([scipy.sparse.csr_matrix(dense), hot]).tocsr()
    if family == "binomial":
        model = LogisticRegression(C=numpy.inf, solver="lbfgs", tol=1e-4, max_iter=1000)
        return lambda: model.fit(matrix, y), lambda m: deviance(family, y, m.predict_proba(matrix)[:, 1])
    model = PoissonRegressor(alpha=0, solver="lbfgs", tol=1e-5, max_iter=1000)
    return lambda: model.fit(matrix, y), lambda m: deviance(family, y, m.predict(matrix))


def statsmodels_fit(family, x, y):
    import statsmodels.api as sm
    if 8e-9 * len(x) * (1 + len(pandas.get_dummies(x.head(1000)).columns)) > 1:
        return None
    matrix = sm.add_constant(pandas.get_dummies(x, drop_first=True).to_numpy(float))
    kind = sm.families.Binomial() if family == "binomial" else sm.families.Poisson()
    return lambda: sm.GLM(y, matrix, family=kind).fit(), lambda m: m.deviance


def main():
    warnings.filterwarnings("ignore")
    path, runs = sys.argv[1], int(sys.argv[2])
    table = pandas.read_csv(path, dtype={f: "category" for f in FACTORS[685]})
    for case in sys.argv[3:]:
        family, columns = case.split(":")
        x, y = table[NUMBERS + FACTORS[int(columns)]], table[RESPONSE[family]].to_numpy(float)
        for name, prepare in (("glum", glum_fit), ("scikit-learn", sklearn_fit), ("statsmodels", statsmodels_fit)):
            made = prepare(family, x, y)
            if not made:
                continue
            fit, settle = made
            seconds = []
            for _ in range(runs if name == "glum" else 1):
                start = time.perf_counter()
                model = fit()
                seconds.append(time.perf_counter() - start)
            print(json.dumps({"case": case, "peer": name, "seconds": statistics.median(seconds),
                              "deviance": settle(model)}), flush=True)


main()
