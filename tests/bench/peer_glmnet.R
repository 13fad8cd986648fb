# SPDX-License-Identifier: GPL-3.0-or-later
# peer_glmnet.R FILE FOLDS - glmnet's path and cv.glmnet on the fit benchmark's table; prints wall and processor seconds.
# The design matrix is made before the clock starts.
args <- commandArgs(TRUE)
suppressPackageStartupMessages(library(glmnet))
d <- read.csv(args[1], stringsAsFactors = TRUE)
d$hour <- factor(d$hour)
x <- model.matrix(~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + gender + device + lang + hour + country, d)[, -1]
folds <- as.integer(args[2])
fold <- rep_len(seq_len(folds), nrow(x))
say <- function(case, t, m) cat(sprintf(
  '{"case": "%s", "peer": "glmnet", "seconds": %.3f, "processor": %.3f, "lambdas": %d, "ratio": %.12g}\n',
  case, t[["elapsed"]], t[["user.self"]] + t[["sys.self"]], length(m$lambda), max(m$dev.ratio)))
t <- system.time(m <- glmnet(x, d$viewed, family = "binomial"))
say("path", t, m)
t <- system.time(m <- cv.glmnet(x, d$viewed, family = "binomial", foldid = fold))
say("cv", t, m$glmnet.fit)
