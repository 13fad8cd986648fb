# SPDX-License-Identifier: GPL-3.0-or-later
"""peer_glm.py FILE - fits of the benchmark by glum, scikit-learn, statsmodels and H2O, on demand.

Reads lines from standard input and answers each with one line of JSON:
    case FAMILY:COLUMNS     forget the last case; {"peers": [those that can do it]}
    fit PEER                one fit: {"seconds", "processor", "deviance"}; what a peer likes to have ready (below) is made
                            before its first clock starts
glum gets a tabmat matrix with categoricals (split by type), scikit-learn a sparse one-hot matrix, statsmodels a dense
one (only where that is below 1 GB), H2O its own frame in its own process. glum's tolerance is the loosest that settles
the deviance to 1e-8.
"""
import json
import os
import resource
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
    matrix = sm.add_constant(pandas.get_dummies(x, drop_first=True).to_numpy(float))
    kind = sm.families.Binomial() if family == "binomial" else sm.families.Poisson()
    return lambda: sm.GLM(y, matrix, family=kind).fit(), lambda m: m.deviance


def h2o_fit(family, x, y):
    import h2o
    from h2o.estimators import H2OGeneralizedLinearEstimator
    h2o.init(nthreads=-1, max_mem_size="6g", verbose=False, log_level="ERRR")
    h2o.no_progress()
    table = x.copy()
    table["y"] = y.astype(int)
    frame = h2o.H2OFrame(table, column_types={c: "enum" for c in x if c not in NUMBERS} |
                         ({"y": "enum"} if family == "binomial" else {}))

    def fit():
        m = H2OGeneralizedLinearEstimator(family=family, lambda_=0, solver="IRLSM", objective_epsilon=1e-9)
        m.train(x=list(x), y="y", training_frame=frame)
        return m

    return fit, lambda m: m.residual_deviance()


PEERS = {"glum": glum_fit, "scikit-learn": sklearn_fit, "statsmodels": statsmodels_fit, "H2O": h2o_fit}


def able(x):
    """Who is here and can do it; PEERS in the environment names those that are wanted."""
    import importlib.util
    import shutil
    modules = {"glum": "glum", "scikit-learn": "sklearn", "statsmodels": "statsmodels", "H2O": "h2o"}
    names = [p for p, m in modules.items() if importlib.util.find_spec(m)]
    if 8e-9 * len(x) * (1 + len(pandas.get_dummies(x.head(1000)).columns)) > 0.2 and "statsmodels" in names:
        names.remove("statsmodels")
    if not shutil.which("java") and "H2O" in names:
        names.remove("H2O")
    wanted = os.environ.get("PEERS", "").split()
    return [n for n in names if not wanted or n in wanted]


def processor():
    t = resource.getrusage(resource.RUSAGE_SELF)
    return t.ru_utime + t.ru_stime


def serve(path):
    table = pandas.read_csv(path, dtype={f: "category" for f in FACTORS[685]})
    ready, answers = {}, os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    for line in sys.stdin:
        what, argument = line.split(maxsplit=1)
        argument = argument.strip()
        if what == "case":
            ready.clear()
            family, columns = argument.split(":")
            x, y = table[NUMBERS + FACTORS[int(columns)]], table[RESPONSE[family]].to_numpy(float)
            answer = {"peers": able(x)}
        else:
            try:
                if argument not in ready:
                    ready[argument] = PEERS[argument](family, x, y)
                fit, settle = ready[argument]
                cpu, start = processor(), time.perf_counter()
                model = fit()
                answer = {"seconds": time.perf_counter() - start, "processor": processor() - cpu}
                answer["deviance"] = float(settle(model))
            except Exception as e:  # a peer that fails is said and left out
                answer = {"error": str(e).splitlines()[0][:100] if str(e) else type(e).__name__}
        print(json.dumps(answer), file=answers, flush=True)
    if "h2o" in sys.modules:
        sys.modules["h2o"].cluster().shutdown()


warnings.filterwarnings("ignore")
serve(sys.argv[1])
