# make run        set up what is missing, build, and watch a demo host being scheduled;
#                 URI=qemu:///system PERIOD=3 for a real one
# make check      set up what is missing, build, and pass every test
#
# make            build                     make deps       install what is missing
# make sample     solve a sample network with the engine alone
# make install    to PREFIX, under DESTDIR  make uninstall  and away again
# make bench      measure the engine        make clean      forget what was built
# make format     lay out the code          make tidy       let the linters read it
#
# make check-unit                           one part of check: layers, headers, closed,
#                                           exports, links, guards, unit, property,
#                                           scenario, libvirt, cli, fuzz, install;
#                                           FUZZ_SECONDS=600 fuzzes longer
# make check-live  schedule real guests on this machine, where it can have some
# make bench-live  measure that: what guests get done, and what it costs
# make VARIANT=asan check                   the tests, watched: asan, tsan, torture, cover
# make V=1        show the commands         make help       this text

VERSION   := 0.1.0
SOVERSION := 0

VARIANT ?= release
B       := build/$(VARIANT)
BIN     := $(if $(filter release,$(VARIANT)),bin,$(B)/bin)

PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR    ?= $(PREFIX)/share
MANDIR     ?= $(DATADIR)/man

# What a variant adds to the user's CFLAGS, and sets while its tests run.  Each takes
# vectors of another width, so that all of them are tried wherever the widest are.
WATCH_asan    := -O1 -DVECTOR_BYTES_MAX=32 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
WATCH_tsan    := -O1 -fsanitize=thread
WATCH_torture := -O1 -DVECTOR_BYTES_MAX=16 -DTORTURE
WATCH_cover   := -O0 --coverage
ENV_asan      := G_SLICE=always-malloc LSAN_OPTIONS=suppressions=$(CURDIR)/tests/tools/lsan.supp:print_suppressions=0
ENV_tsan      := TSAN_OPTIONS=suppressions=$(CURDIR)/tests/tools/tsan.supp
ENV_torture   := G_SLICE=always-malloc G_DEBUG=gc-friendly MALLOC_PERTURB_=165

CFLAGS   ?= -O2 -g
CXXFLAGS ?= -g
WARN     := -Wall -Wextra -Wconversion -Wshadow -Wundef -Wvla -Wwrite-strings -Wpointer-arith
STRICT   := -std=gnu11 $(WARN) -Wstrict-prototypes -Wmissing-prototypes
WATCH    := $(WATCH_$(VARIANT))
# GLib counts in unsigned sizes where we count in ints: clang need not say so.
GLIB     := $(shell pkg-config --cflags glib-2.0 2>/dev/null) -Wno-sign-conversion
LIBVIRT  := $(shell pkg-config --cflags libvirt libvirt-glib-1.0 libxml-2.0 2>/dev/null)
LIBS     := -Wl,--as-needed $(shell pkg-config --libs libvirt libvirt-glib-1.0 libxml-2.0 glib-2.0 2>/dev/null)

COMPILE     = -Iinclude -MMD -MP $(LAYER_CFLAGS) $(CPPFLAGS)
ALL_CFLAGS  = $(STRICT) $(COMPILE) $(CFLAGS) $(WATCH)
ALL_LDFLAGS = $(CFLAGS) $(WATCH) $(LDFLAGS)

# What a layer may see of the outside.  graph/ sees the C library and no more.
$(B)/graph/%.o: LAYER_CFLAGS = -fPIC -fno-semantic-interposition
$(B)/src/%.o:   LAYER_CFLAGS = $(GLIB) -DPINFLOW_VERSION='"$(VERSION)"'
$(B)/src/host/%.o: LAYER_CFLAGS += $(LIBVIRT)
$(B)/tests/libvirt/%.o: LAYER_CFLAGS += $(LIBVIRT)
$(B)/tests/%.o: LAYER_CFLAGS = $(GLIB) -Itests -Isrc -I.
$(B)/bench/%.o: LAYER_CFLAGS = $(GLIB) -Isrc

objects  = $(patsubst %,$(B)/%.o,$(basename $(wildcard $(1))))
programs = $(patsubst %.c,$(B)/%,$(wildcard $(1)))

LIB      := $(B)/libpinflow-graph
SHARED   := $(LIB).so.$(SOVERSION)
HOUSE    := $(B)/libhouse.a
MCMF     := $(BIN)/mcmf
PINFLOW  := $(BIN)/pinflow
NAMES    := vcpu_scheduler
LINKS    := $(NAMES:%=$(BIN)/%)
UNIT     := $(call programs,tests/unit/test_*.c)
PROPERTY := $(call programs,tests/property/prop_*.c)
SCENARIO := $(call programs,tests/scenario/scenario_*.c)
ADAPTER  := $(call programs,tests/libvirt/test_*.c)
LIVE     := $(call programs,tests/live/*.c)
BENCH_FLOW   := bench_flow race instance peers
BENCH_STEADY := steady optimum moveswap
BENCH_QUALITY := bench_quality quality_bars quality_days quality_json quality_steady quality_tell \
                 contest crew days lasting plot sheet steady_view svg \
                 $(BENCH_STEADY)
BENCH_PERIOD := bench_period period period_json period_network period_sums period_tell \
                crew heap sheet race instance peers
FUZZERS  := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/*.c))

# Quiet by default, silent with make -s, and every word with V=1.
ifneq ($(V),1)
Q := @
say = $(if $(findstring s,$(filter-out -%,$(firstword $(MAKEFLAGS)))),,@printf '  %-5s %s\n' '$(1)' '$(2)')
endif

all: $(LIB).a $(SHARED) $(MCMF) $(PINFLOW) $(LINKS)

# The engine, and what programs and tests share of the rooms above it.
$(LIB).a: $(call objects,graph/*.c)
$(HOUSE): $(call objects,$(foreach room,model plan plan/baseline conf host engine daemon,src/$(room)/*.c))
$(LIB).a $(HOUSE):
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# The shared library offers what the header names, and keeps the rest to itself.
$(B)/exports.map: include/graph/flow.h
	$(call say,MAP,$@)
	$(Q)mkdir -p $(@D) && { echo '{ global:'; \
	    sed -n 's/^#define [a-z_]* \(pinflow_[a-z_]*\)$$/  \1;/p' $<; \
	    echo 'local: *; };'; } >$@

$(SHARED): $(call objects,graph/*.c) $(B)/exports.map
	$(call say,LD,$@)
	$(Q)$(CC) -shared -Wl,-soname,$(notdir $@) -Wl,--version-script,$(B)/exports.map \
	    $(ALL_LDFLAGS) -o $@ $(filter %.o,$^)
	$(Q)ln -sf $(notdir $@) $(LIB).so

$(B)/%.o: %.c $(B)/flags
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -c -o $@ $<

# C++ is for other people's solvers, beside which ours are measured: give them -O3.
$(B)/%.o: %.cpp $(B)/flags
	$(call say,CXX,$<)
	$(Q)mkdir -p $(@D) && $(CXX) -std=gnu++17 -Wall -Wextra -Wno-maybe-uninitialized $(COMPILE) $(CXXFLAGS) -O3 -c -o $@ $<

# Other flags make other objects: this file changes when they do.
$(B)/flags: force
	$(Q)mkdir -p $(@D) && echo '$(CC) $(CPPFLAGS) $(CFLAGS) $(CXXFLAGS)' | cmp -s - $@ || \
	    echo '$(CC) $(CPPFLAGS) $(CFLAGS) $(CXXFLAGS)' >$@

# The demo host goes into the program as a string, so that it is there wherever that is.
$(B)/demo.o: LAYER_CFLAGS =
$(B)/demo.o: data/scenarios/demo.conf src/cli/demo.h $(B)/flags
	$(call say,TEXT,$<)
	$(Q)mkdir -p $(@D) && { echo '#include "src/cli/demo.h"'; \
	    echo 'const char demo_scenario[] ='; \
	    sed 's/[\"]/\\&/g; s/.*/"&\\n"/' $<; echo ';'; } | \
	    $(CC) $(ALL_CFLAGS) -I. -x c -c -o $@ -

$(MCMF): $(call objects,src/cli/mcmf.c) $(LIB).a
$(PINFLOW): $(filter-out %/mcmf.o,$(call objects,src/cli/*.c)) $(B)/demo.o $(HOUSE) $(LIB).a
$(UNIT) $(PROPERTY) $(SCENARIO) $(ADAPTER) $(LIVE): $(B)/tests/%: $(B)/tests/%.o $(call objects,tests/support/*.c) $(HOUSE) $(LIB).a
$(MCMF) $(PINFLOW) $(UNIT) $(PROPERTY) $(SCENARIO) $(ADAPTER) $(LIVE):
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# The same program by another name.
$(LINKS): $(PINFLOW)
	$(Q)ln -sf $(notdir $<) $@

# The judges of steady hosts are tried before they are believed.
$(B)/tests/unit/test_optimum: $(BENCH_STEADY:%=$(B)/bench/%.o)
$(B)/tests/unit/test_optimum: LIBS += -lm

bin/bench_flow: $(BENCH_FLOW:%=$(B)/bench/%.o) $(LIB).a
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CXX) $(CXXFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) -llemon -lglpk -lm

bin/bench_quality: $(BENCH_QUALITY:%=$(B)/bench/%.o) $(HOUSE) $(LIB).a
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) -lm

bin/bench_period: $(BENCH_PERIOD:%=$(B)/bench/%.o) $(HOUSE) $(LIB).a
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CXX) $(CXXFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) -llemon -lglpk -lm

# A fuzzer is made from the sources it is about, all of them watched.
READERS := cpulist host libvirt_caps libvirt_wishes xml
build/fuzz/fuzz_dimacs: $(wildcard graph/*.[ch]) include/graph/flow.h
build/fuzz/fuzz_sample: $(wildcard src/model/*.[ch] include/model/*.h)
build/fuzz/fuzz_xml: $(READERS:%=src/host/%.c) $(wildcard src/host/*.h src/model/*.[ch] include/model/*.h)
$(FUZZERS): build/fuzz/%: tests/fuzz/%.c
	$(call say,FUZZ,$@)
	$(Q)mkdir -p $(@D) && clang $(STRICT) -g -O1 -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=all -Iinclude -Isrc $(GLIB) $(LIBVIRT) -o $@ $(filter %.c,$^) $(LIBS)

# ── the two commands, and what they stand for once nothing is missing ────────

run: ; $(Q)tests/tools/deps.sh build && $(MAKE) --no-print-directory show
check: ; $(Q)tests/tools/deps.sh build check && $(MAKE) --no-print-directory check-all
check-live: ; $(Q)tests/tools/deps.sh build check && $(MAKE) --no-print-directory live
bench: ; $(Q)tests/tools/deps.sh build bench && $(MAKE) --no-print-directory measure
bench-live: ; $(Q)tests/tools/deps.sh build check && $(MAKE) --no-print-directory measure-live
deps: ; $(Q)tests/tools/deps.sh build check && echo '  all that is needed is here'

# A demo is for watching, other hosts take as long as they take.  All programs are made:
# who has seen one wants to try the others.
URI    ?= sim:demo
PERIOD ?= 3
show: all
	$(Q)$(BIN)/vcpu_scheduler -c $(URI) $(if $(filter sim:demo,$(URI)),--pace 0.2) $(PERIOD)

sample: $(MCMF)
	$(Q)data/sample.sh $(MCMF)

measure: bin/bench_flow bin/bench_quality bin/bench_period
	$(Q)bench/run.sh

# ── tests: each part is a list of programs that speak TAP ────────────────────

part_layers   := tests/tools/layers.sh
part_headers  := tests/tools/headers.sh
part_closed   := tests/tools/closed.sh
part_exports  := tests/tools/exports.sh
part_links    := tests/tools/links.sh
part_guards   := tests/tools/guards.sh
part_unit     := $(UNIT)
part_property := $(PROPERTY)
part_scenario := $(SCENARIO)
part_libvirt  := $(ADAPTER) $(wildcard tests/libvirt/*.sh)
part_cli      := $(wildcard tests/cli/*.sh)
part_fuzz     := tests/fuzz/fuzz.sh
part_install  := tests/tools/install.sh

PARTS := unit property scenario libvirt cli
ifeq ($(VARIANT),release)
PARTS += fuzz layers headers closed exports links guards install
endif

tests/tools/closed.sh tests/tools/exports.sh: $(LIB).a $(SHARED)
tests/tools/guards.sh tests/tools/install.sh $(part_cli) $(wildcard tests/libvirt/*.sh): all
tests/fuzz/fuzz.sh: $(FUZZERS)

FUZZ_SECONDS ?= 5
JOBS         ?= $(shell nproc)
PROVE = $(ENV_$(VARIANT)) CC='$(CC)' GLIB='$(GLIB)' STRICT='$(STRICT)' BUILD=$(B) \
        MCMF=$(MCMF) PINFLOW=$(PINFLOW) FUZZ_SECONDS=$(FUZZ_SECONDS) prove -j$(JOBS) $(PROVE_FLAGS) -e tests/tools/run.sh

check-all: $(foreach part,$(PARTS),$(part_$(part)))
	$(Q)$(PROVE) $(filter-out all,$^)
	$(Q)$(if $(filter cover,$(VARIANT)),tests/tools/cover.sh $(B))

.SECONDEXPANSION:
$(PARTS:%=check-%): check-%: $$(part_$$*)
	$(Q)$(PROVE) $(part_$*)

# Real guests have the machine to themselves: what else is tested is tested before.
LIVE_ENV = PINFLOW=$(PINFLOW) LOOK=$(B)/tests/live/look RECKON=$(B)/tests/live/reckon

live: all $(LIVE)
	$(Q)$(LIVE_ENV) prove $(PROVE_FLAGS) -e tests/tools/run.sh tests/live/check.sh

measure-live: all $(LIVE)
	$(Q)$(LIVE_ENV) tests/live/bench.sh

# ── in and out of a system ───────────────────────────────────────────────────

PAGES     := $(wildcard data/*.[1-9])
SCENARIOS := $(wildcard data/scenarios/*)

install: all
	$(call say,INST,$(DESTDIR)$(PREFIX))
	$(Q)install -D -m 755 $(MCMF) $(DESTDIR)$(BINDIR)/mcmf
	$(Q)install -D -m 755 $(PINFLOW) $(DESTDIR)$(BINDIR)/pinflow
	$(Q)for name in $(NAMES); do ln -sf pinflow $(DESTDIR)$(BINDIR)/$$name; done
	$(Q)install -D -m 644 $(LIB).a $(DESTDIR)$(LIBDIR)/libpinflow-graph.a
	$(Q)install -D -m 755 $(SHARED) $(DESTDIR)$(LIBDIR)/libpinflow-graph.so.$(SOVERSION)
	$(Q)ln -sf libpinflow-graph.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libpinflow-graph.so
	$(Q)install -D -m 644 include/graph/flow.h $(DESTDIR)$(INCLUDEDIR)/pinflow/graph/flow.h
	$(Q)for page in $(PAGES); do \
	    install -D -m 644 $$page $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/} || exit; done
	$(Q)for file in $(SCENARIOS); do \
	    install -D -m 644 $$file $(DESTDIR)$(DATADIR)/pinflow/scenarios/$${file##*/} || exit; done
	$(Q)install -d $(DESTDIR)$(LIBDIR)/pkgconfig && \
	    sed 's|@prefix@|$(PREFIX)|;s|@libdir@|$(LIBDIR)|;s|@includedir@|$(INCLUDEDIR)|;s|@version@|$(VERSION)|' \
	    data/pinflow-graph.pc.in >$(DESTDIR)$(LIBDIR)/pkgconfig/pinflow-graph.pc

uninstall:
	$(call say,GONE,$(DESTDIR)$(PREFIX))
	$(Q)rm -f $(addprefix $(DESTDIR)$(BINDIR)/,mcmf pinflow $(NAMES)) \
	    $(foreach page,$(PAGES),$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page)))
	$(Q)rm -f $(addprefix $(DESTDIR)$(LIBDIR)/,libpinflow-graph.a libpinflow-graph.so \
	    libpinflow-graph.so.$(SOVERSION) pkgconfig/pinflow-graph.pc)
	$(Q)rm -rf $(DESTDIR)$(INCLUDEDIR)/pinflow $(DESTDIR)$(DATADIR)/pinflow

# ── care of the code ─────────────────────────────────────────────────────────

C_FILES = $(shell find include graph src tests bench docs -name '*.[ch]' -o -name '*.cpp')

format:
	$(Q)tests/tools/deps.sh format && clang-format -i $(C_FILES)

tidy:
	$(Q)tests/tools/deps.sh build tidy && tests/tools/tidy.sh

help:
	@sed -n '/^$$/q;s/^# \{0,1\}//p' $(firstword $(MAKEFILE_LIST))

clean:
	rm -rf build bin

.PHONY: all run check check-live live bench bench-live measure-live deps show sample measure check-all $(PARTS:%=check-%) \
        install uninstall format tidy help clean force
-include $(shell find $(B) -name '*.d' 2>/dev/null)
