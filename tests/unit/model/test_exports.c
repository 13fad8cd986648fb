/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_exports.c - every export is run outside and compared with model_predict(): 1e-12 on 1,000
 * rows.
 *
 * C by cc, Python by python3 (with numpy where it is there, without otherwise, and without by
 * force), SQL by sqlite3, JSON and PMML by small evaluators in Python below. A tool that is not
 * installed skips its test. Painless has no interpreter outside the engine; tests/engine runs it
 * there.
 */
#include "worlds.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "data/writer.h"
#include "model/exports.h"

#define ROWS 1000
#define TOLERANCE 1e-12

static const struct {
    const char *name, *formula, *family, *link;
    Encode encode;
    double l2;
} models[] = {
    {"plain", "viewed ~ age + lang + member", NULL, NULL, ENCODE_TREATMENT, 0},
    {"products", "viewed ~ age * lang * country + member:lang + hours:age", NULL, NULL,
     ENCODE_TREATMENT, 0},
    {"one-hot", "viewed ~ lang + country + member + lang:country", NULL, NULL, ENCODE_ONEHOT, 1},
    {"sum", "viewed ~ lang * country + age:lang", NULL, NULL, ENCODE_SUM, 0},
    {"curves",
     "viewed ~ ns(age, df = 4) + bs(hours, df = 5) + poly(clicks, 2) + ns(age, df = 2):lang", NULL,
     NULL, ENCODE_TREATMENT, 0.1},
    {"raw powers and functions",
     "viewed ~ poly(age, 3, raw = TRUE) + log1p(hours) + sqrt(hours) + I(age^2 / 100) + I(age > "
     "40) + if(hours > 10, 1, 0)",
     NULL, NULL, ENCODE_TREATMENT, 0.1},
    {"factors of numbers",
     "viewed ~ cut(age, c(0, 30, 45, 99)) + factor(clicks):lang + I(lang == \"js\")", NULL, NULL,
     ENCODE_TREATMENT, 1},
    {"nothing outside the breaks", "viewed ~ cut(age, c(0, 30, 45, 90)) + cut(hours, c(-1, 20, 250)):age + lang",
     NULL, NULL, ENCODE_TREATMENT, 1},
    {"if without else", "viewed ~ I(if(hours < 290, hours, null)) + age", NULL, NULL,
     ENCODE_TREATMENT, 0},
    {"no intercept", "viewed ~ 0 + lang + age", NULL, NULL, ENCODE_TREATMENT, 0},
    {"poisson with offset", "clicks ~ age + lang + offset(log1p(hours))", "poisson", NULL,
     ENCODE_TREATMENT, 0},
    {"gaussian", "hours ~ age + lang", "gaussian", NULL, ENCODE_TREATMENT, 0},
    {"gamma inverse", "I(hours + 1) ~ age + lang", "gamma", NULL, ENCODE_TREATMENT, 0},
    {"inverse gaussian", "I(hours + 1) ~ age + lang", "inverse-gaussian", "inverse-squared",
     ENCODE_TREATMENT, 0},
    {"tweedie root", "I(hours + 1) ~ age + lang", "tweedie", "sqrt", ENCODE_TREATMENT, 0},
    {"negbin", "clicks ~ age * lang", "negbin", NULL, ENCODE_TREATMENT, 0},
    {"probabilities that add", "viewed ~ lang + member", NULL, "identity", ENCODE_TREATMENT, 0},
    {"cloglog", "viewed ~ age + lang", NULL, "cloglog", ENCODE_TREATMENT, 0},
    {"cauchit", "viewed ~ age + lang", NULL, "cauchit", ENCODE_TREATMENT, 0},
    {"probit", "viewed ~ age + lang", NULL, "probit", ENCODE_TREATMENT,
     0}, /* SQL and Painless refuse it */
};

static bool have(const char *tool)
{
    char command[128];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", tool);
    return system(command) == 0;
}

/* A folder of the test's own; freed by leave(). */
static char *enter(void)
{
    char path[] = "/tmp/glint-exports-XXXXXX";
    char *made = mkdtemp(path);
    assert_non_null(made);
    return strdup(made);
}

static void leave(char *dir)
{
    char command[256];
    snprintf(command, sizeof command, "rm -r '%s'", dir);
    assert_int_equal(system(command), 0);
    free(dir);
}

static void put_file(const char *dir, const char *name, const char *text, size_t n)
{
    char path[256];
    Error err = ERROR_INIT;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FileOut *f = file_out_open(path, &err);
    assert_true(f && file_out_write(f, text, n, &err) && file_out_commit(f, &err));
}

/* The rows to score: training's, with a level nobody knows and values beyond the data among them,
 * and gaps. */
static Frame *rows_to_score(const Frame *f)
{
    Error err = ERROR_INIT;
    Buf b = BUF_INIT;
    buf_puts(&b, "viewed,age,hours,lang,country,member,clicks,user_id\n");
    for (size_t i = 0; i < ROWS; i++) {
        if (i % 100 == 7) {
            buf_puts(&b, "0,95,300.5,cobol,FR,true,9,1\n");
        } else if (i % 100 == 8) {
            buf_puts(&b, i % 200 == 8 ? "1,,3.5,java,DE,false,0,2\n" : "1,30,3.5,,DE,false,0,2\n");
        } else if (i % 100 == 9) {
            buf_puts(&b, "1,2,0,java,DE,true,1,2\n");
        } else {
            for (size_t j = 0; j < f->ncols; j++) {
                buf_puts(&b, j ? "," : "");
                column_print(f->cols[j], i, &b);
            }
            buf_putc(&b, '\n');
        }
    }
    Frame *out = frame_of(b.p);
    buf_free(&b);
    assert_int_equal(err.code, ERR_NONE);
    return out;
}

static Model *fit_model(const Frame *f, size_t i)
{
    ModelSpec spec = MODEL_SPEC_DEFAULT;
    spec.formula = models[i].formula;
    spec.family = models[i].family;
    spec.link = models[i].link;
    spec.encode = models[i].encode;
    spec.fit.l2 = models[i].l2;
    spec.table = "visits";
    return fit_spec(f, &spec);
}

/* One number a line in out.txt; nan (or nothing) is missing. */
static void compare(const char *dir, const char *name, const Model *m, const Frame *rows)
{
    char path[256];
    Error err = ERROR_INIT;
    FileText text;
    Predictions p;
    snprintf(path, sizeof path, "%s/out.txt", dir);
    assert_true(file_read(path, &text, &err));
    assert_true(model_predict(m, rows, false, UNSEEN_BASE, &p, &err));
    Str rest = {text.p, text.n};
    size_t missing = 0;
    for (size_t i = 0; i < p.n; i++) {
        Str line = str_trim(str_split(rest, '\n', &rest));
        double got = NAN;
        if (line.n && !parse_real(line, &got))
            fail_msg("%s row %zu: '%.*s'\n", name, i, STR_ARG(line));
        missing += isnan(got) ? 1 : 0;
        if (!close_to(got, p.p[i], TOLERANCE))
            fail_msg("%s row %zu: %.17g, not %.17g\n", name, i, got, p.p[i]);
    }
    assert_true(missing < p.n / 10);
    predictions_clear(&p);
    file_text_free(&text);
}

static void run_in(const char *dir, const char *name, const char *command)
{
    char line[1024];
    snprintf(line, sizeof line, "cd '%s' && { %s ; } >log.txt 2>&1", dir, command);
    if (system(line) != 0) {
        snprintf(line, sizeof line, "head -c 2000 '%s/log.txt' >&2", dir);
        (void)!system(line);
        fail_msg("%s: %s failed\n", name, command);
    }
}

/* Exports every model, writes it and the rows, runs `command`, compares. */
static void each_model(const char *format, const char *file, const char *extra_name,
                       const char *extra, const char *command)
{
    Frame *f = visits(3000, 61), *rows = rows_to_score(f);
    Error err = ERROR_INIT;
    char *dir = enter(), csv[256];
    snprintf(csv, sizeof csv, "%s/rows.csv", dir);
    assert_true(writer_put_all(csv_writer_open(csv, ',', &err), rows, &err));
    if (extra)
        put_file(dir, extra_name, extra, strlen(extra));
    const Export *e = export_find(str_of(format), SPAN_NONE, &err);
    assert_non_null(e);
    for (size_t i = 0; i < COUNT(models); i++) {
        Model *m = fit_model(f, i);
        Buf text = BUF_INIT;
        error_clear(&err);
        bool ok = e->write(m, &text, &err);
        if (!ok && models[i].link && strcmp(models[i].link, "probit") == 0 &&
            strcmp(format, "sql") == 0) {
            assert_non_null(strstr(err.msg, "SQL has no word for 'normal'"));
        } else {
            if (!ok)
                fail_msg("%s: %s\n", models[i].name, err.msg);
            put_file(dir, file, text.p, text.n);
            run_in(dir, models[i].name, command);
            compare(dir, models[i].name, m, rows);
        }
        buf_free(&text);
        model_unref(m);
    }
    leave(dir);
    frame_unref(rows);
    frame_unref(f);
}

/* ---- Python ---- */

static const char py_driver[] =
    "import csv, sys\n"
    "if sys.argv[1] == 'bare':\n"
    "    sys.modules['numpy'] = None\n"
    "import model\n"
    "rows = list(csv.DictReader(open('rows.csv', newline='')))\n"
    "def value(name, v):\n"
    "    if v == '':\n"
    "        return None\n"
    "    if name in model.NUMBERS:\n"
    "        return {'true': 1.0, 'false': 0.0}[v] if v in ('true', 'false') else float(v)\n"
    "    return v\n"
    "columns = {n: [value(n, r[n]) for r in rows] for n in model.INPUTS}\n"
    "with open('out.txt', 'w') as out:\n"
    "    for v in model.score(columns):\n"
    "        out.write(repr(float(v)) + '\\n')\n";

static void python(void **state)
{
    (void)state;
    if (!have("python3"))
        skip();
    each_model("python", "model.py", "driver.py", py_driver, "python3 driver.py bare");
}

static void python_numpy(void **state)
{
    (void)state;
    if (!have("python3") ||
        system("PATH=/usr/bin:$PATH python3 -c 'import numpy' >/dev/null 2>&1") != 0)
        skip();
    each_model("python", "model.py", "driver.py", py_driver,
               "PATH=/usr/bin:$PATH python3 driver.py numpy");
}

/* ---- SQL ---- */

/* Types are declared, so that numbers are numbers; an empty field is null. */
static const char sql_driver[] =
    "CREATE TABLE raw(viewed,age,hours,lang,country,member,clicks,user_id);\n"
    ".mode csv\n"
    ".import --skip 1 rows.csv raw\n"
    "CREATE TABLE visits AS SELECT CAST(NULLIF(viewed,'') AS INTEGER) viewed, CAST(NULLIF(age,'') "
    "AS INTEGER) age,\n"
    "  CAST(NULLIF(hours,'') AS REAL) hours, NULLIF(lang,'') lang, NULLIF(country,'') country, "
    "member = 'true' member,\n"
    "  CAST(NULLIF(clicks,'') AS INTEGER) clicks FROM raw;\n"
    ".mode list\n"
    ".output all.txt\n"
    ".read model.sql\n"
    ".output stdout\n";

static void sql(void **state)
{
    (void)state;
    if (!have("sqlite3") ||
        system("sqlite3 :memory: 'SELECT exp(1.0)+ln(2.0)' >/dev/null 2>&1") != 0)
        skip();
    /* the whole statement becomes a table of its own, whose answers are printed with all digits */
    each_model("sql", "model.sql.in", "driver.sql", sql_driver,
               "{ echo 'WITH answer AS ('; sed -e '/^--/d' -e 's/;$//' model.sql.in; "
               "echo \") SELECT CASE WHEN y IS NULL THEN 'nan' ELSE printf('%.17g', y) END FROM "
               "(SELECT\"; "
               "grep -q 'AS probability$' model.sql.in && echo 'probability' || echo 'prediction'; "
               "echo ' AS y FROM answer);'; } >model.sql && sqlite3 :memory: <driver.sql && mv "
               "all.txt out.txt");
}

/* ---- C ---- */

static void c_function(void **state)
{
    (void)state;
    if (!have("cc"))
        skip();
    /* the driver gives arguments by the function's own parameter list */
    static const char driver[] =
        "import re, csv, subprocess\n"
        "text = open('model.c').read()\n"
        "params = re.search(r'^double score\\((.*)\\)$', text, re.M).group(1)\n"
        "names = [] if params == 'void' else [p.replace('*', ' ').split()[-1] for p in "
        "params.split(',')]\n"
        "texts = {p.replace('*', ' ').split()[-1] for p in params.split(',') if '*' in p}\n"
        "rows = list(csv.DictReader(open('rows.csv', newline='')))\n"
        "def arg(n, v):\n"
        "    if v == '':\n"
        "        return 'NULL' if n in texts else 'NAN'\n"
        "    return '\"%s\"' % v if n in texts else {'true': '1', 'false': '0'}.get(v, v)\n"
        "with open('main.c', 'w') as out:\n"
        "    out.write('#include <stdio.h>\\n#include \"model.c\"\\nint main(void) {\\n')\n"
        "    for r in rows:\n"
        "        out.write('printf(\"%%.17g\\\\n\", score(%s));\\n' % ', '.join(arg(n, r[n]) for n "
        "in names))\n"
        "    out.write('return 0; }\\n')\n"
        "subprocess.check_call(['cc', '-std=c99', '-O0', '-Wall', '-Werror', '-o', 'main', "
        "'main.c', '-lm'])\n"
        "subprocess.check_call('./main > out.txt', shell=True)\n";
    if (!have("python3"))
        skip();
    each_model("c", "model.c", "driver.py", driver, "python3 driver.py");
}

/* ---- JSON ---- */

static const char json_driver[] =
    "import csv, json, math\n"
    "m = json.load(open('model.json'))\n"
    "ops = {'+': lambda a, b: a + b, '-': lambda a, b: a - b, '*': lambda a, b: a * b, '/': lambda "
    "a, b: a / b,\n"
    "       'neg': lambda a: -a, 'pow': lambda a, b: a ** b, '<': lambda a, b: a < b, '<=': lambda "
    "a, b: a <= b,\n"
    "       '>': lambda a, b: a > b, '>=': lambda a, b: a >= b, '==': lambda a, b: a == b, '!=': "
    "lambda a, b: a != b,\n"
    "       'and': lambda a, b: a and b, 'or': lambda a, b: a or b, 'not': lambda a: not a, "
    "'number': float,\n"
    "       'exp': math.exp, 'expm1': math.expm1, 'log': math.log, 'log1p': math.log1p, 'sqrt': "
    "math.sqrt,\n"
    "       'atan': math.atan, 'normal': lambda x: 0.5 * math.erfc(-x / math.sqrt(2))}\n"
    "def value(e, row, steps, eta=None):\n"
    "    if not isinstance(e, dict):\n"
    "        return e\n"
    "    if 'input' in e:\n"
    "        return row[e['input']]\n"
    "    if 'step' in e:\n"
    "        return steps[e['step']]\n"
    "    if 'text' in e:\n"
    "        return e['text']\n"
    "    if 'eta' in e:\n"
    "        return eta\n"
    "    if e['op'] == 'if':\n"
    "        return value(e['args'][1 if value(e['args'][0], row, steps, eta) else 2], row, steps, "
    "eta)\n"
    "    return ops[e['op']](*(value(a, row, steps, eta) for a in e['args']))\n"
    "tables = {t['name']: (t['subjects'], {tuple(r[:-1]): r[-1] for r in t['entries']}) for t in "
    "m['tables']}\n"
    "def score(row):\n"
    "    try:\n"
    "        return known(row)\n"
    "    except TypeError:\n" /* arithmetic with None: something is missing */
    "        return math.nan\n"
    "def known(row):\n"
    "    if any(v is None for v in row.values()):\n"
    "        return math.nan\n"
    "    steps, eta = {}, m['eta']['intercept']\n"
    "    for s in m['steps']:\n"
    "        steps[s['name']] = value(s['value'], row, steps)\n"
    "    for p in m['eta']['pieces']:\n"
    "        v = p['coefficient']\n"
    "        for s in p['steps']:\n"
    "            v *= steps[s]\n"
    "        if p['table']:\n"
    "            subjects, entries = tables[p['table']]\n"
    "            v *= entries.get(tuple(value(s, row, steps) for s in subjects), 0)\n"
    "        eta += v\n"
    "    return value(m['mean'], row, steps, eta)\n"
    "kinds = {i['name']: i['type'] for i in m['inputs']}\n"
    "def cell(kind, v):\n"
    "    return None if v == '' else v if kind == 'text' else v == 'true' if kind == 'truth' else "
    "float(v)\n"
    "with open('out.txt', 'w') as out:\n"
    "    for r in csv.DictReader(open('rows.csv', newline='')):\n"
    "        out.write(repr(score({n: cell(k, r[n]) for n, k in kinds.items()})) + '\\n')\n";

static void json(void **state)
{
    (void)state;
    if (!have("python3"))
        skip();
    each_model("json", "model.json", "driver.py", json_driver, "python3 driver.py");
}

/* ---- PMML ---- */

static const char pmml_driver[] =
    "import csv, math\n"
    "import xml.etree.ElementTree as ET\n"
    "N = '{http://www.dmg.org/PMML-4_4}'\n"
    "root = ET.parse('model.pmml').getroot()\n"
    "types = {f.get('name'): f.get('dataType') for f in root.iter(N + 'DataField')}\n"
    "model = root.find(N + 'RegressionModel')\n"
    "target = [f.get('name') for f in model.iter(N + 'MiningField') if f.get('usageType') == "
    "'target'][0]\n"
    "names = [f.get('name') for f in model.iter(N + 'MiningField') if f.get('usageType') != "
    "'target']\n"
    "ops = {'+': lambda a, b: a + b, '-': lambda a, b: a - b, '*': lambda a, b: a * b, '/': lambda "
    "a, b: a / b,\n"
    "       'pow': lambda a, b: a ** b, 'lessThan': lambda a, b: a < b, 'lessOrEqual': lambda a, "
    "b: a <= b,\n"
    "       'greaterThan': lambda a, b: a > b, 'greaterOrEqual': lambda a, b: a >= b, 'equal': "
    "lambda a, b: a == b,\n"
    "       'notEqual': lambda a, b: a != b, 'ln1p': math.log1p, 'ln': math.log, 'sqrt': "
    "math.sqrt, 'exp': math.exp}\n"
    "def value(e, env):\n"
    "    tag = e.tag[len(N):]\n"
    "    if tag == 'Constant':\n"
    "        t = e.get('dataType')\n"
    "        return e.text if t == 'string' else e.text == 'true' if t == 'boolean' else "
    "float(e.text)\n"
    "    if tag == 'FieldRef':\n"
    "        return env[e.get('field')]\n"
    "    if tag == 'MapValues':\n"
    "        pairs = [(p.get('field'), p.get('column')) for p in e.findall(N + "
    "'FieldColumnPair')]\n"
    "        if e not in maps:\n"
    "            number = [f not in types or types[f] == 'double' for f, _ in pairs]\n"
    "            maps[e] = {tuple(float(r.find(N + c).text) if n else r.find(N + c).text\n"
    "                             for (f, c), n in zip(pairs, number)): float(r.find(N + "
    "'value').text)\n"
    "                       for r in e.iter(N + 'row')}\n"
    "        return maps[e].get(tuple(env[f] for f, _ in pairs), float(e.get('defaultValue')))\n"
    "    if e.get('function') == 'if':\n"
    "        return value(e[1], env) if value(e[0], env) else value(e[2], env) if len(e) > 2 else math.nan\n"
    "    return ops[e.get('function')](*(value(a, env) for a in e))\n"
    "maps = {}\n"
    "fields = [(d.get('name'), d[0]) for d in model.iter(N + 'DerivedField')]\n"
    "table = model.find(N + 'RegressionTable')\n"
    "preds = [(q.get('name'), float(q.get('coefficient'))) for q in table.findall(N + "
    "'NumericPredictor')]\n"
    "links = {'logit': lambda x: 1 / (1 + math.exp(-x)), 'exp': math.exp, 'none': lambda x: x,\n"
    "         'probit': lambda x: 0.5 * math.erfc(-x / math.sqrt(2)), 'cloglog': lambda x: "
    "-math.expm1(-math.exp(x)),\n"
    "         'cauchit': lambda x: 0.5 + math.atan(x) / math.pi}\n"
    "def cell(t, v):\n"
    "    return None if v == '' else v if t == 'string' else v == 'true' if t == 'boolean' else "
    "float(v)\n"
    "with open('out.txt', 'w') as out:\n"
    "    for r in csv.DictReader(open('rows.csv', newline='')):\n"
    "        env = {n: cell(types[n], r[n]) for n in names}\n"
    "        if any(v is None for v in env.values()):\n"
    "            out.write('nan\\n')\n"
    "            continue\n"
    "        for name, e in fields:\n"
    "            env[name] = value(e, env)\n"
    "        eta = float(table.get('intercept')) + sum(c * env[n] for n, c in preds)\n"
    "        mean = links[model.get('normalizationMethod')](eta)\n"
    "        for o in model.iter(N + 'OutputField'):\n"
    "            env[o.get('name')] = mean = value(o[0], env) if len(o) else mean\n"
    "        out.write(repr(mean) + '\\n')\n";

static void pmml(void **state)
{
    (void)state;
    if (!have("python3"))
        skip();
    each_model("pmml", "model.pmml", "driver.py", pmml_driver, "python3 driver.py");
}

/* ---- the table, and what cannot be said ---- */

static void table(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    size_t n;
    const Export *all = export_table(&n);
    assert_int_equal(n, 6);
    for (size_t i = 0; i < n; i++)
        check_row(export_find(str_of(all[i].name), SPAN_NONE, &err) == &all[i] && all[i].brief,
                  all[i].name);
    assert_string_equal(export_by_ending(STR("a/model.sql"))->name, "sql");
    assert_null(export_by_ending(STR("model.exe")));
    assert_null(export_find(STR("jason"), SPAN_NONE, &err));
    assert_non_null(strstr(err.hint, "json"));
}

static void refusals(void **state)
{
    (void)state;
    Frame *f = visits(500, 62);
    Model *m = fit_formula(f, "viewed ~ I(lower(lang) == \"js\") + age");
    Error err = ERROR_INIT;
    Buf b = BUF_INIT;
    assert_false(export_find(STR("c"), SPAN_NONE, &err)->write(m, &b, &err));
    assert_non_null(strstr(err.msg, "cannot say 'lower(lang)'"));
    buf_free(&b);
    model_unref(m);
    frame_unref(f);
}

/* Names and levels with quotes, blanks, keywords and signs of each language. */
static void awkward_names(void **state)
{
    (void)state;
    Buf csv = BUF_INIT;
    buf_puts(&csv, "y,int,a b,v0,\"it's\"\n");
    Rng r = rng_stream(1, "names");
    for (int i = 0; i < 300; i++)
        buf_printf(&csv, "%d,%.3f,%.3f,%.3f,%s\n", rng_unit(&r) < 0.5, rng_normal(&r),
                   rng_normal(&r), rng_normal(&r),
                   (const char *[]){"\"say \"\"hi\"\"\"", "it's", "a<b&c", "back\\slash",
                                    "plain"}[rng_below(&r, 5)]);
    Frame *f = frame_of(csv.p);
    Model *m = fit_formula(f, "y ~ int + `a b` + v0 + `it's`");
    size_t n;
    const Export *all = export_table(&n);
    for (size_t i = 0; i < n; i++) {
        Error err = ERROR_INIT;
        Buf b = BUF_INIT;
        if (!all[i].write(m, &b, &err))
            fail_msg("%s: %s\n", all[i].name, err.msg);
        char *dir = enter();
        put_file(dir, "model.c", b.p, b.n);
        if (strcmp(all[i].name, "c") == 0 && have("cc"))
            run_in(dir, "c", "cc -std=c99 -Wall -Werror -c model.c");
        if (strcmp(all[i].name, "python") == 0 && have("python3"))
            run_in(dir, "python", "python3 model.c");
        if (strcmp(all[i].name, "json") == 0 && have("python3"))
            run_in(dir, "json", "python3 -m json.tool model.c");
        leave(dir);
        buf_free(&b);
    }
    model_unref(m);
    frame_unref(f);
    buf_free(&csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(python),        cmocka_unit_test(python_numpy),
        cmocka_unit_test(sql),           cmocka_unit_test(c_function),
        cmocka_unit_test(json),          cmocka_unit_test(pmml),
        cmocka_unit_test(table),         cmocka_unit_test(refusals),
        cmocka_unit_test(awkward_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
