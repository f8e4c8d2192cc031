/*
 * trial.h - does it help this host to be managed?
 *
 * Blocks of periods in which everybody floats, wherever his owner allows, alternate with
 * blocks in which the host is managed.  Each pair is compared in itself, so that what
 * changes in the course of a day does not count.
 */
#ifndef ENGINE_TRIAL_H
#define ENGINE_TRIAL_H

#include "engine/engine.h"

typedef enum { TRIAL_FLOATING, TRIAL_MANAGED, N_TRIAL_KINDS } TrialKind;
typedef enum { TRIAL_WORK, TRIAL_WAIT, TRIAL_STRANDED, N_TRIAL_MEASURES } TrialMeasure;

/* A mean, in millionths of a CPU, and how far from it the truth may be: 95 % of such
 * intervals hold it. */
typedef struct {
    int64_t mean, give_or_take;
} TrialGuess;

typedef struct {
    int n_pairs;
    bool known[N_TRIAL_MEASURES]; /* the host told */
    TrialGuess of[N_TRIAL_KINDS][N_TRIAL_MEASURES];
    TrialGuess difference[N_TRIAL_MEASURES]; /* managed less floating */
    int64_t repins;
    bool managed_is_better; /* more work, or less waiting and no less work; for sure */
} TrialResult;

typedef struct Trial Trial;

/* A pair is two of @n_blocks; the first periods of a block, in which it settles, do not
 * count.  @engine is of @host and @ledger, and gets its policy from here on; all are
 * borrowed. */
Trial *trial_new(Host *host, Ledger *ledger, Engine *engine, const Policy *policy,
                 int n_blocks, int block_periods);
void trial_free(Trial *trial);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Trial, trial_free)

/* To be called after each turn of the engine.  False when the trial is over. */
bool trial_take(Trial *trial, const Period *period);

/* Of the pairs that are complete; false if there are not even two. */
bool trial_sum_up(const Trial *trial, TrialResult *out);

/* Everybody floats, or is as he was found.  False if the host is lost, or somebody stays
 * busy. */
bool trial_let_float(Trial *trial, GError **error);
bool trial_restore(Trial *trial, GError **error);

#endif
