# make            build everything        make check     all tests
# make run        build and try it        make bench     measure the engine
# make VARIANT=asan check                 the same, with the sanitizers watching
# make V=1        show the commands       make help      this text

VARIANT ?= release
B       := build/$(VARIANT)

CFLAGS_release := -O2 -g
CFLAGS_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
WARN := -Wall -Wextra -Wconversion -Wshadow -Wundef -Wvla -Wwrite-strings \
        -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
CFLAGS ?= $(CFLAGS_$(VARIANT))
ALL_CFLAGS = -std=gnu11 $(WARN) $(CFLAGS) -Iinclude -MMD -MP $(LAYER_CFLAGS)

GLIB    := $(shell pkg-config --cflags glib-2.0)
LIBS    := $(shell pkg-config --libs glib-2.0)

# What a layer may see of the outside.  graph/ sees the C library and no more.
$(B)/graph/%.o:     LAYER_CFLAGS =
$(B)/src/%.o:       LAYER_CFLAGS = $(GLIB)
$(B)/tests/%.o:     LAYER_CFLAGS = $(GLIB) -Itests
$(B)/bench/%.o:     LAYER_CFLAGS = $(GLIB)

GRAPH := $(patsubst %.c,$(B)/%.o,$(wildcard graph/*.c))
TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c tests/property/prop_*.c))
SUPPORT := $(patsubst %.c,$(B)/%.o,$(wildcard tests/support/*.c))

ifneq ($(V),1)
Q := @
say = @printf '  %-5s %s\n' '$(1)' '$(2)'
endif

all: $(B)/libpinflow-graph.a $(TESTS)

$(B)/libpinflow-graph.a: $(GRAPH)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -c -o $@ $<

$(B)/tests/%: $(B)/tests/%.o $(SUPPORT) $(B)/libpinflow-graph.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LIBS)

check: $(TESTS)
	$(Q)prove -e '' $(TESTS)

clean:
	rm -rf build bin

.PHONY: all check clean
.SECONDARY:
-include $(shell find build -name '*.d' 2>/dev/null)
