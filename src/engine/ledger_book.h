/*
 * ledger_book.h - private to the engine: what a ledger holds, and how it is written.
 *
 * A VM is in the book from the first sample it is met in, with what was in force then.
 * What is written down of it are only those things that another program would need: what
 * its vCPUs had before us, what we asked for, and that it is another hand's.
 */
#ifndef LEDGER_BOOK_H
#define LEDGER_BOOK_H

#include "engine/ledger.h"

/* Pins that were asked for and may yet come into force, at most. */
enum { ASKED_MAX = 4 };

/* Sets are the book's own; NULL for none. */
typedef struct {
    const CpuSet *found;            /* before our first pin, unless another hand came */
    const CpuSet *seen;             /* when it was last met */
    const CpuSet *asked[ASKED_MAX]; /* the latest last; alone, once it is in force */
    int n_asked;
    int64_t met;    /* number of the sample it was last met in, 0 for none */
    int64_t ran_ns; /* then */
} BookVcpu;

typedef struct {
    char uuid[UUID_SIZE];
    char *name;
    GArray *vcpus;  /* of BookVcpu, by number */
    int64_t met;    /* number of the sample it was last met in, 0 for none */
    int64_t ran_ns; /* by its first vCPU, then */
    bool hands_off; /* another hand steers it */
    bool arriving;  /* its own pins are being given back */
    bool left;      /* what it had was left with it */
    bool carried;   /* and has been seen with it */
    bool outdated;  /* what was left with it is to be mended, or taken away */
} BookVm;

typedef struct {
    CpuSets *sets;
    GHashTable *vms;      /* uuid to BookVm, which holds it */
    const CpuSet *all;    /* the host's CPUs, */
    const CpuSet *online; /* and those of them that are on line */
    int64_t n_met;        /* samples */
    bool trusting;        /* see ledger_trust */
    bool unsaved;         /* something is to be written down */
} Book;

void book_init(Book *book);
void book_clear(Book *book);

BookVm *book_add(Book *book, const char *uuid, const char *name);

/* NULL where nothing is known of it. */
BookVm *book_find(const Book *book, const char *uuid);

/* Made where there is none.  Good until the next is made. */
BookVcpu *book_vcpu(BookVm *vm, int number);

void book_ask(BookVcpu *vcpu, const CpuSet *cpus);

/* Whether anything was found that has not been given back. */
bool book_owes(const BookVm *vm);

/* ── in words ─────────────────────────────────────────────────────────────── */

/* What a VM's vCPUs had, in one line: what is left with it. */
char *book_state(const Book *book, const BookVm *vm);

/* Adds what @state says was found.  False if it cannot be understood. */
bool book_read_state(Book *book, BookVm *vm, const char *state);

/* A key file, that people can read too.  @boot is this boot of the machine: what was
 * written in another is passed over. */
char *book_format(const Book *book, const char *boot);
bool book_parse(Book *book, const char *boot, const char *text, GError **error);

/* ── with a host ──────────────────────────────────────────────────────────── */

/* What became of a wish.  The last leaves an error. */
typedef enum { REPLY_DONE, REPLY_LATER, REPLY_NEVER, REPLY_LOST } Reply;

/* Gives @vcpu of @sample back the pins @found: what of them is there, or else all that
 * its owner allows.  Nothing is asked where that is so already, unless @stale: something
 * else may have come into force since.  Leaves in the sample what then is. */
Reply book_return(Host *host, Sample *sample, int vcpu, const CpuSet *found, bool stale,
                  GError **error);

/* Leaves with the VM what is owed, or takes away what was left where nothing is. */
Reply book_mend(const Book *book, Host *host, BookVm *vm, GError **error);

/* See ledger_meet. */
bool book_meet(Book *book, Host *host, Sample *sample, GError **error);

#endif
