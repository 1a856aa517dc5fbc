# SPDX-License-Identifier: GPL-3.0-or-later
#
# One Makefile, no recursion, no configure step. `make help` lists the targets.
# CFLAGS, CPPFLAGS and LDFLAGS are the user's; ours are in lower case.

prefix      ?= /usr/local
bindir      ?= $(prefix)/bin
datadir     ?= $(prefix)/share
mandir      ?= $(datadir)/man
localedir   ?= $(datadir)/locale
# One of those that systemd searches, for /usr and for /usr/local alike.
unitdir     ?= $(prefix)/lib/systemd/system
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
rom_libs     = -llzma -lbrotlidec
image_libs   = -lzstd -llz4 -lz
libs         = -ljansson -lpci -lini_config -lbasicobjects -lref_array -lcollection -lseccomp -lexpat -lcrypt \
	       $(image_libs) $(rom_libs)

lib_src     := $(filter-out launcher/main.c,$(sort $(wildcard launcher/*.c launcher/*/*.c \
	       qmp/*.c romfiles/*.c romfiles/uefi/*.c)))
lib_obj     := $(lib_src:%.c=$(B)/%.o)
unit_tests  := $(patsubst tests/%.c,$(B)/tests/%,$(sort $(wildcard tests/t_*.c)))
fuzz_tests  := $(patsubst tests/fuzz/%.c,$(B)/tests/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))

q            = $(if $(V),,@echo '  $(1)	$(2)';)

.PHONY: all
all:			## the program and its data

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
# romfiles/ is a leaf: its tests link nothing else of ours, which proves it.
romfiles_obj := $(filter $(B)/romfiles/%,$(lib_obj))
leaf        := $(addprefix $(B)/tests/,t_igd t_sha256 t_oprom t_vbt t_opregion t_rombuild t_kind t_gop t_pe \
	       t_uefi t_uefi_memory t_tiano t_fix t_gop_version \
	       t_vbt_fields t_vbt_view t_opregion_fields t_oprom_fields \
	       tools/mkrom tools/uefidump tools/uefiunpack tools/mkuefi tools/vbtdump tools/vbtmany \
	       $(addprefix fuzz/fuzz_,oprom vbt opregion rombuild kind uefi tiano lzma pe fix))

# Tests make packed volumes themselves.
$(addprefix $(B)/tests/,t_uefi t_uefi_memory tools/mkuefi): rom_libs += -lbrotlienc
$(B)/tests/t_uefi_memory: ldflags += $(patsubst %,-Wl$(comma)--wrap=%,malloc calloc realloc)

$(leaf): $(B)/tests/%: $(B)/tests/%.o $(romfiles_obj)
	$(call q,LD,$@)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^ $(rom_libs) \
		$(if $(filter $(B)/tests/t_%,$@),-lcmocka)

# A main() that feeds files; tests/soak/fuzz takes libFuzzer's instead.
fuzz_main    = $(B)/tests/fuzz/replay.o
$(filter $(B)/tests/fuzz/%,$(leaf)): $(fuzz_main)

# qmp/ is the other: jansson and nothing of ours.
qmp_leaf    := $(addprefix $(B)/tests/,t_qmp t_qmp_limits t_qmp_memory t_qmp_cmd t_qmp_fd t_qga \
	       tools/fakeqemu fuzz/fuzz_qmp fuzz/fuzz_qga)

$(qmp_leaf): $(B)/tests/%: $(B)/tests/%.o $(filter $(B)/qmp/%,$(lib_obj))
	$(call q,LD,$@)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^ -ljansson \
		$(if $(filter $(B)/tests/t_%,$@),-lcmocka)

$(filter $(B)/tests/fuzz/%,$(qmp_leaf)): $(fuzz_main)
$(B)/tests/t_qmp_fd: | $(B)/tests/tools/fakeqemu
# Our own allocations fail in turn there.
$(B)/tests/t_qmp_memory: ldflags += $(patsubst %,-Wl$(comma)--wrap=%,malloc calloc realloc strdup)

$(filter-out $(leaf) $(qmp_leaf),$(unit_tests)): $(B)/tests/%: $(B)/tests/%.o $(lib_obj)
	$(call q,LD,$@)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^ $(libs) -lcmocka

$(filter-out $(leaf) $(qmp_leaf),$(fuzz_tests)): $(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(fuzz_main) $(lib_obj)
	$(call q,LD,$@)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^ $(libs)

# Each call that changes a file system goes through the test, which cuts it off.
$(B)/tests/t_setup_apply: ldflags += $(patsubst %,-Wl$(comma)--wrap=%,write openat renameat unlinkat \
	mkdirat fchown fchmod futimens fsetxattr fsync)

# Helper programs that tests run (tests/tools/*.c), one source each.
tools       := $(patsubst tests/tools/%.c,$(B)/tests/tools/%,$(sort $(filter-out %/inject.c,$(wildcard tests/tools/*.c))))
$(filter-out $(leaf) $(qmp_leaf),$(tools)): $(B)/tests/tools/%: $(B)/tests/tools/%.o $(lib_obj)
	$(call q,LD,$@)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^ $(libs)

# For LD_PRELOAD: calls that fail in turn. It takes the names that fortified headers give to others.
$(B)/tests/tools/inject.so: tests/tools/inject.c
	@mkdir -p $(@D)
	$(call q,CC,$@)$(CC) -std=gnu17 -D_GNU_SOURCE $(warnings) $(if $(WERROR),-Werror) $(CFLAGS) -fPIC -shared -o $@ $<

# --- romfiles/efi (what runs inside the guest) ----------------------------------
# Three UEFI drivers (PE32+) and one Multiboot kernel (ELF32) from one pure core,
# which is also compiled for this machine, for the tests. Freestanding: of
# gnu-efi only the headers, of the system none.
LD_LLD      ?= ld.lld
EFI_INC     ?= /usr/include/efi
efi_pure    := $(addprefix romfiles/efi/,emit memmap opreg fwcfg guest_igd guest_assign \
	       guest_vbt guest_policy guest_probe guest_probe_bar guest_probe_dma guest_probe_gop guest_probe_live \
	       guest_probe_opregion)
# tests/efi: a stand-in for the owner's GOP driver, for tests alone.
efi_obj     := $(efi_pure:%=$(B)/%.o) $(B)/tests/efi/blt.o
efi_images  := $(addprefix $(B)/efi/,igd-assign.efi igvm-probe.efi gop-policy.efi testgop.efi)
guest_c     := $(efi_pure) romfiles/igd romfiles/sha256 romfiles/efi/mem romfiles/efi/port
assign_pe   := $(patsubst %,$(B)/efi/pe/%.o,$(guest_c) romfiles/efi/uefi romfiles/efi/assign_uefi)
probe_pe    := $(patsubst %,$(B)/efi/pe/%.o,$(guest_c) $(addprefix romfiles/efi/,uefi uefi_map \
	       probe_uefi))
policy_pe   := $(patsubst %,$(B)/efi/pe/%.o,$(guest_c) $(addprefix romfiles/efi/,uefi uefi_map \
	       gop_policy_uefi))
testgop_pe  := $(patsubst %,$(B)/efi/pe/%.o,$(guest_c) tests/efi/blt tests/efi/testgop_uefi)
probe_elf   := $(patsubst %,$(B)/efi/elf/%.o,$(guest_c) romfiles/efi/probe_bios)

guest_cflags = -std=gnu17 -ffreestanding -nostdlibinc -isystem romfiles/efi/include -I. -I$(B) \
	       -ffunction-sections -fdata-sections -fno-stack-protector -fno-builtin \
	       -mno-red-zone -mno-sse -mno-mmx $(warnings) -Wconversion \
	       $(if $(WERROR),-Werror) -MMD -MP
# -Oz on i386 calls library functions for 64-bit shifts; there is no library.
pe_cflags    = --target=x86_64-unknown-windows -Oz -fshort-wchar -mno-stack-arg-probe \
	       -isystem $(EFI_INC) -isystem $(EFI_INC)/x86_64
elf_cflags   = --target=i386-unknown-none-elf -Os -fno-pic -fno-asynchronous-unwind-tables

# Where the program looks for them when it runs from the build tree.
efi_share   := $(B)/share/igvm/efi
rom_share   := $(B)/share/igvm/roms
efi_files   := $(addprefix $(efi_share)/,igd-assign.efi gop-policy.efi igvm-probe.efi igvm-probe.elf) \
	       $(addprefix $(rom_share)/,igd-assign.rom igvm-probe.rom)

.PHONY: efi
efi: $(efi_files)	## what runs inside the guest (clang, lld, gnu-efi's headers)

$(efi_share)/%: $(B)/efi/%
	@mkdir -p $(@D)
	$(call q,CP,$@)cp $< $@

$(rom_share)/%: $(B)/roms/%
	@mkdir -p $(@D)
	$(call q,CP,$@)cp $< $@

$(B)/efi/mkids: $(B)/romfiles/efi/mkids.o $(B)/romfiles/igd.o
	@mkdir -p $(@D)
	$(call q,LD,$@)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^

$(B)/efi/igd_rows.h: $(B)/efi/mkids
	$(call q,GEN,$@)./$< > $@

$(filter $(B)/tests/t_efi%,$(unit_tests)): $(efi_obj)
$(filter $(B)/tests/fuzz/fuzz_efi%,$(fuzz_tests)): $(efi_obj)

$(B)/tests/t_efi_testgop: | $(B)/roms/igd-testgop.rom

$(B)/romfiles/efi/guest_igd.o: cflags += -I$(B)
$(foreach d,$(B) $(B)/efi/pe $(B)/efi/elf,$d/romfiles/efi/guest_igd.o): $(B)/efi/igd_rows.h

$(B)/efi/pe/%.o: %.c
	@mkdir -p $(@D)
	$(call q,CLANG,$@)$(CLANG) $(pe_cflags) $(guest_cflags) -c -o $@ $<

$(B)/efi/elf/%.o: %.c
	@mkdir -p $(@D)
	$(call q,CLANG,$@)$(CLANG) $(elf_cflags) $(guest_cflags) -c -o $@ $<

$(B)/efi/igd-assign.efi: $(assign_pe)
$(B)/efi/igvm-probe.efi: $(probe_pe)
$(B)/efi/gop-policy.efi: $(policy_pe)
$(B)/efi/testgop.efi: $(testgop_pe)
$(efi_images):
	$(call q,LINK,$@)$(LLD_LINK) -subsystem:efi_boot_service_driver -entry:efi_main \
		-nodefaultlib -dynamicbase -opt:ref -Brepro -out:$@ $^

# A stand-in for the loader on a Windows disc, for tests alone.
$(B)/efi/setup.efi: $(patsubst %,$(B)/efi/pe/%.o,romfiles/efi/mem romfiles/efi/port tests/efi/setup_uefi)
	$(call q,LINK,$@)$(LLD_LINK) -subsystem:efi_application -entry:efi_main \
		-nodefaultlib -dynamicbase -opt:ref -Brepro -out:$@ $^

$(B)/efi/igvm-probe.elf: romfiles/efi/bios.ld $(probe_elf)
	$(call q,LINK,$@)$(LD_LLD) -m elf_i386 --gc-sections -z noexecstack -T $^ -o $@

# OVMF compares no device id, so one ROM serves all; the launcher makes its own.
ROM_DEVICE  ?= 4692
$(B)/roms/igd-assign.rom: $(B)/efi/igd-assign.efi
$(B)/roms/igvm-probe.rom: $(B)/efi/igvm-probe.efi
# Both at once, for tests of the guest's side alone.
$(B)/roms/igd-probe.rom: $(B)/efi/igd-assign.efi $(B)/efi/igvm-probe.efi
# A picture from power-on, with the stand-in for the owner's GOP driver.
$(B)/roms/igd-testgop.rom: $(addprefix $(B)/efi/,igd-assign.efi gop-policy.efi testgop.efi)
# Linked apart from the other tools: ROMs are built without the launcher.
$(B)/efi/mkrom: $(B)/tests/tools/mkrom.o $(romfiles_obj)
	@mkdir -p $(@D)
	$(call q,LD,$@)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^ $(libs)

$(B)/roms/%.rom: $(B)/efi/mkrom
	@mkdir -p $(@D)
	$(call q,ROM,$@)$< efirom -f 8086 -i $(ROM_DEVICE) -l 030000 -o $@ $(filter %.efi,$^)

# --- lab ----------------------------------------------------------------------
# The simulated iGPU (tests/lab/README.md); everything else there is scripts.
lab_obj     := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tests/lab/*.c)))
lab_bins    := $(B)/tests/lab/igdsim $(B)/tests/lab/drmclient $(B)/tests/lab/keys $(B)/tests/lab/cr8.so
$(B)/tests/lab/igdsim: $(lab_obj)
	$(call q,LD,$@)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^
# It runs on the simulated host, which has another C library; libdrm is there for its headers only.
$(B)/tests/lab/drmclient: tests/lab/desktop/drmclient.c
	@mkdir -p $(@D)
	$(call q,CC,$@)$(CC) -std=gnu17 -D_GNU_SOURCE -I/usr/include/libdrm $(warnings) $(CFLAGS) -static -o $@ $<
$(B)/tests/lab/keys: tests/lab/keys/keys.c
	@mkdir -p $(@D)
	$(call q,CC,$@)$(CC) -std=gnu17 -D_GNU_SOURCE $(warnings) $(CFLAGS) -static -o $@ $<
$(B)/tests/lab/cr8.so: tests/lab/preload/cr8.c
	@mkdir -p $(@D)
	$(call q,CC,$@)$(CC) $(cflags) $(CPPFLAGS) $(CFLAGS) -fPIC -shared -o $@ $<

# What changes the host's answers below a program, for tests of igvm itself.
preloads    := $(patsubst tests/%.c,$(B)/tests/%.so,$(sort $(wildcard tests/preload/*.c)))
$(preloads): $(B)/tests/%.so: tests/%.c
	@mkdir -p $(@D)
	$(call q,CC,$@)$(CC) $(filter-out -fsanitize%,$(cflags)) $(CPPFLAGS) $(CFLAGS) -fPIC -shared -o $@ $<

# --- hosts ----------------------------------------------------------------------
# The trees of tests/hosts, each written once from its description for all tests that read it.
host_files  := $(shell find tests/hosts -mindepth 2 -type f ! -name doctor ! -name devices)
hosts       := $(patsubst tests/hosts/%/host,%,$(filter %/host,$(host_files)))
host_trees  := $(hosts:%=$(B)/hosts/%.made)
define host_rule
$(B)/hosts/$1.made: $(subst :,\:,$(filter tests/hosts/$1/%,$(host_files)))
endef
$(foreach h,$(hosts),$(eval $(call host_rule,$h)))
$(host_trees): $(B)/hosts/%.made: tests/hosts/mkhost.sh tests/hosts/parts.sh $(B)/tests/tools/mkrom
	@mkdir -p $(@D)
	$(call q,HOST,$@)B=$(B) tests/hosts/mkhost.sh tests/hosts/$*/host $(B)/hosts/$* && touch $@

# --- end of sections ------------------------------------------------------------

# --- data, texts ------------------------------------------------------------------
# $(B)/share/igvm is the program's data when it runs from the build tree.
share_files := $(sort $(wildcard vm-templates/*.conf vm-templates/win11-*) vm-templates/intel-drivers vm-templates/intel-driver-versions)
boot_files  := $(sort $(wildcard vm-templates/boot/*))
# What is run inside a guest by its agent.
guest_files := $(sort $(wildcard vm-templates/guest/*))
share       := $(share_files:vm-templates/%=$(B)/share/igvm/templates/%) \
	       $(boot_files:vm-templates/%=$(B)/share/igvm/%) \
	       $(guest_files:vm-templates/%=$(B)/share/igvm/%)
$(B)/share/igvm/templates/%: vm-templates/%
	@mkdir -p $(@D)
	$(call q,CP,$@)cp $< $@

$(B)/share/igvm/boot/%: vm-templates/boot/%
	@mkdir -p $(@D)
	$(call q,CP,$@)cp $< $@

$(B)/share/igvm/guest/%: vm-templates/guest/%
	@mkdir -p $(@D)
	$(call q,CP,$@)cp $< $@
units       := $(notdir $(wildcard vm-templates/systemd/*.service vm-templates/systemd/*.timer))

linguas     := $(patsubst po/%.po,%,$(sort $(wildcard po/*.po)))
mo_files    := $(linguas:%=$(B)/share/locale/%/LC_MESSAGES/igvm.mo)
text_src    := $(sort $(wildcard launcher/*.[ch] launcher/*/*.[ch]) romfiles/note.c romfiles/kind.c romfiles/fix.c)
$(B)/share/locale/%/LC_MESSAGES/igvm.mo: po/%.po
	@mkdir -p $(@D)
	$(call q,MSGFMT,$@)msgfmt --check-format -o $@ $<

$(B)/igvm.pot: $(text_src)
	$(call q,XGETTEXT,$@)xgettext -k_ -kN_ --from-code=UTF-8 --no-location --sort-output \
		--package-name=igvm -o $@ $^

all: $(B)/igvm $(share) $(mo_files) $(efi_files)

.PHONY: po
po: $(B)/igvm.pot	## update the translations from the sources
	@for l in $(linguas); do msgmerge -q --no-fuzzy-matching --no-location --sort-output \
		-U --backup=none po/$$l.po $(B)/igvm.pot; done

# --- check, demo, soak, bench -----------------------------------------------------------
check_bins   = $(B)/igvm $(unit_tests) $(fuzz_tests) $(tools) $(B)/tests/tools/inject.so $(share) $(mo_files) $(efi_files) \
	       $(addprefix $(B)/roms/,igd-probe.rom igd-testgop.rom) $(B)/efi/setup.efi $(lab_bins) \
	       $(host_trees) $(preloads)
# The long ones first: prove gives each of its workers the next in line. Most of them wait more
# than they compute; beside the lab, whose machines take two cores, there are only two.
slow_tests  := tests/efi.sh tests/supervise.sh tests/doctor.sh
# Minutes of work with the distribution's own programs, a firmware that comes to its boot manager under TCG, a
# guest agent that is waited for, systemd as first process: played by `make check` only.
long_tests  := tests/create_linux.sh tests/setup_tools.sh tests/boot_manager.sh tests/upgrade.sh tests/systemd.sh \
	       tests/systemd13.sh
quick_tests := $(slow_tests) $(filter-out $(slow_tests) $(long_tests),$(sort $(wildcard tests/*.sh)))

.PHONY: deps check check-quick build-all demo soak bench shape golden lint coverage
deps:			## install what building and testing need (root)
	@tests/deps

check: deps		## every test, the lab included (root; else the lab is skipped)
	@$(MAKE) --no-print-directory check-run jobs=2 tests="tests/lab/lab.sh $(long_tests) $(quick_tests)" \
		last=tests/lab/golden.sh

check-quick: deps	## every test but the lab and the long ones
	@$(MAKE) --no-print-directory check-run jobs=4 tests="$(quick_tests)"

.PHONY: check-run
check-run: $(check_bins)
	B=$(B) tests/tools/reachable $(PROVE) -j$(jobs) --timer --failures --comments -e '' $(tests) $(unit_tests) $(last)

build-all: $(check_bins)

demo: deps		## the main job on a simulated iGPU host; never touches a real iGPU
	@$(MAKE) --no-print-directory build-all
	@tests/lab/demo

soak: deps		## scenarios and kills in long loops, resumable; log in tests/soak/
	@$(MAKE) --no-print-directory build-all
	@tests/soak/soak

bench: deps		## performance in pairs on this machine
	@$(MAKE) --no-print-directory build-all
	@tests/bench/start
	@tests/bench/libvirt
	@tests/bench/systemd
	@tests/bench/supervisor
	@tests/bench/rom
	@tests/bench/doctor
	@tests/bench/verify

coverage:		## branch coverage of the firmware formats by their own tests
	@tests/coverage

.PHONY: print-leaf
print-leaf:
	@echo $(leaf)

golden: build-all	## rewrite the golden command lines; review with git diff
	tests/golden.sh --write

shape:			## longest functions and files: a look, not a gate
	@tests/shape

lint:			## cppcheck, shellcheck, mandoc, gcc's analyser
	@tests/lint

# --- install --------------------------------------------------------------------------------
man_pages   := $(sort $(wildcard man/*.[0-9]))
rom_files    = $(B)/roms/igd-assign.rom $(B)/efi/igvm-probe.efi $(B)/efi/igvm-probe.elf
INSTALL     ?= install

.PHONY: install uninstall
install: $(B)/igvm $(share) $(mo_files) $(efi_files)
	$(INSTALL) -D -m 755 $(B)/igvm $(DESTDIR)$(bindir)/igvm
	$(INSTALL) -d $(DESTDIR)$(datadir)/igvm/templates $(DESTDIR)$(datadir)/igvm/roms $(DESTDIR)$(datadir)/igvm/efi \
		$(DESTDIR)$(datadir)/igvm/boot $(DESTDIR)$(datadir)/igvm/guest
	$(INSTALL) -m 644 $(share_files) $(DESTDIR)$(datadir)/igvm/templates
	$(INSTALL) -m 755 tests/hosts/capture.sh $(DESTDIR)$(datadir)/igvm/capture.sh
	$(INSTALL) -m 644 $(boot_files) $(DESTDIR)$(datadir)/igvm/boot
	$(INSTALL) -m 644 $(guest_files) $(DESTDIR)$(datadir)/igvm/guest
	$(INSTALL) -m 644 $(B)/share/igvm/roms/*.rom $(DESTDIR)$(datadir)/igvm/roms
	$(INSTALL) -m 644 $(B)/share/igvm/efi/* $(DESTDIR)$(datadir)/igvm/efi
	for m in $(man_pages); do $(INSTALL) -D -m 644 $$m \
		$(DESTDIR)$(mandir)/man$${m##*.}/$${m##*/}; done
	for l in $(linguas); do $(INSTALL) -D -m 644 $(B)/share/locale/$$l/LC_MESSAGES/igvm.mo \
		$(DESTDIR)$(localedir)/$$l/LC_MESSAGES/igvm.mo; done
	$(INSTALL) -d $(DESTDIR)$(unitdir)
	for u in $(units); do sed 's|@bindir@|$(bindir)|' vm-templates/systemd/$$u \
		> $(DESTDIR)$(unitdir)/$$u && chmod 644 $(DESTDIR)$(unitdir)/$$u || exit 1; done
	$(INSTALL) -D -m 644 completions/igvm.bash $(DESTDIR)$(datadir)/bash-completion/completions/igvm
	$(INSTALL) -D -m 644 completions/_igvm $(DESTDIR)$(datadir)/zsh/site-functions/_igvm
	$(INSTALL) -D -m 644 completions/igvm.fish $(DESTDIR)$(datadir)/fish/vendor_completions.d/igvm.fish

uninstall:
	rm -f $(DESTDIR)$(bindir)/igvm
	rm -rf $(DESTDIR)$(datadir)/igvm
	rm -f $(foreach u,$(units),$(DESTDIR)$(unitdir)/$u)
	rm -f $(foreach m,$(notdir $(man_pages)),$(DESTDIR)$(mandir)/man$(subst .,,$(suffix $m))/$m)
	rm -f $(linguas:%=$(DESTDIR)$(localedir)/%/LC_MESSAGES/igvm.mo)
	rm -f $(DESTDIR)$(datadir)/bash-completion/completions/igvm \
		$(DESTDIR)$(datadir)/zsh/site-functions/_igvm \
		$(DESTDIR)$(datadir)/fish/vendor_completions.d/igvm.fish

.PHONY: clean help
clean:			## remove everything that was built, lab images included
	rm -rf $(B)

help:			## this list
	@sed -n 's/^\([a-z-]*\):[^#]*##/\1:/p' Makefile | sort

# Only where the compiler writes: a guest's root being made below $(B) has files of that name too.
-include $(shell find /dev/null $(wildcard $(addprefix $(B)/,launcher qmp romfiles tests efi)) -name '*.d' -type f)
