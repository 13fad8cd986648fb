# SPDX-License-Identifier: GPL-3.0-or-later
# check.awk - the JSON lines of a script (first file) against what the script expects (second file); see run.sh.

function unquote(s)
{
    gsub(/^"|"$/, "", s)
    return s
}

# The number behind "key": in text, or "" when there is none.
function number(text, key,    at, rest)
{
    at = index(text, "\"" key "\":")
    if (!at)
        return ""
    rest = substr(text, at + length(key) + 3)
    return match(rest, /^-?[0-9][-+.0-9e]*/) ? substr(rest, 1, RLENGTH) : ""
}

# The object of `text` in which a value is `row`.
function object(text, row,    at, from, rest)
{
    gsub(/\\/, "\\\\", row)
    gsub(/"/, "\\\"", row)
    at = index(text, ":\"" row "\",")
    if (!at)
        return ""
    from = at
    while (from > 1 && substr(text, from, 1) != "{")
        from--
    rest = substr(text, from)
    return substr(rest, 1, index(rest, "}"))
}

# Half a unit of the last digit given.
function slack(digits,    mantissa, exponent, dot)
{
    mantissa = digits
    exponent = 0
    if (match(digits, /e/)) {
        mantissa = substr(digits, 1, RSTART - 1)
        exponent = substr(digits, RSTART + 1) + 0
    }
    dot = index(mantissa, ".")
    return 0.5000001 * 10 ^ (exponent - (dot ? length(mantissa) - dot : 0))
}

function tell(ok, what, more)
{
    print (ok ? "ok " : "not ok ") name ": " what
    if (!ok)
        print "# " more " in: " command "\n# " substr(json, 1, 600)
}

function near(got, want, what)
{
    tell(got != "" && got - want <= slack(want) && want - got <= slack(want), what, "got " (got == "" ? "nothing" : got))
}

function bound(got, sign, limit, what,    ok)
{
    ok = sign == ">=" ? got >= limit : sign == "<=" ? got <= limit : sign == "<" ? got < limit : got > limit
    tell(got != "" && ok, what, "got " (got == "" ? "nothing" : got))
}

function coefs(file,    line, f, row, n)
{
    n = 0
    while ((getline line < file) > 0) {
        split(line, f, ",")
        if (unquote(f[1]) == "term")
            continue
        row = object(json, unquote(f[1]))
        near(number(row, "estimate"), unquote(f[2]), unquote(f[1]) " " unquote(f[2]))
        near(number(row, "se"), unquote(f[3]), unquote(f[1]) " std_err " unquote(f[3]))
        near(number(row, "z"), unquote(f[4]), unquote(f[1]) " z " unquote(f[4]))
        near(number(row, "p"), unquote(f[5]), unquote(f[1]) " p " unquote(f[5]))
        n++
    }
    close(file)
    tell(n > 0, "coefficients of " file, "no row read")
}

NR == FNR {
    lines[NR] = $0
    next
}
/^#= / {
    expected = substr($0, 4)
    n = split(expected, w, " ")
    if (w[1] == "says") {
        sub(/^says /, "", expected)
        tell(index(json, expected), "says " expected, "no such note")
    } else if (w[1] == "coefs") {
        coefs(w[2])
    } else if (w[2] == "of") {
        row = expected
        sub(/^[^ ]+ of /, "", row)
        sub(/ [^ ]+$/, "", row)
        near(number(object(json, row), w[1]), w[n], w[1] " of " row " " w[n])
    } else if (w[2] ~ /^[<>]/) {
        bound(number(json, w[1]), w[2], w[3] + 0, expected)
    } else {
        near(number(json, w[1]), w[2], expected)
    }
    next
}
/^#/ || /^ *$/ { next }
{
    command = $0
    json = lines[++at]
    if (json == "" || index(json, "\"error\":"))
        tell(0, "runs: " command, "failed")
}
