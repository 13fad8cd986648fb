# glint - one Makefile, not recursive. `make help` lists the targets.
#
#   make            the program, build/release/glint
#   make demo       install what is missing, build, run the main job on the bundled data
#   make check      install what the tests need, run them all, end with "N passed, N failed, N skipped"
#   make unit ROOM=glm       the unit tests of one room          make V=1 ...   show the commands
#   make VARIANT=debug|san|tsan|cov ...                          another build, in build/<variant>/

VARIANT ?= release
BUILD   := build/$(VARIANT)
CC      ?= gcc
PKG_CONFIG ?= pkg-config
PREFIX  ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0

# ---- libraries: only the -I and -l parts of what pkg-config says (the -D of ncursesw would redefine ours) ----
PKGS  := ncursesw readline gsl openblas libcurl libcjson zlib libzstd liblzma libutf8proc yajl cairo cairo-pdf cairo-svg
PKG_I := $(filter-out -D% -std=%,$(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null))
PKG_L := $(filter-out -lgslcblas,$(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null)) -llapacke -lm -lpthread

WARN  := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
         -Wvla -Wwrite-strings -Wformat=2
STD   := -std=c17 -D_DEFAULT_SOURCE -D_XOPEN_SOURCE=700 -ffp-contract=off
OPT_release := -O2 -g -DNDEBUG
OPT_debug   := -O0 -g3 -DGLINT_DEBUG
OPT_san     := -O1 -g -DGLINT_DEBUG -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT_tsan    := -O1 -g -fsanitize=thread
OPT_cov     := -O0 -g --coverage -DGLINT_DEBUG
LD_san      := -fsanitize=address,undefined
LD_tsan     := -fsanitize=thread
LD_cov      := --coverage
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

unit: $(UNIT_BIN)
	$(Q)fail=0; for t in $(UNIT_BIN); do $(UNIT_WRAP) $$t >$$t.log 2>&1 || { echo "FAILED $$t"; cat $$t.log; fail=1; }; done; \
	  cat $(addsuffix .log,$(UNIT_BIN)) /dev/null | grep -c '^\[       OK' | sed 's/$$/ unit tests passed/'; exit $$fail

clean:
	rm -rf build

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
.PHONY: all unit clean
.DEFAULT_GOAL := all
