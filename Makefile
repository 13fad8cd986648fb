# glint - one Makefile, not recursive. `make help` lists the targets.
#
#   make            the program, build/release/glint
#   make demo       install what is missing, build, run the main job on the bundled data
#   make check      install what the tests need, run them all, end with "N passed, N failed, N skipped"
#   make unit       the unit tests (ROOM=glm: of one room)
#   make suite S=x  one suite of tests/suites
#   make bless      rewrite tests/sessions and tests/screens with what comes out now; read the diff
#   make san        the checks under AddressSanitizer and UBSan
#   make tsan       the unit tests and sessions under ThreadSanitizer
#   make memcheck   the unit tests under valgrind
#   make cov        line coverage of src/ by all the checks, at least 85 %
#   make lint       gcc -fanalyzer, clang's warnings, mandoc, long lines
#   make layers     which line breaks the rules of the house
#   make bench      speed and memory beside other programs: bench-start -csv -fit -path -score -screen -engine
#   make fuzz       libFuzzer on each entry of tests/fuzz for SECONDS=20
#   make fuzz-keys  a million keys by chance on each screen under AddressSanitizer: KEYS=1000000 SEED=1
#   make pictures   the pictures of README.md from real runs, into man/pictures
#   make deps       install what the build needs (apt; elsewhere it prints the packages)
#   make man        build/release/glint.1, printed from the tables of the program
#   make install    to PREFIX=/usr/local, below DESTDIR when given; make uninstall
#   make dist       a source archive     make deb    a Debian package     make clean
#
#   V=1 shows the commands; VARIANT=debug|san|tsan|cov|fuzz is another build, in build/<variant>/

VARIANT ?= release
BUILD   := build/$(VARIANT)
PKG_CONFIG ?= pkg-config
PREFIX  ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0

# ---- libraries: only the -I and -l parts of what pkg-config says (the -D of ncursesw would redefine ours) ----
PKGS  := ncursesw readline gsl openblas libcurl libcjson zlib libzstd liblzma libutf8proc yajl cairo cairo-pdf cairo-svg openssl
PKG_I := $(filter-out -D% -std=%,$(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null))
PKG_L := $(filter-out -lgslcblas,$(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null)) -lm -lpthread

WARN  := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
         -Wvla -Wwrite-strings -Wformat=2 -Wno-psabi
STD   := -std=c17 -D_DEFAULT_SOURCE -D_XOPEN_SOURCE=700 -ffp-contract=off
OPT_release := -O2 -g -DNDEBUG
OPT_debug   := -O0 -g3 -DGLINT_DEBUG
OPT_san     := -O1 -g -DGLINT_DEBUG -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT_tsan    := -O1 -g -fsanitize=thread
OPT_cov     := -O0 -g --coverage -fprofile-update=atomic -DGLINT_DEBUG
OPT_fuzz    := -O1 -g -DGLINT_DEBUG -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LD_san      := -fsanitize=address,undefined
LD_tsan     := -fsanitize=thread
LD_cov      := --coverage
LD_fuzz     := -fsanitize=address,undefined
OPT    := $(OPT_$(VARIANT))
CFLAGS ?=
ALL_CFLAGS := $(STD) $(OPT) $(WARN) $(if $(WERROR),-Werror) -Iinclude $(PKG_I) -DGLINT_VERSION='"$(VERSION)"' $(CFLAGS)
ALL_LDFLAGS := $(LD_$(VARIANT)) $(LDFLAGS)

# ---- rooms, from the front door to the cellar; each one archive ----
ROOMS := tui shell es model features glm data base
room_src = $(wildcard src/$(1)/*.c) $(if $(filter shell,$(1)),$(wildcard src/shell/cmd/*.c))
room_obj = $(patsubst src/%.c,$(BUILD)/obj/%.o,$(call room_src,$(1)))
LIBS := $(foreach r,$(ROOMS),$(if $(call room_src,$(r)),$(BUILD)/lib/$(r).a))

all: $(BUILD)/glint

define room_rule
$(BUILD)/lib/$(1).a: $(call room_obj,$(1))
	@mkdir -p $$(@D)
	$$(Q)rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room_rule,$(r))))

# inner loops over rows: worth the compiler's time
HOT := base/gram base/matrix glm/kernels
ifeq ($(VARIANT),release)
$(foreach f,$(HOT),$(BUILD)/obj/$(f).o): ALL_CFLAGS += -O3
endif

Q := $(if $(V),,@)
$(BUILD)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	@$(if $(V),,echo "  cc   $<")
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/glint: $(BUILD)/obj/main.o $(LIBS)
	@$(if $(V),,echo "  link $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(BUILD)/obj/main.o -Wl,--start-group $(LIBS) -Wl,--end-group $(PKG_L)

# ---- unit tests: tests/unit/<room>/test_x.c, each a cmocka program linked with its room and those below ----
below_base     := base
below_data     := data base
below_glm      := glm base
below_features := features data base
below_model    := model features glm data base
below_es       := es model features glm data base
below_shell    := shell es model features glm data base
below_tui      := tui shell es model features glm data base
UNIT_SRC := $(wildcard tests/unit/$(if $(ROOM),$(ROOM),*)/test_*.c)
UNIT_BIN := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))
unit_room = $(firstword $(subst /, ,$(patsubst $(BUILD)/unit/%,%,$(1))))
.SECONDEXPANSION:
$(BUILD)/unit/%: tests/unit/%.c $$(foreach r,$$(below_$$(call unit_room,$$@)),$(BUILD)/lib/$$r.a)
	@mkdir -p $(@D)
	@$(if $(V),,echo "  test $<")
	$(Q)$(CC) $(ALL_CFLAGS) -Wno-missing-prototypes -Itests -MMD -MP -MF $@.d $(ALL_LDFLAGS) -o $@ $< \
	  -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(PKG_L) -lcmocka

unit-build: $(UNIT_BIN)
unit: $(UNIT_BIN)
	$(Q)ROOM=$(ROOM) tests/run.sh $(BUILD) unit

# ---- fuzz: tests/fuzz/fuzz_x.c, each with a corpus; replayed by a plain driver in the checks ----
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_BIN := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(FUZZ_SRC))
SECONDS  ?= 20
FUZZ_MAIN := $(if $(filter fuzz,$(VARIANT)),-fsanitize=fuzzer,tests/fuzz/replay.c)
$(BUILD)/fuzz/%: tests/fuzz/%.c tests/fuzz/replay.c $(LIBS)
	@mkdir -p $(@D)
	@$(if $(V),,echo "  fuzz $<")
	$(Q)$(CC) $(ALL_CFLAGS) -Wno-missing-prototypes -Itests -MMD -MP -MF $@.d $(ALL_LDFLAGS) -o $@ $< $(FUZZ_MAIN) \
	  -Wl,--start-group $(LIBS) -Wl,--end-group $(PKG_L)
fuzz-build: $(FUZZ_BIN)
fuzz:
	@tests/deps.sh build fuzz
	+@$(AGAIN) VARIANT=fuzz CC=clang fuzz-build
	$(Q)tests/fuzz/run.sh build/fuzz/fuzz $(SECONDS)

# keys by chance on every screen under the sanitizers, KEYS of them on each
KEYS ?= 1000000
fuzz-keys:
	@tests/deps.sh build
	+@$(AGAIN) VARIANT=san build/san/fuzz/fuzz_keys
	$(Q)UBSAN_OPTIONS=print_stacktrace=1 LSAN_OPTIONS=suppressions=$(CURDIR)/tests/lsan.supp:print_suppressions=0 \
	  tests/fuzz/keys.sh $(CURDIR)/build/san/fuzz/fuzz_keys $(KEYS) $(SEED)

# ---- benchmarks: tests/bench; they print medians and ratios, and are no tests ----
BENCH_BIN := $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/bench/*.c))
$(BUILD)/bench/%: tests/bench/%.c $(LIBS)
	@mkdir -p $(@D)
	@$(if $(V),,echo "  bench $<")
	$(Q)$(CC) $(ALL_CFLAGS) -Wno-missing-prototypes -MMD -MP -MF $@.d $(ALL_LDFLAGS) -o $@ $< \
	  -Wl,--start-group $(LIBS) -Wl,--end-group $(PKG_L)
bench-build: $(BENCH_BIN) $(BUILD)/glint
bench: bench-start bench-csv bench-fit bench-path bench-score bench-screen bench-engine
bench-csv: bench-build
	$(Q)tests/bench/csv.sh $(BUILD)/bench $(ROWS)
bench-start bench-fit bench-path bench-score bench-screen bench-engine: bench-%: bench-build
	$(Q)ROWS=$(ROWS) RUNS=$(RUNS) tests/bench/bench.sh $(BUILD) $*

# ---- reference values of other programs: tests/reference ----
REFERENCE := $(BUILD)/reference/run_reference
$(REFERENCE): $(wildcard tests/reference/*.c tests/reference/*.h) $(LIBS)
	@mkdir -p $(@D)
	@$(if $(V),,echo "  test $(@F)")
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.c,$^) -Wl,--start-group $(LIBS) -Wl,--end-group $(PKG_L)
reference: $(REFERENCE)
	$(Q)$(REFERENCE) tests/reference $(if $(CASE),$(CASE),$(basename $(notdir $(wildcard tests/reference/expected/*.json))))

# ---- tests that talk to a real engine: tests/engine/test_x.c ----
ENGINE_BIN := $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/engine/test_*.c))
$(BUILD)/engine/%: tests/engine/%.c $(LIBS)
	@mkdir -p $(@D)
	@$(if $(V),,echo "  test $<")
	$(Q)$(CC) $(ALL_CFLAGS) -Wno-missing-prototypes -Itests -MMD -MP -MF $@.d $(ALL_LDFLAGS) -o $@ $< \
	  -Wl,--start-group $(LIBS) -Wl,--end-group $(PKG_L)
check-engines:
	@tests/deps.sh build check engine
	+@$(AGAIN) WERROR=1 check-build
	$(Q)ENGINES="2.19 3.6 es7 es8" ENGINE_TABLE=$(BUILD)/engines.txt SUITE_SECONDS=3600 tests/run.sh $(BUILD) engine; \
	  rc=$$?; cat $(BUILD)/engines.txt; exit $$rc
engine: $(BUILD)/glint
	$(Q)tests/engine/try.sh $(BUILD)/glint

# ---- the examples of the help pages ----
$(BUILD)/examples: tests/examples.c $(LIBS)
	@$(if $(V),,echo "  test $<")
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -MF $@.d $(ALL_LDFLAGS) -o $@ $< \
	  -Wl,--start-group $(LIBS) -Wl,--end-group $(PKG_L)

# ---- the screens: keys in, cells out ----
$(BUILD)/screens: tests/screens.c $(LIBS)
	@$(if $(V),,echo "  test $<")
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -MF $@.d $(ALL_LDFLAGS) -o $@ $< \
	  -Wl,--start-group $(LIBS) -Wl,--end-group $(PKG_L)

# ---- checks ----
# What deps installs is seen by a make that starts after it: hence the calls of make by itself.
JOBS  ?= $(shell nproc 2>/dev/null || echo 2)
AGAIN  = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))

deps:
	@tests/deps.sh build
check:
	@tests/deps.sh build check
	+@$(AGAIN) WERROR=1 check-build
	$(Q)tests/run.sh $(BUILD)
check-build: $(BUILD)/glint $(BUILD)/examples $(BUILD)/screens $(UNIT_BIN) $(FUZZ_BIN) $(ENGINE_BIN) $(REFERENCE)
suite: check-build
	$(Q)tests/run.sh $(BUILD) $(S)
bless: $(BUILD)/glint $(BUILD)/screens
	$(Q)BLESS=1 tests/run.sh $(BUILD) sessions screens readme

san:
	@tests/deps.sh build check
	+@$(AGAIN) VARIANT=san WERROR=1 check-build
	$(Q)UBSAN_OPTIONS=print_stacktrace=1 LSAN_OPTIONS=suppressions=$(CURDIR)/tests/lsan.supp:print_suppressions=0 \
	  tests/run.sh build/san
tsan:
	@tests/deps.sh build check
	+@$(AGAIN) VARIANT=tsan check-build
	$(Q)tests/run.sh build/tsan unit sessions
memcheck:
	@tests/deps.sh build check memcheck
	+@$(AGAIN) VARIANT=debug check-build
	$(Q)SUITE_SECONDS=3600 UNIT_WRAP="valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite" \
	  tests/run.sh build/debug unit
cov:
	@tests/deps.sh build check cov
	+@$(AGAIN) VARIANT=cov check-build
	@find build/cov -name '*.gcda' -delete
	-$(Q)tests/run.sh build/cov
	$(Q)gcovr -r . build/cov --filter src/ --gcov-ignore-parse-errors --sort-percentage --txt build/cov/lines.txt \
	  --print-summary --fail-under-line 85; rc=$$?; echo "by file: build/cov/lines.txt"; exit $$rc
layers:
	$(Q)tests/run.sh $(BUILD) layers
lint:
	@tests/deps.sh build lint check
	$(Q)BUILD=build tests/lint.sh $(filter-out -Werror,$(STD) $(WARN)) -Iinclude $(PKG_I) -DGLINT_VERSION='"$(VERSION)"'

# ---- the demo: from nothing to a model that can be asked ----
demo:
	@tests/deps.sh build
	+@$(AGAIN) all
	@tests/demo.sh $(BUILD)/glint

pictures: $(BUILD)/glint
	$(Q)python3 tests/pictures.py $(BUILD)/glint man/pictures

# ---- man page, install, packages ----
man: $(BUILD)/glint.1
$(BUILD)/glint.1: $(BUILD)/glint
	$(Q)$(BUILD)/glint --man >$@.tmp && mv $@.tmp $@

SHARE := $(DESTDIR)$(PREFIX)/share
install: $(BUILD)/glint $(BUILD)/glint.1
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/man/man1 $(SHARE)/glint $(SHARE)/doc/glint \
	  $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	install -m 755 $(BUILD)/glint $(DESTDIR)$(PREFIX)/bin/glint
	install -m 644 $(BUILD)/glint.1 $(SHARE)/man/man1/glint.1
	$(BUILD)/glint --completion bash >$(SHARE)/bash-completion/completions/glint
	$(BUILD)/glint --completion zsh >$(SHARE)/zsh/site-functions/_glint
	$(BUILD)/glint --completion fish >$(SHARE)/fish/vendor_completions.d/glint.fish
	install -m 644 README.md LICENSE $(SHARE)/doc/glint
	cd datasets && find . -type f -exec install -D -m 644 {} "$(abspath $(SHARE))/glint/datasets/{}" \;
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/glint $(SHARE)/man/man1/glint.1 $(SHARE)/bash-completion/completions/glint \
	  $(SHARE)/zsh/site-functions/_glint $(SHARE)/fish/vendor_completions.d/glint.fish
	rm -rf $(SHARE)/glint $(SHARE)/doc/glint
dist:
	@mkdir -p build
	git archive --prefix=glint-$(VERSION)/ -o build/glint-$(VERSION).tar.gz HEAD
	@echo build/glint-$(VERSION).tar.gz
deb: $(BUILD)/glint
	$(Q)tests/deb.sh $(BUILD) $(VERSION)

help:
	@sed -n 's/^#   //p;/^$$/q' Makefile

clean:
	rm -rf build

-include $(shell find $(BUILD) -name '*.d' -type f 2>/dev/null)
.PHONY: fuzz-keys pictures bench-csv reference engine check-engines all unit unit-build fuzz fuzz-build deps check check-build suite bless san tsan memcheck cov layers lint demo man \
        install uninstall dist deb help clean
.DEFAULT_GOAL := all
