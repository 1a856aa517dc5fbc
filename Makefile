# SPDX-License-Identifier: GPL-3.0-or-later
#
# One Makefile, no recursion, no configure step. `make help` lists the targets.
# CFLAGS, CPPFLAGS and LDFLAGS are the user's; ours are in lower case.

prefix      ?= /usr/local
bindir      ?= $(prefix)/bin
datadir     ?= $(prefix)/share
mandir      ?= $(datadir)/man
localedir   ?= $(datadir)/locale
CFLAGS      ?= -O2 -g
CLANG       ?= clang
LLD_LINK    ?= lld-link
PROVE       ?= prove
comma       := ,
B           ?= build$(if $(SAN),/$(subst $(comma),-,$(SAN)))
-include config.mk

version     := 0.1.0
hardening   ?= -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection \
	       -fcf-protection -ftrivial-auto-var-init=zero -fPIE
warnings     = -Wall -Wextra -Wshadow -Wvla -Wformat=2 -Wstrict-prototypes \
	       -Wmissing-prototypes -Wundef -Wpointer-arith
cflags       = -std=gnu17 -D_GNU_SOURCE -I. -DIGVM_VERSION='"$(version)"' \
	       -DIGVM_DATADIR='"$(datadir)/igvm"' -DIGVM_LOCALEDIR='"$(localedir)"' \
	       $(warnings) $(if $(WERROR),-Werror) $(if $(SAN),,$(hardening)) -MMD -MP \
	       $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all)
ldflags      = $(if $(SAN),-fsanitize=$(SAN),-pie -Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now)
libs         = -ljansson -lpci -lini_config -lbasicobjects -lref_array -lcollection -lseccomp

lib_src     := $(filter-out launcher/main.c,$(sort $(wildcard launcher/*.c launcher/*/*.c \
	       qmp/*.c romfiles/*.c)))
lib_obj     := $(lib_src:%.c=$(B)/%.o)
unit_tests  := $(patsubst tests/%.c,$(B)/tests/%,$(sort $(wildcard tests/t_*.c)))
fuzz_tests  := $(patsubst tests/fuzz/%.c,$(B)/tests/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))

q            = $(if $(V),,@echo '  $(1)	$(2)';)

.PHONY: all
all: $(B)/igvm

.DELETE_ON_ERROR:
.SECONDARY:

# --- program -----------------------------------------------------------------
$(B)/igvm: $(B)/launcher/main.o $(lib_obj)
	$(call q,LD,$@)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^ $(libs)

$(B)/romfiles/%.o: warnings += -Wconversion

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(call q,CC,$@)$(CC) $(cflags) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# --- tests -------------------------------------------------------------------
$(unit_tests): $(B)/tests/%: $(B)/tests/%.o $(lib_obj)
	$(call q,LD,$@)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^ $(libs) -lcmocka

$(fuzz_tests): $(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(B)/tests/fuzz/replay.o $(lib_obj)
	$(call q,LD,$@)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^ $(libs)

# Helper programs that tests run (tests/tools/*.c), one source each.
tools       := $(patsubst tests/tools/%.c,$(B)/tests/tools/%,$(sort $(wildcard tests/tools/*.c)))
$(tools): $(B)/tests/tools/%: $(B)/tests/tools/%.o $(lib_obj)
	$(call q,LD,$@)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^ $(libs)

# --- romfiles/efi (what runs inside the guest) ----------------------------------

# --- lab ----------------------------------------------------------------------

# --- end of sections ------------------------------------------------------------

.PHONY: clean
clean:
	rm -rf $(B)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
