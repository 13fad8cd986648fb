# SPDX-License-Identifier: GPL-3.0-or-later
# torture.awk - JSON text without its layout: blanks outside strings go, every value is a string, null the empty one.
{ text = text $0 "\n" }
END {
    n = length(text)
    for (i = 1; i <= n; i++) {
        c = substr(text, i, 1)
        if (c == "\"") {
            from = i++
            while (substr(text, i, 1) != "\"")
                i += substr(text, i, 1) == "\\" ? 2 : 1
            out = out substr(text, from, i - from + 1)
        } else if (c ~ /[-+.0-9a-zA-Z]/) {
            from = i
            while (substr(text, i + 1, 1) ~ /[-+.0-9a-zA-Z]/)
                i++
            word = substr(text, from, i - from + 1)
            out = out "\"" (word == "null" ? "" : word) "\""
        } else if (c !~ /[ \t\n\r]/) {
            out = out c
        }
    }
    gsub(/\}\{/, "},{", out)
    print out ~ /^\[/ ? out : "[" out "]"
}
