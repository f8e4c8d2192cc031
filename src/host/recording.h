/*
 * recording.h - what a recording looks like, and reading one.
 *
 *     pinflow-recording 2
 *     policy granularity=pcpu
 *     policy price=0.01
 *     topology 1
 *     ...
 *     end
 *     sample 12000000
 *     ...
 *     end
 *     answers
 *     ...
 *     end
 *
 * The first line says which version wrote it.  Lines of policy are the preamble, and
 * come before anything else.  What follows is paragraphs, from their name to "end": a
 * topology whenever there is another one, samples, and after a sample what the host
 * answered when it was then told to pin.  Version 1 knew nothing of answers.
 */
#ifndef RECORDING_H
#define RECORDING_H

#include "answers.h"

#define RECORDING_TITLE "pinflow-recording"
#define RECORDING_POLICY "policy "
#define RECORDING_ANSWERS "answers"
#define RECORDING_END "end"

enum { RECORDING_VERSION = 2 };

typedef struct Recording Recording;

/* Its opening only; enough for the preamble. */
Recording *recording_open(const char *path, GError **error);
void recording_close(Recording *recording);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recording, recording_close)

const char *recording_preamble(const Recording *recording);

/* All the rest: false, and FILE:LINE, if anything in it is wrong or its end is missing. */
bool recording_read(Recording *recording, GError **error);

/* How many samples there are, once it is read. */
int recording_length(const Recording *recording);

/* One of them; sets and topologies are the recording's. */
bool recording_sample(Recording *recording, int number, Sample *out, GError **error);

/* What was answered after it, into a table of Answer by key, which is emptied first. */
bool recording_answers(Recording *recording, int number, GHashTable *out,
                       GError **error);

CpuSets *recording_sets(Recording *recording);

#endif
