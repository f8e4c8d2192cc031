/*
 * recording.h - what a recording looks like.
 *
 *     pinflow-recording 1
 *     policy granularity=pcpu
 *     policy price=0.01
 *     topology 1
 *     …
 *     end
 *     sample 12000000
 *     …
 *     end
 *
 * The first line says which version wrote it.  Lines of policy are the preamble, and
 * come before anything else.  What follows is paragraphs, from their name to "end": a
 * topology whenever there is another one, and samples.
 */
#ifndef RECORDING_H
#define RECORDING_H

#define RECORDING_TITLE "pinflow-recording"
#define RECORDING_POLICY "policy "

enum { RECORDING_VERSION = 1 };

#endif
