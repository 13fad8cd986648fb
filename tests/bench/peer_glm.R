# SPDX-License-Identifier: GPL-3.0-or-later
# peer_glm.R FILE - R's glm() on the smallest case of the fit benchmark; prints seconds and deviance.
file <- commandArgs(TRUE)[1]
d <- read.csv(file)
t <- system.time(m <- glm(viewed ~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8, binomial, d))[["elapsed"]]
cat(sprintf('{"case": "binomial:9", "peer": "R glm", "seconds": %.3f, "deviance": %.12g}\n', t, deviance(m)))
